"""linnet's command lines and how its output is read."""

import json
import subprocess

import program


def parse_bench(text, names):
    """{names[kind]: tokens a second} of `linnet bench --format json`, and what decoding reads of memory."""
    try:
        report = json.loads(text)
        figures = {"load_seconds": float(report["load_seconds"])}
        for cell in report["cells"]:
            figures[names[cell["kind"]]] = float(cell["tokens_per_second"]["median"])
            if names[cell["kind"]] == "decode_tokens_per_second":
                figures["weight_bytes_per_second"] = float(cell["bytes_per_second"])
                (rates,) = report["read_rates"]
                figures["read_bytes_per_second"] = float(rates["memory_bytes_per_second"]["high"])
        if not report["cells"]:
            raise ValueError("no cell")
        return figures
    except (ValueError, KeyError, TypeError) as error:
        raise program.ProgramFailed(f"the output of linnet bench is not as expected: {error!r}") from error


class Linnet:
    name = "linnet"

    def __init__(self, path):
        self.path = path

    def version(self):
        return program.version([self.path, "--version"])

    def cache_bytes(self, model):
        """What keys and values of program.CONTEXT tokens take as 16-bit floats; None if that is not known."""
        command = [self.path, "inspect", str(model), "--json"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=60, check=True)
            facts = json.loads(done.stdout)
            elements = 2 * facts["n_layers"] * facts["n_kv_heads"] * facts["head_dim"]
            return 2 * elements * program.CONTEXT
        except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
            return None

    def pack(self, model, folder):
        """The model packed into a file of the folder; None if that fails."""
        packed = folder / model.name
        try:
            subprocess.run([self.path, "pack", str(model), str(packed)], capture_output=True, check=True)
        except (OSError, subprocess.SubprocessError):
            return None
        return packed

    def probes(self, setup):
        threads = ["--threads", str(setup.threads)]

        def bench(names, *flags):
            command = [self.path, "bench", str(setup.model), *threads, "-r", "1", "--format", "json", *flags]
            return [program.Probe("linnet bench", command, lambda done: parse_bench(done.stdout, names))]

        def run(prompt, read, model=setup.model, label="linnet run"):
            command = [self.path, "run", str(model), prompt, *threads, "--raw", "--quiet"]
            command += ["-n", "1", "--temperature", "0", "--context", str(program.CONTEXT)]
            return [program.Probe(label, command, read)]

        def first(prompt, cell):
            read = program.first_token(cell)
            packed = run(prompt, read, setup.packed, "linnet run, packed file") if setup.packed else []
            return run(prompt, read) + packed

        depth, n_decode = str(program.DEPTH), str(setup.decode)
        together = ["-p", "0", "-n", n_decode, "-d", str(program.SESSION_PROMPT), "-b", str(program.SESSIONS)]
        return {
            "first_token": first(program.SHORT_PROMPT, "first_token_seconds"),
            "first_token_30": first(program.LONGER_PROMPT, "first_token_30_seconds"),
            "speed": bench(program.SPEED, "-p", str(setup.prompt), "-n", n_decode),
            "long_prompt": bench(program.LONG, "-p", depth, "-n", "0"),
            "deep": bench(program.LONG, "-p", "0", "-n", n_decode, "-d", depth),
            "sessions": bench(program.TOGETHER, *together),
            "memory": run(program.FULL_PROMPT, program.memory),
            "packed": self.packed(setup, threads) if setup.packed else [],
        }

    def packed(self, setup, threads):
        command = [self.path, "bench", str(setup.packed), *threads, "-p", "1", "-n", "0", "-r", "1"]

        def read(outcome):
            return {"packed_load_seconds": parse_bench(outcome.stdout, program.SPEED)["load_seconds"]}

        return [program.Probe("linnet bench", [*command, "--format", "json"], read)]
