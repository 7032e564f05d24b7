"""linnet inspect."""

import json
import unittest

from support import ModelTestCase


class Inspect(ModelTestCase):
    def test_text(self):
        text = self.succeed("inspect", self.model)
        for expected in ["llama", "134.5 M", "Q4_1", "49152 tokens", "8192 tokens", "chat template"]:
            self.assertIn(expected, text)

    def test_json(self):
        info = json.loads(self.succeed("inspect", self.model, "--json"))
        self.assertEqual(
            (info["n_layers"], info["d_model"], info["n_heads"], info["n_kv_heads"]), (30, 576, 9, 3)
        )
        self.assertEqual(info["n_parameters"], 134515008)
        self.assertIn("<|im_start|>", info["chat_template"])
        self.assertNotIn("metadata", info)
        more = json.loads(self.succeed("inspect", self.model, "--json", "--metadata", "--tensors"))
        self.assertIn("general.architecture", [entry["key"] for entry in more["metadata"]])
        embedding = next(t for t in more["tensors"] if t["name"] == "token_embd.weight")
        self.assertEqual(embedding["shape"], [49152, 576])

    def test_lists(self):
        self.assertIn('llama.block_count (u32) = "30"', self.succeed("inspect", self.model, "--metadata"))
        self.assertRegex(
            self.succeed("inspect", self.model, "--tensors"), r"token_embd\.weight .*49152 x 576"
        )


if __name__ == "__main__":
    unittest.main()
