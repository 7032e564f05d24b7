"""linnet perplexity."""

import json
import unittest

from support import DATA, ModelTestCase

TEXT = DATA / "harbour.txt"


class Perplexity(ModelTestCase):
    def test_of_a_short_text(self):
        result = json.loads(self.succeed("perplexity", self.model, TEXT, "--context", "128", "--json"))
        self.assertEqual(list(result), ["perplexity", "stderr", "tokens"])
        n_chunks = len(json.loads(self.succeed("tokenize", self.model, "--file", TEXT, "--json"))) // 128
        self.assertEqual(result["tokens"], n_chunks * 63)
        self.assertTrue(10 < result["perplexity"] < 30, result)
        self.assertTrue(0 < result["stderr"] < result["perplexity"] / 4, result)

    def test_does_not_depend_on_chunks(self):
        few = ["--context", "64", "--json"]
        self.assertEqual(
            self.succeed("perplexity", self.model, TEXT, *few, "--chunk", "5", "--threads", "1"),
            self.succeed("perplexity", self.model, TEXT, *few, "--chunk", "64", "--threads", "2"),
        )

    def test_errors(self):
        self.refuse("perplexity", self.model, TEXT, "--context", "4096", code=1, says="--context")
        self.refuse("perplexity", self.model, "/no/such/text", code=1, says="/no/such/text")


if __name__ == "__main__":
    unittest.main()
