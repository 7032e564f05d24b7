"""linnet's command lines and how its output is read."""

import json

import program


def parse_bench(text):
    """The figures of `linnet bench --format json`."""
    try:
        report = json.loads(text)
        (row,) = report["rows"]
        return {
            "prompt_tokens_per_second": float(row["prompt_tokens_per_second"]["median"]),
            "decode_tokens_per_second": float(row["decode_tokens_per_second"]["median"]),
            "load_seconds": float(report["load_seconds"]),
            "weight_bytes_per_second": float(row["weight_bytes_per_second"]),
            "read_bytes_per_second": float(row["read_bytes_per_second"]),
        }
    except (ValueError, KeyError, TypeError) as error:
        raise program.ProgramFailed(f"the output of linnet bench is not as expected: {error!r}") from error


class Linnet:
    name = "linnet"

    def __init__(self, path):
        self.path = path

    def version(self):
        return program.version([self.path, "--version"])

    def probes(self, setup):
        threads = ["--threads", str(setup.threads)]
        bench = [self.path, "bench", str(setup.model), *threads, "-r", "1", "--format", "json"]
        bench += ["-p", str(setup.prompt), "-n", str(setup.decode)]

        def run(prompt, read):
            command = [self.path, "run", str(setup.model), prompt, *threads, "--raw", "--quiet"]
            command += ["-n", "1", "--temperature", "0", "--context", str(program.CONTEXT)]
            return [program.Probe("linnet run", command, read)]

        return {
            "first_token": run(program.FIRST_TOKEN_PROMPT, program.first_token),
            "speed": [program.Probe("linnet bench", bench, lambda outcome: parse_bench(outcome.stdout))],
            "memory": run(program.FULL_PROMPT, program.memory),
        }
