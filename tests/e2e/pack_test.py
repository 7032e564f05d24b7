"""linnet pack, and the use of what it writes."""

import os
import pathlib
import resource
import tempfile
import unittest

from support import ModelTestCase, linnet


class Pack(ModelTestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.packed = self.folder / "packed.gguf"

    def test_answers_stay_the_same(self):
        self.succeed("pack", self.model, self.packed)
        self.assertAlmostEqual(self.packed.stat().st_size / os.path.getsize(self.model), 1, delta=0.02)
        arguments = ["Once upon a time", "--raw", "-n", "12", "-q", "--temperature", "0.7", "--seed", "3"]
        self.assertEqual(
            self.succeed("run", self.packed, *arguments), self.succeed("run", self.model, *arguments)
        )
        self.assertIn("Q4_1 packed", self.succeed("inspect", self.packed))
        self.assertRegex(self.succeed("inspect", self.packed, "--tensors"), r"attn_q\.weight +Q4_1 packed ")
        self.assertIn("linnet.packed.layout", self.succeed("inspect", self.packed, "--metadata"))
        self.refuse("pack", self.packed, self.folder / "twice.gguf", code=1, says="is packed already")

    def test_replaces_only_by_force(self):
        self.packed.write_text("something", encoding="utf-8")
        self.refuse("pack", self.model, self.packed, code=1, says="exists already; --force replaces it")
        self.assertEqual(self.packed.read_text(encoding="utf-8"), "something")
        self.succeed("pack", self.model, self.packed, "--force")
        self.succeed("inspect", self.packed)
        self.refuse("pack", self.packed, self.packed, "--force", code=1, says="is packed already")

    def test_a_full_disk_leaves_nothing(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

        # Without restore_signals=False the limit would be a signal, not an error of the write.
        done = linnet("pack", self.model, self.packed, preexec_fn=limit, restore_signals=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("cannot write the file", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])
        self.refuse("pack", self.model, self.folder / "none" / "x.gguf", code=1, says="cannot create a file")


if __name__ == "__main__":
    unittest.main()
