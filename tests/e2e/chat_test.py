"""linnet chat: piped, and at a terminal (a pty) with Ctrl-C, Ctrl-D and history."""

import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import tempfile
import time
import unittest

from support import LINNET, ModelTestCase, linnet


class Piped(ModelTestCase):
    def test_answers_each_line_and_remembers(self):
        done = linnet(
            "chat", self.model, "-n", "40", input="My name is Ada.\nWhat is the capital of France?\n"
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Paris", done.stdout)
        self.assertNotIn("> ", done.stdout)
        self.assertNotIn("\x1b", done.stdout + done.stderr)

    def test_commands(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "talk.json")
            done = linnet(
                "chat", self.model, "-n", "10",
                input=f"/help\nHello!\n/stats\n/save {file}\n/nonsense\n/save\n/save {folder}/no/such\n"
                "/clear\n/system Be brief.\n/exit\nnot read\n",
            )  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stderr)
            complaints = ["there is no command /nonsense", "usage: /save FILE", "cannot write"]
            for expected in ["/clear", "tokens/s", "context:", *complaints]:
                self.assertIn(expected, done.stderr)
            messages = json.loads(file.read_text(encoding="utf-8"))
            self.assertEqual(messages[-2], {"role": "user", "content": "Hello!"})
            self.assertEqual(messages[-1]["content"].strip(), done.stdout.strip())
            self.assertEqual(os.listdir(folder), ["talk.json"])

    def test_save_writes_through_links_and_into_pipes(self):
        with tempfile.TemporaryDirectory() as folder:
            link, pipe = pathlib.Path(folder, "link"), pathlib.Path(folder, "pipe")
            link.symlink_to("talk.json")
            os.mkfifo(pipe)
            with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
                done = linnet("chat", self.model, input=f"/system Hi.\n/save {link}\n/save {pipe}\n")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(json.load(reader.stdout), [{"role": "system", "content": "Hi."}])
            self.assertEqual(json.loads(link.read_text(encoding="utf-8"))[0]["content"], "Hi.")
            self.assertTrue(link.is_symlink() and pipe.is_fifo())

    def test_a_full_context_is_told_and_survived(self):
        done = linnet("chat", self.model, "--context", "64", "-n", "5", input="word " * 300 + "\nHi!\n")
        self.assertEqual(done.returncode, 1, done.stderr)  # one question has no answer
        self.assertIn("64", done.stderr)
        self.assertTrue(done.stdout.strip())


    def test_an_input_that_cannot_be_read_is_an_error(self):
        folder = os.open("/", os.O_RDONLY)
        self.addCleanup(os.close, folder)
        self.refuse("chat", self.model, stdin=folder, code=1, says="standard input")

    def test_clear_keeps_the_instructions(self):
        with tempfile.TemporaryDirectory() as folder:
            for start, commands in [(["--system", "Be brief."], ""), ([], "/system Be brief.\n")]:
                file = pathlib.Path(folder, "talk.json")
                done = linnet(
                    "chat", self.model, "-n", "2", *start, input=f"{commands}Hi!\n/clear\n/save {file}\n"
                )
                self.assertIn("1 message written", done.stderr)
                self.assertEqual(
                    json.loads(file.read_text(encoding="utf-8")),
                    [{"role": "system", "content": "Be brief."}],
                )


class Saved(ModelTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name, "talk")

    def chat(self, text, *arguments):
        return linnet("chat", self.model, "-n", "12", "--session", self.file, *arguments, input=text)

    def test_goes_on_where_it_ended(self):
        whole = linnet("chat", self.model, "-n", "12", input="My name is Ada.\nWhat is my name?\n/stats\n")
        first, second = self.chat("My name is Ada.\n"), self.chat("What is my name?\n/stats\n")
        self.assertEqual((first.returncode, second.returncode), (0, 0), first.stderr + second.stderr)
        self.assertEqual(first.stdout + second.stdout, whole.stdout)
        read = re.compile(r"last prompt: (\d+) tokens")  # of the second question only
        self.assertEqual(read.search(second.stderr)[1], read.search(whole.stderr)[1])

    def test_instructions_are_kept(self):
        talk = self.file.with_name("talk.json")
        self.assertEqual(self.chat("", "--system", "Be brief.").returncode, 0)
        self.assertEqual(self.chat(f"Hi!\n/clear\n/save {talk}\n").returncode, 0)
        self.assertEqual(
            json.loads(talk.read_text(encoding="utf-8")), [{"role": "system", "content": "Be brief."}]
        )
        self.assertEqual(self.chat("", "--system", "Be brief.").returncode, 0)
        self.assertEqual(self.chat("", "--system", "Be long.").returncode, 2)

    def test_a_wrong_file_is_refused_and_kept(self):
        self.assertEqual(self.chat("Hi!\n").returncode, 0)
        honest = self.file.read_bytes()
        for wrong, says in [
            (b"", "not the file of a chat"),
            (b"A shopping list", "not the file of a chat"),
            (honest[:-1], "bytes"),
            (honest[:200] + b"?" + honest[201:], "damaged"),
        ]:
            with self.subTest(wrong[:20]):
                self.file.write_bytes(wrong)
                done = self.chat("Hi!\n")
                self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1))
                self.assertIn(says, done.stderr)
                self.assertEqual(self.file.read_bytes(), wrong)
        self.file.write_bytes(honest)
        self.assertEqual(self.chat("", "--cache", "f32").returncode, 1)
        self.assertEqual(self.file.read_bytes(), honest)
        self.file = self.file / "no/such"
        self.assertEqual(self.chat("Hi!\n").returncode, 1)


class Terminal:
    """The program on a pty, and what it wrote so far."""

    def __init__(self, *arguments, **environment):
        self.shown = ""
        self.process_id, self.descriptor = pty.fork()
        if self.process_id == 0:
            os.execve(LINNET, [LINNET, *arguments], {**os.environ, "TERM": "xterm", **environment})

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def wait_for(self, pattern, seconds=60):
        """Reads on until `pattern` is shown; forgets what was shown before it."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.shown)):
            ready, _, _ = select.select([self.descriptor], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f"{pattern!r} did not come; shown: {self.shown[-2000:]!r}")
            try:
                self.shown += os.read(self.descriptor, 65536).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(f"ended before {pattern!r}; shown: {self.shown[-2000:]!r}") from None
        self.shown = self.shown[found.end() :]

    def exit_code(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            done, status = os.waitpid(self.process_id, os.WNOHANG)
            if done:
                os.close(self.descriptor)
                return os.waitstatus_to_exitcode(status)
            if select.select([self.descriptor], [], [], 0.05)[0]:
                try:
                    os.read(self.descriptor, 65536)
                except OSError:
                    pass
        os.kill(self.process_id, signal.SIGKILL)
        raise AssertionError("the program did not end")


def has_terminals():
    """Containers and chroots without /dev/pts have none."""
    try:
        ends = pty.openpty()
    except OSError:
        return False
    for end in ends:
        os.close(end)
    return True


@unittest.skipUnless(has_terminals(), "the system gives no pty")
class AtATerminal(ModelTestCase):
    def setUp(self):
        self.state = tempfile.TemporaryDirectory()
        self.addCleanup(self.state.cleanup)
        self.terminal = Terminal("chat", self.model, "-n", "600", XDG_STATE_HOME=self.state.name)
        self.terminal.wait_for("> ")

    def test_ctrl_c_stops_the_answer_and_not_the_program(self):
        self.terminal.type("Tell me a very long story about the sea.\r")
        self.terminal.wait_for(r"sea\.\r?\n")
        self.terminal.wait_for(r"\w+ \w+")
        self.terminal.type("\x03")
        self.terminal.wait_for(r"\[cancelled\]")
        self.terminal.wait_for("> ")
        self.terminal.type("/stats\r")
        self.terminal.wait_for("context:")
        self.terminal.type("What is the capital of France?\r")
        self.terminal.wait_for(r"\?\r?\n")
        self.terminal.wait_for("Paris")
        self.terminal.wait_for("> ")
        self.terminal.type("\x04")
        self.assertEqual(self.terminal.exit_code(), 0)

    def test_a_second_ctrl_c_does_not_end_the_program(self):
        self.terminal.type("Tell me a very long story about the sea.\r")
        self.terminal.wait_for(r"sea\.\r?\n")
        self.terminal.wait_for(r"\w+ \w+")
        os.kill(self.terminal.process_id, signal.SIGINT)
        time.sleep(0.05)  # two that are pending are one
        os.kill(self.terminal.process_id, signal.SIGINT)
        self.terminal.wait_for("> ")
        self.terminal.type("What is the capital of France?\r")
        self.terminal.wait_for(r"\?\r?\n")
        self.terminal.wait_for("Paris")
        self.terminal.wait_for("> ")
        self.terminal.type("\x04")
        self.terminal.wait_for(r"\r?\n")
        self.assertEqual(self.terminal.exit_code(), 0)

    def test_ctrl_c_throws_the_line_away(self):
        self.terminal.type("/exit now")
        self.terminal.wait_for("now")
        self.terminal.type("\x03/stats\r")
        self.terminal.wait_for("context:")
        self.terminal.type("/exit\r")
        self.assertEqual(self.terminal.exit_code(), 0)

    def test_history_is_kept_and_private(self):
        self.terminal.type("/stats\r")
        self.terminal.wait_for("context:")
        self.terminal.wait_for("> ")
        self.terminal.type("/exit\r")
        self.assertEqual(self.terminal.exit_code(), 0)
        file = pathlib.Path(self.state.name, "linnet/history")
        self.assertIn("/stats", file.read_text(encoding="utf-8").replace("\\040", " "))
        self.assertEqual(file.stat().st_mode & 0o077, 0)
        again = Terminal("chat", self.model, XDG_STATE_HOME=self.state.name)
        again.wait_for("> ")
        again.type("\x1b[A\x1b[A\r")  # up, up: before /exit
        again.wait_for("context:")
        again.type("/exit\r")
        self.assertEqual(again.exit_code(), 0)


if __name__ == "__main__":
    unittest.main()
