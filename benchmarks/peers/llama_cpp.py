"""llama.cpp's command lines and how its output is read."""

import json
import os
import re

import program

LOAD_TIME = re.compile(r"load time = +([0-9.]+) ms")


def parse_bench(text):
    """The figures of `llama-bench -o json`, whatever other lines stand around the list."""
    try:
        rows, _ = json.JSONDecoder().raw_decode(text[text.index("[\n") :])
        (prompt,) = [row["avg_ts"] for row in rows if row["n_prompt"] > 0 and row["n_gen"] == 0]
        (decode,) = [row["avg_ts"] for row in rows if row["n_prompt"] == 0 and row["n_gen"] > 0]
        return {"prompt_tokens_per_second": float(prompt), "decode_tokens_per_second": float(decode)}
    except (ValueError, KeyError, TypeError) as error:
        raise program.ProgramFailed(f"the output of llama-bench is not as expected: {error!r}") from error


def parse_load(stderr):
    """{"load_seconds": what it calls its load time}, or {} if it does not say."""
    match = LOAD_TIME.search(stderr)
    return {"load_seconds": float(match[1]) / 1000} if match else {}


class LlamaCpp:
    name = "llama.cpp"
    text_program = "llama-completion"
    no_chat = ["-no-cnv"]

    def __init__(self, folder):
        self.folder = folder

    def version(self):
        return program.version([self.path(self.text_program), "--version"])

    def path(self, name):
        return os.path.join(self.folder, name)

    def probes(self, setup):
        """Several ways where its flags trade start, speed and memory; the best one is compared."""
        return {
            "first_token": [
                self.simple(setup),
                self.text(setup, program.FIRST_TOKEN_PROMPT, program.first_token),
                self.text(setup, program.FIRST_TOKEN_PROMPT, program.first_token, "--no-repack"),
            ],
            "speed": [self.bench(setup)],
            "memory": [
                self.text(setup, program.FULL_PROMPT, program.memory),
                self.text(setup, program.FULL_PROMPT, program.memory, "--load-mode", "none"),
            ],
        }

    def bench(self, setup, *flags):
        command = [self.path("llama-bench"), "-m", str(setup.model), "-t", str(setup.threads), "-r", "1"]
        command += ["-p", str(setup.prompt), "-n", str(setup.decode), "-o", "json", *flags]
        label = " ".join(["llama-bench", *flags])
        return program.Probe(label, command, lambda outcome: parse_bench(outcome.stdout))

    def text(self, setup, prompt, read, *flags):
        """The full command, which knows every flag; its own warm-up pass would only cost it time."""
        command = [self.path(self.text_program), "-m", str(setup.model), "-t", str(setup.threads)]
        command += ["-c", str(program.CONTEXT), "-n", "1", "--temp", "0", "--no-warmup"]
        command += [*self.no_chat, "--no-display-prompt", *flags, "-p", prompt]
        return program.Probe(" ".join([self.text_program, *flags]), command, read)

    def simple(self, setup):
        """The smallest program; it has no flag for threads, but OpenMP heeds a limit."""
        command = [self.path("llama-simple"), "-m", str(setup.model), "-n", "1", program.FIRST_TOKEN_PROMPT]
        return program.Probe(
            "llama-simple",
            command,
            lambda outcome: {**program.first_token(outcome), **parse_load(outcome.stderr)},
            environment={"OMP_THREAD_LIMIT": str(setup.threads)},
            echoed=program.FIRST_TOKEN_PROMPT,
        )
