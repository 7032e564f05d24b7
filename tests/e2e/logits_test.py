"""linnet logits: shapes, files, and the same bits for all threads, chunks and kernels."""

import ast
import hashlib
import json
import math
import os
import pathlib
import re
import resource
import subprocess
import tempfile
import unittest

from support import DATA, ROOT, ModelTestCase, linnet

N_TOKENS = 200


def instruction_sets():
    """The names in the lists of all processors."""
    for file in sorted(ROOT.glob("src/kernels/*/isa_list.inc")):
        yield from re.findall(r"^LINNET_ISA\((\w+),", file.read_text(encoding="utf-8"), re.MULTILINE)


class Logits(ModelTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_json(self):
        result = json.loads(
            self.succeed("logits", self.model, "--tokens", "504 3575 282 4649 314", "--top", "3")
        )
        self.assertEqual(result["tokens"], [504, 3575, 282, 4649, 314])
        self.assertEqual(len(result["top"]), 5)
        self.assertEqual(len(result["next_logprob"]), 4)
        for row in result["top"]:
            self.assertEqual(len(row), 3)
            values = [logprob for _, logprob in row]
            self.assertEqual(values, sorted(values, reverse=True))
            self.assertLessEqual(sum(map(math.exp, values)), 1 + 1e-9)
        everything = json.loads(self.succeed("logits", self.model, "--tokens", "504", "--top", "49152"))
        self.assertAlmostEqual(sum(math.exp(logprob) for _, logprob in everything["top"][0]), 1, places=6)

    def test_text_is_tokenized(self):
        want = json.loads(self.succeed("tokenize", self.model, "The capital", "--json"))
        self.assertEqual(json.loads(self.succeed("logits", self.model, "The capital"))["tokens"], want)

    def test_npy(self):
        file = self.folder / "logits.npy"
        self.assertEqual(self.succeed("logits", self.model, "--tokens", "504 3575 282", "--npy", file), "")
        data = file.read_bytes()
        self.assertEqual(data[:8], b"\x93NUMPY\x01\x00")
        n_header = int.from_bytes(data[8:10], "little")
        self.assertEqual((10 + n_header) % 64, 0)
        header = ast.literal_eval(data[10 : 10 + n_header].decode("latin-1"))
        self.assertEqual(header, {"descr": "<f4", "fortran_order": False, "shape": (3, 49152)})
        self.assertEqual(len(data), 10 + n_header + 3 * 49152 * 4)
        self.assertEqual(os.listdir(self.folder), ["logits.npy"])

    def test_errors_leave_nothing(self):
        file = self.folder / "logits.npy"
        self.refuse("logits", self.model, "--tokens", "49152", "--npy", file, code=1, says="49152")
        self.refuse("logits", self.model, "--tokens", "-1", code=1, says="-1")
        self.refuse("logits", self.model, "--tokens", "", code=2, says="empty")
        self.refuse("logits", self.model, "--tokens", "1 2 3", "--context", "2", code=1, says="2")
        self.refuse(
            "logits",
            self.model,
            "--tokens",
            "1",
            "--npy",
            self.folder / "no/x.npy",
            code=1,
            says="no/x.npy",
        )
        self.refuse("logits", self.model, "--tokens", "1", "--npy", self.folder, code=1, says="folder")
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_link_stays_and_its_target_is_written(self):
        for target in ["there.npy", "new.npy"]:
            with self.subTest(target):
                link, file = self.folder / f"link-to-{target}", self.folder / target
                if target == "there.npy":
                    file.write_bytes(b"old")
                link.symlink_to(target)
                self.succeed("logits", self.model, "--tokens", "504", "--npy", link)
                self.assertTrue(link.is_symlink())
                self.assertEqual(file.read_bytes()[:6], b"\x93NUMPY")
        self.assertEqual(len(os.listdir(self.folder)), 4)

    def test_a_pipe_is_written_to_and_stays(self):
        pipe = self.folder / "pipe.npy"
        os.mkfifo(pipe)
        with open(self.folder / "read", "wb") as read, subprocess.Popen(["cat", pipe], stdout=read):
            self.succeed("logits", self.model, "--tokens", "504", "--npy", pipe)
        self.assertEqual((self.folder / "read").read_bytes()[:6], b"\x93NUMPY")
        self.assertTrue(pipe.is_fifo())
        self.assertEqual(sorted(os.listdir(self.folder)), ["pipe.npy", "read"])

    def test_a_file_that_may_not_grow_leaves_nothing(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (10000, 10000))

        self.refuse(
            "logits", self.model, "--tokens", "504 3575", "--npy", self.folder / "x.npy",
            preexec_fn=limit, code=1, says="x.npy",
        )  # fmt: skip
        self.assertEqual(os.listdir(self.folder), [])

    def digest(self, tokens, threads, chunk, isa):
        file = self.folder / "logits.npy"
        done = linnet(
            "logits", self.model, "--tokens", tokens, "--threads", threads, "--chunk", chunk, "--npy", file,
            env={**os.environ, "LINNET_ISA": isa},
        )  # fmt: skip
        if done.returncode == 1 and isa in done.stderr:
            return None  # this processor, or this build, has no such kernels
        self.assertEqual(done.returncode, 0, done.stderr)
        return hashlib.sha256(file.read_bytes()).hexdigest()

    def test_the_same_bits_for_all_threads_chunks_and_kernels(self):
        text = (DATA / "harbour.txt").read_text(encoding="utf-8")
        ids = json.loads(self.succeed("tokenize", self.model, text, "--json"))[:N_TOKENS]
        self.assertEqual(len(ids), N_TOKENS)
        tokens = " ".join(map(str, ids))
        want = self.digest(tokens, 1, 64, "portable")
        self.assertIsNotNone(want)
        self.assertEqual(self.digest(tokens, 3, 7, "portable"), want)
        usable = set()
        for isa in instruction_sets():
            for threads, chunk in ((1, 200), (2, 1), (3, 7), (2, 64)):
                got = self.digest(tokens, threads, chunk, isa)
                if got is None:
                    break
                usable.add(isa)
                with self.subTest(isa=isa, threads=threads, chunk=chunk):
                    self.assertEqual(got, want)
        self.assertTrue(usable, "no kernels but the portable ones")


if __name__ == "__main__":
    unittest.main()
