"""llama.cpp's command lines and how its output is read."""

import json
import os
import re

import program

LOAD_TIME = re.compile(r"load time = +([0-9.]+) ms")


def parse_bench(text, names):
    """{names[kind]: tokens a second} of `llama-bench -o json`, whatever other lines stand around the list."""
    try:
        rows, _ = json.JSONDecoder().raw_decode(text[text.index("[\n") :])
        kinds = ["prompt" if row["n_gen"] == 0 else "decode" for row in rows]
        if not rows or len(set(kinds)) < len(rows):
            raise ValueError(f"rows are {kinds}")
        return {names[kind]: float(row["avg_ts"]) for kind, row in zip(kinds, rows)}
    except (ValueError, KeyError, TypeError) as error:
        raise program.ProgramFailed(f"the output of llama-bench is not as expected: {error!r}") from error


def parse_batched(text, names):
    """The same of the table that `llama-batched-bench` prints, which has one row here."""
    try:
        head, _, row = [line.split("|") for line in text.splitlines() if line.startswith("|")]
        column = [title.strip() for title in head].index("S_TG t/s")
        return {names["decode"]: float(row[column])}
    except (ValueError, IndexError) as error:
        message = f"the output of llama-batched-bench is not as expected: {error!r}"
        raise program.ProgramFailed(message) from error


def parse_load(stderr):
    """{"load_seconds": what it calls its load time}, or {} if it does not say."""
    match = LOAD_TIME.search(stderr)
    return {"load_seconds": float(match[1]) / 1000} if match else {}


class LlamaCpp:
    name = "llama.cpp"
    text_program = "llama-completion"
    no_chat = ["-no-cnv"]
    fast_start = ["--no-repack"]  # Starts sooner, and is slower then.
    lean = ["--load-mode", "none"]  # Takes less memory, for some models.

    def __init__(self, folder):
        self.folder = folder

    def version(self):
        return program.version([self.path(self.text_program), "--version"])

    def path(self, name):
        return os.path.join(self.folder, name)

    def probes(self, setup):
        """Several ways where its flags trade start, speed and memory; the best one is compared."""
        depth, n_decode = str(program.DEPTH), str(setup.decode)

        def ways(names, *flags):
            return [self.bench(setup, names, flags, way) for way in self.bench_ways()]

        def first(prompt, cell):
            read, ways_to_start = program.first_token(cell), ([], self.fast_start)
            texts = [self.text(setup, prompt, read, *way) for way in ways_to_start]
            return [*self.simple(setup, prompt, cell), *texts]

        def memory(way):
            return self.text(setup, program.FULL_PROMPT, program.memory, *way)

        return {
            "first_token": first(program.SHORT_PROMPT, "first_token_seconds"),
            "first_token_30": first(program.LONGER_PROMPT, "first_token_30_seconds"),
            "speed": ways(program.SPEED, "-p", str(setup.prompt), "-n", n_decode),
            "long_prompt": ways(program.LONG, "-p", depth, "-n", "0"),
            "deep": ways(program.LONG, *self.decode_at(depth, n_decode)),
            "sessions": [self.batched(setup, way) for way in self.batched_ways()],
            "memory": [memory([]), memory(self.lean)],
            "packed": [],
        }

    def decode_at(self, depth, n_decode):
        return ["-p", "0", "-n", n_decode, "-d", depth]

    def bench_ways(self):
        return [["-fa", attention] for attention in ("0", "1")]

    def batched_ways(self):
        return [["-fa", attention] for attention in ("off", "on")]

    def bench(self, setup, names, flags, way):
        command = [self.path("llama-bench"), "-m", str(setup.model), "-t", str(setup.threads), "-r", "1"]
        command += [*flags, "-o", "json", *way]
        label = " ".join(["llama-bench", *way])
        return program.Probe(label, command, lambda outcome: parse_bench(outcome.stdout, names))

    def batched(self, setup, way):
        n_context = program.SESSIONS * (program.SESSION_PROMPT + setup.decode)
        command = [self.path("llama-batched-bench"), "-m", str(setup.model), "-t", str(setup.threads)]
        command += ["-c", str(n_context), "-npp", str(program.SESSION_PROMPT), "-ntg", str(setup.decode)]
        command += ["-npl", str(program.SESSIONS), *way]
        label = " ".join(["llama-batched-bench", *way])

        def read(outcome):  # Which of the two it is differs between versions.
            return parse_batched(outcome.stdout + outcome.stderr, program.TOGETHER)

        return program.Probe(label, command, read)

    def text(self, setup, prompt, read, *flags):
        """The full command, which knows every flag; its own warm-up pass would only cost it time."""
        command = [self.path(self.text_program), "-m", str(setup.model), "-t", str(setup.threads)]
        command += ["-c", str(program.CONTEXT), "-n", "1", "--temp", "0", "--no-warmup"]
        command += [*self.no_chat, "--no-display-prompt", *flags, "-p", prompt]
        return program.Probe(" ".join([self.text_program, *flags]), command, read)

    def simple(self, setup, prompt, cell):
        """The smallest program; it has no flag for threads, but OpenMP heeds a limit."""
        command = [self.path("llama-simple"), "-m", str(setup.model), "-n", "1", prompt]
        read = program.first_token(cell)
        return [
            program.Probe(
                "llama-simple",
                command,
                lambda outcome: {**read(outcome), **parse_load(outcome.stderr)},
                environment={"OMP_THREAD_LIMIT": str(setup.threads)},
                echoed=prompt,
            )
        ]
