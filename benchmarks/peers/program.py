"""What is asked of every program that is measured, and how one process of it is run and watched."""

import dataclasses
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time
import typing

SHORT_PROMPT = "The capital of France is"  # Five tokens, and what the model puts before every text.
LONGER_PROMPT = (  # Thirty.
    "The capital of France is Paris, the capital of Italy is Rome, the capital of Spain is Madrid, "
    "and the capital of Germany, as everybody knows, is"
)
CONTEXT = 2048
DEPTH = 4096  # Tokens of the long prompt, and before the deep decode.
SESSIONS = 8
SESSION_PROMPT = 16  # Tokens that each of them begins with.
LARGE = 450e6  # Bytes of a file from which on a model counts as one of about 1 B parameters.
FULL_PROMPT = " ".join(["the"] * (CONTEXT - 48))  # A token a word; room for the model's own tokens.
# What a measured kind is called among report.CELLS.
SPEED = {"prompt": "prompt_tokens_per_second", "decode": "decode_tokens_per_second"}
LONG = {"prompt": "long_prompt_tokens_per_second", "decode": "deep_decode_tokens_per_second"}
TOGETHER = {"decode": "together_tokens_per_second"}


class ProgramFailed(Exception):
    """This program gives no figure here; one line says why."""


@dataclasses.dataclass(frozen=True)
class Setup:
    """What all programs do alike."""

    model: pathlib.Path
    threads: int
    is_large: bool = False
    packed: typing.Optional[pathlib.Path] = None  # the same model as linnet packs it

    @property
    def prompt(self):
        """Tokens read at once."""
        return 256 if self.is_large else 512

    @property
    def decode(self):
        """Tokens made one by one."""
        return 64 if self.is_large else 128


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What one process left behind."""

    stdout: str
    stderr: str
    first_text_seconds: typing.Optional[float]  # from before it was started to the first text it made
    peak_bytes: int


@dataclasses.dataclass(frozen=True)
class Probe:
    """A command line, and how its outcome is read as figures: {name of report.CELLS: value}."""

    label: str  # which of a program's ways this is
    command: list
    read: typing.Callable[[Outcome], dict]
    environment: dict = dataclasses.field(default_factory=dict)
    echoed: str = ""  # what the program shows on stdout before the text that it makes


def first_token(cell):
    """Reads the time to the first text as the figure `cell`."""

    def read(outcome):
        if outcome.first_text_seconds is None:
            raise ProgramFailed("no text came out")
        return {cell: outcome.first_text_seconds}

    return read


def memory(outcome):
    return {"peak_bytes": outcome.peak_bytes}


def version(command):
    """The first line of what `command` says of its version, or "unknown"."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    lines = (done.stdout + done.stderr).decode(errors="replace").splitlines()
    return next((line for line in lines if any(c.isdigit() for c in line)), "unknown").strip()


def run(probe, timeout):
    """The outcome of one process, whose current folder is one that goes when it ends: some leave logs there.
    So paths in the command have to be absolute. Raises ProgramFailed if it does not start, end in time and
    end well."""
    name = os.path.basename(probe.command[0])
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(
                probe.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env={**os.environ, **probe.environment},
            )
        except OSError as error:
            raise ProgramFailed(f"cannot start {probe.command[0]}: {error.strerror}") from error
        late = threading.Event()

        def stop():
            late.set()
            os.kill(process.pid, signal.SIGKILL)

        timer = threading.Timer(timeout, stop)
        timer.start()
        try:
            stdout, first_text = read_watching(process.stdout, probe.echoed.encode())
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            timer.cancel()
            process.stdout.close()
        errors.seek(0)
        stderr = errors.read().decode(errors="replace")
    if late.is_set():
        raise ProgramFailed(f"{name} was stopped after {timeout:g} s")
    if process.returncode != 0:
        said = stderr.strip().splitlines() or ["nothing on stderr"]
        raise ProgramFailed(f"{name} ended with code {process.returncode}: {said[-1].strip()}")
    return Outcome(
        stdout=stdout.decode(errors="replace"),
        stderr=stderr,
        first_text_seconds=None if first_text is None else first_text - start,
        peak_bytes=usage.ru_maxrss * 1024,
    )


def read_watching(stream, echoed):
    """All bytes of `stream`, and when the first came that is after `echoed`; None if none did."""
    data, first_text = b"", None
    while chunk := os.read(stream.fileno(), 1 << 16):
        data += chunk
        at = data.find(echoed)
        if first_text is None and at >= 0 and len(data) > at + len(echoed):
            first_text = time.perf_counter()
    return data, first_text
