"""linnet inspect."""

import json
import pathlib
import struct
import tempfile
import unittest

from support import ModelTestCase


def vocabulary():
    """A GGUF file of a vocabulary of three tokens, without sizes and tensors."""

    def text(value):
        return struct.pack("<Q", len(value)) + value.encode()

    def array(kind, values):
        return struct.pack("<IIQ", 9, kind, len(values)) + b"".join(values)

    entries = [
        text("general.architecture") + struct.pack("<I", 8) + text("llama"),
        text("tokenizer.ggml.model") + struct.pack("<I", 8) + text("gpt2"),
        text("tokenizer.ggml.pre") + struct.pack("<I", 8) + text("default"),
        text("tokenizer.ggml.tokens") + array(8, [text(token) for token in ["a", "b", "ab"]]),
        text("tokenizer.ggml.token_type") + array(5, [struct.pack("<i", 1)] * 3),
        text("tokenizer.ggml.merges") + array(8, [text("a b")]),
    ]
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(entries)) + b"".join(entries)


CACHE_BITS = {"f16": 16, "f32": 32, "q8_0": 8.5, "q4_0": 4.5}


class Inspect(ModelTestCase):
    def test_text(self):
        text = self.succeed("inspect", self.model)
        shown = ["llama", "134.5 M", "Q4_1", "49152 tokens", "8192 tokens", "f16 23.0 kB", "chat template"]
        for expected in shown:
            self.assertIn(expected, text)

    def test_json(self):
        info = json.loads(self.succeed("inspect", self.model, "--json"))
        self.assertEqual(
            (info["n_layers"], info["d_model"], info["n_heads"], info["n_kv_heads"]), (30, 576, 9, 3)
        )
        self.assertEqual(info["n_parameters"], 134515008)
        values_per_token = 30 * 2 * 3 * 64  # layers, keys and values, heads, numbers of each
        self.assertEqual(
            info["cache_bytes_per_token"],
            {name: values_per_token * bits / 8 for name, bits in CACHE_BITS.items()},
        )
        self.assertIn("<|im_start|>", info["chat_template"])
        self.assertNotIn("metadata", info)
        more = json.loads(self.succeed("inspect", self.model, "--json", "--metadata", "--tensors"))
        self.assertIn("general.architecture", [entry["key"] for entry in more["metadata"]])
        values = {entry["key"]: entry["value"] for entry in more["metadata"]}
        self.assertEqual(values["general.architecture"], "llama")
        self.assertEqual(values["llama.block_count"], 30)
        self.assertAlmostEqual(values["llama.rope.freq_base"], 100000)
        self.assertIs(values["tokenizer.ggml.add_bos_token"], False)
        self.assertTrue(values["tokenizer.ggml.tokens"].startswith('["<|endoftext|>"'))  # shortened: a text
        embedding = next(t for t in more["tensors"] if t["name"] == "token_embd.weight")
        self.assertEqual(embedding["shape"], [49152, 576])

    def test_a_vocabulary_is_not_given_sizes_that_it_lacks(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "vocabulary.gguf")
            file.write_bytes(vocabulary())
            text = self.succeed("inspect", file)
            self.assertIn("none: this is a vocabulary", text)
            self.assertIn("3 tokens", text)
            for absent in ["heads", "layers", "parameters", "formats", "context", "cache"]:
                self.assertNotIn(absent, text)
            self.assertEqual(json.loads(self.succeed("inspect", file, "--json"))["n_parameters"], 0)

    def test_lists(self):
        metadata = self.succeed("inspect", self.model, "--metadata")
        self.assertIn("llama.block_count (u32) = 30\n", metadata)
        self.assertIn('general.architecture (string) = "llama"\n', metadata)
        self.assertRegex(
            self.succeed("inspect", self.model, "--tensors"), r"token_embd\.weight .*49152 x 576"
        )


if __name__ == "__main__":
    unittest.main()
