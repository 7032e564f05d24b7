"""The examples do what they say."""

import re
import subprocess
import unittest

from support import BIN, ROOT, TIMEOUT_SECONDS, ModelTestCase


class Examples(ModelTestCase):
    def example(self, name, *arguments, **options):
        return subprocess.run(
            [BIN / f"example_{name}", *arguments],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            **options,
        )

    def test_hello_is_the_listing_of_linnet_h(self):
        header = (ROOT / "include/linnet/linnet.h").read_text(encoding="utf-8")
        listing = "".join(f"{line[5:]}\n" for line in re.findall(r"^///(     .*)$", header, re.MULTILINE))
        source = (ROOT / "examples/hello.cc").read_text(encoding="utf-8")
        self.assertEqual(source.partition("\n")[2], listing)

    def test_hello(self):
        done = self.example("hello", self.model)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Paris", done.stdout)
        self.assertEqual(done.stderr, "")

    def test_streaming_chat(self):
        done = self.example(
            "streaming_chat", self.model, input="What is the capital of France?\nAnd of Italy?\n"
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count("tokens/s"), 2)

    def test_batch(self):
        questions = ["What is the capital of France?", "What is the capital of Japan?", "<|im_end|>"]
        done = self.example("batch", self.model, input="\n".join(questions))
        self.assertEqual(done.returncode, 0, done.stderr)
        for question in questions:
            self.assertIn(f"{question}\n  ", done.stdout)
        self.assertIn("Paris", done.stdout)
        self.assertIn("Tokyo", done.stdout)
        self.assertRegex(done.stderr, r"^\d+ tokens of prompts were shared\n$")

    def test_host_threads(self):
        done = self.example("host_threads", self.model)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\w+ \w+")
        self.assertRegex(done.stdout, r"\[(cancelled|end|max-tokens)\]\n$")

    def test_log_sink(self):
        done = self.example("log_sink", self.model)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"loading \d+%")
        self.assertIn("llama", done.stdout)

    def test_a_missing_file_is_told(self):
        for name in ("streaming_chat", "batch", "host_threads", "log_sink"):
            done = self.example(name, "/no/such.gguf")
            self.assertEqual(done.returncode, 1, name)
            self.assertIn("/no/such.gguf", done.stderr)


if __name__ == "__main__":
    unittest.main()
