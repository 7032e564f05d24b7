"""linnet tokenize."""

import json
import pathlib
import tempfile
import unittest

from support import ModelTestCase, linnet


class Tokenize(ModelTestCase):
    def ids(self, *arguments, **options):
        return json.loads(self.succeed("tokenize", self.model, *arguments, "--json", **options))

    def test_every_way_to_give_a_text(self):
        want = self.ids("Hello world")
        self.assertTrue(want)
        self.assertEqual(self.ids(input="Hello world"), want)
        self.assertEqual(self.ids("-", input="Hello world"), want)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "text")
            file.write_text("Hello world", encoding="utf-8")
            self.assertEqual(self.ids("--file", file), want)

    def test_special_tokens(self):
        self.assertEqual(len(self.ids("<|im_start|>")), 1)
        self.assertGreater(len(self.ids("<|im_start|>", "--no-special")), 1)

    def test_pieces_are_shown_one_a_line(self):
        lines = self.succeed("tokenize", self.model, "Hello\nworld 日").splitlines()
        self.assertEqual([int(line.split()[0]) for line in lines], self.ids("Hello\nworld 日"))
        self.assertTrue(lines[0].endswith('"Hello"'))

    def test_round_trip(self):
        text = "naïve café 日本語 \U0001f600 \t\n  x"
        ids = " ".join(map(str, self.ids(text, "--no-bos")))
        self.assertEqual(self.succeed("tokenize", self.model, "--ids", ids), text + "\n")
        broken = b"caf\xe9 \x80b"
        done = linnet("tokenize", self.model, "--json", input=broken, text=False)
        ids = " ".join(map(str, json.loads(done.stdout)))
        done = linnet("tokenize", self.model, "--ids", ids, text=False)
        self.assertEqual(done.stdout, broken + b"\n")

    def test_errors(self):
        self.refuse("tokenize", self.model, "--ids", "1 x", code=2, says="byte 2")
        self.refuse("tokenize", self.model, "--ids", "49152", code=1, says="49152")
        self.refuse("tokenize", self.model, "--file", "/no/such/file", code=1, says="/no/such/file")
        self.assertEqual(self.ids("", "--no-bos"), [])


if __name__ == "__main__":
    unittest.main()
