"""Help, versions, exit codes and errors: what needs no model."""

import os
import pathlib
import pwd
import subprocess
import tempfile
import unittest

from support import LINNET, TestCase, linnet

COMMANDS = ["run", "chat", "inspect", "tokenize", "logits", "perplexity", "bench"]
NEEDED = {"run": ["hi"], "tokenize": ["hi"], "logits": ["hi"], "perplexity": [__file__]}  # beside the model


class Help(TestCase):
    def test_each_command_shows_an_example_of_itself(self):
        for command in COMMANDS:
            with self.subTest(command):
                text = self.succeed(command, "--help")
                self.assertIn("Examples:", text)
                self.assertIn(f"linnet {command} ", text)
                self.assertEqual(self.succeed("help", command), text)

    def test_the_program_lists_its_commands_and_exit_codes(self):
        text = self.succeed("--help")
        self.assertEqual(self.succeed("help"), text)
        for command in COMMANDS:
            self.assertIn(command, text)
        self.assertIn("Exit codes: 0", text)

    def test_version(self):
        self.assertRegex(self.succeed("--version"), r"^linnet \d+\.\d+\.\d+\n$")


class Usage(TestCase):
    def test_wrong_usage_is_exit_code_2(self):
        self.refuse(code=2, says="--help")
        self.refuse("tokenise", code=2, says="did you mean 'tokenize'?")
        self.refuse("help", "bensh", code=2, says="did you mean 'bench'?")
        self.refuse("xyzzy-plugh", code=2, says="linnet --help")
        self.refuse("--no-such-flag", code=2, says="--help")
        for command in COMMANDS:
            with self.subTest(command):
                self.refuse(command, code=2, says="MODEL")
                self.refuse(
                    command,
                    "model",
                    *NEEDED.get(command, []),
                    "--no-such-flag",
                    code=2,
                    says="--no-such-flag",
                )

    def test_bad_numbers_are_refused_before_anything_is_loaded(self):
        for flag, value in [
            ("--temperature", "nan"),
            ("--temperature", "-1"),
            ("--temperature", "warm"),
            ("--top-p", "1.5"),
            ("--top-k", "-1"),
            ("--top-k", "1.5"),
            ("--min-p", "inf"),
            ("--repetition-penalty", "0"),
            ("--max-tokens", "-5"),
            ("--max-tokens", "0"),
            ("--context", "-1"),
            ("--context", "0"),
            ("--chunk", "0"),
            ("--threads", "-2"),
            ("--threads", "99999999999999999999"),
            ("--seed", "-1"),
            ("--seed", "18446744073709551616"),
            ("--seed", ""),
            ("--temperature", ""),
            ("--top-p", ""),
            ("--top-k", ""),
            ("--top-k", "3 "),
            ("--threads", ""),
            ("--threads", "257"),
            ("--chunk", "4097"),
            ("--stop", ""),
            ("--logit-bias", "=1"),
            ("--logit-bias", "5="),
            ("--cache", "f64"),
            ("--logit-bias", "5"),
            ("--logit-bias", "5=nan"),
        ]:
            with self.subTest(flag=flag, value=value):
                self.refuse("run", "no-such-model", "hi", flag, value, code=2, says=flag.lstrip("-"))

    def test_messages_name_what_was_found_and_what_was_wanted(self):
        for flag, value, says in [
            ("--seed", "abc", "--seed: 'abc' is not a whole number from 0 to 18446744073709551615;"),
            ("--threads", "1.5", "--threads: '1.5' is not a whole number from 1 to 256;"),
            ("--top-p", "much", "--top-p: 'much' is not a number;"),
            ("--stop", "", "--stop: the text is empty;"),
            ("--cache", "q8", "--cache: q8 not in {f16,f32,q8_0,q4_0};"),
        ]:
            with self.subTest(flag=flag, value=value):
                self.refuse("run", "no-such-model", "hi", flag, value, code=2, says=says)
        self.refuse("perplexity", "m", "text", "--context", "3", code=2, says="from 4 to")
        self.refuse("perplexity", "m", "text", "--context", "0", code=2, says="from 4 to")
        self.assertIn("as many as there are", self.succeed("logits", "--help"))

    def test_contradictions_are_refused(self):
        self.refuse("run", "m", "hi", "--raw", "--system", "x", code=2, says="--raw")
        self.refuse("run", "m", "hi", "--logprobs", "3", code=2, says="--json")
        self.refuse("run", "m", "hi", "--special", code=2, says="--raw")
        self.refuse("logits", "m", "hi", "--tokens", "1", code=2, says="--tokens")
        self.refuse("logits", "m", "hi", "--top", "1", "--npy", "x.npy", code=2, says="--npy")
        self.refuse("tokenize", "m", "hi", "--file", "x", code=2, says="--file")
        self.refuse("bench", "m", "--threads", "1", "-t", "1,2", code=2, says="--threads")


class Files(TestCase):
    def test_models_that_are_none(self):
        with tempfile.TemporaryDirectory() as folder:
            empty = pathlib.Path(folder, "empty.gguf")
            empty.write_bytes(b"")
            text = pathlib.Path(folder, "text.gguf")
            text.write_text("Once upon a time" * 100, encoding="utf-8")
            for command in COMMANDS:
                more = NEEDED.get(command, [])
                with self.subTest(command):
                    self.refuse(command, f"{folder}/no-such.gguf", *more, code=1, says="no such file")
                    self.refuse(command, folder, *more, code=1, says="is a folder")
                    self.refuse(command, empty, *more, code=1, says="empty.gguf")
                    self.refuse(command, text, *more, code=1, says="text.gguf")

    def test_a_text_that_never_ends_is_refused(self):
        self.refuse("perplexity", "m", "/dev/zero", code=1, says="/dev/zero has more than 256 MiB")

    def test_without_a_home_the_users_folder_is_asked_for(self):
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("HOME", "LINNET_MODEL_DIR", "XDG_CACHE_HOME")
        }
        home = pwd.getpwuid(os.getuid()).pw_dir
        environment["HOME"] = ""
        done = linnet("inspect", "gemma-3-270m", env=environment, cwd="/")
        self.assertNotIn(" in .cache", done.stderr)
        self.assertTrue(done.returncode == 0 or f" in {home}" in done.stderr, done.stderr)

    def test_a_manifest_name_says_how_to_fetch_it(self):
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "LINNET_MODEL_DIR": folder}
            self.refuse(
                "run", "smollm2-135m-instruct", "hi", env=environment, code=1,
                says="scripts/fetch-model smollm2-135m-instruct",
            )  # fmt: skip

    def test_a_full_disk_and_a_closed_pipe_are_failures(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.refuse("--help", stdout=full, code=1, says="standard output")
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as closed:
            self.refuse("help", "run", stdout=closed, code=1, says="standard output")
        done = subprocess.run(
            ["sh", "-c", f"'{LINNET}' --version >&-"], stderr=subprocess.PIPE, text=True, check=False
        )
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("standard output", done.stderr)


if __name__ == "__main__":
    unittest.main()
