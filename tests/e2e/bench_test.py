"""linnet bench: shapes, not speeds."""

import csv
import html.parser
import io
import json
import os
import pathlib
import tempfile
import unittest

from support import ROOT, ModelTestCase, TestCase, linnet

FEW = ["-p", "16", "-n", "4", "-r", "2"]
TINY = ROOT / "tests/golden/model/llama_tied.gguf"  # in the repository: for what needs no real speeds
LISTS = ["-p", "8,0", "-n", "2,3", "-d", "0,5", "-t", "1,2", "--cache", "f16,q4_0", "-r", "5"]


class Bench(ModelTestCase):
    def test_json(self):
        report = json.loads(self.succeed("bench", self.model, *FEW, "-t", "1,2", "--format", "json"))
        self.assertGreater(report["peak_bytes"], 50e6)
        self.assertGreater(report["first_token_seconds"], report["load_seconds"])
        self.assertEqual([rates["threads"] for rates in report["read_rates"]], [1, 2])
        for rates in report["read_rates"]:
            for size in ("memory", "weights"):
                self.assertGreater(rates[f"{size}_bytes_per_second"]["low"], 1e8)
        kinds = [(cell["kind"], cell["tokens"], cell["threads"]) for cell in report["cells"]]
        self.assertEqual(
            kinds, [("prompt", 16, 1), ("prompt", 16, 2), ("decode", 4, 1), ("decode", 4, 2)]
        )
        for cell in report["cells"]:
            speed = cell["tokens_per_second"]
            self.assertTrue(0 < speed["low"] <= speed["median"] <= speed["high"])
            self.assertEqual(sorted(speed["rounds"]), [speed["low"], speed["high"]])
            self.assertEqual("share_of_memory" in cell, cell["kind"] == "decode")

    def test_a_name_and_a_path_are_one_model(self):
        report = json.loads(self.succeed("bench", self.model, *FEW, "--format", "json"))
        self.assertEqual(report["model"], pathlib.Path(self.model).name)
        self.assertNotIn("/", report["command"])


class Together(TestCase):
    def test_sessions_together(self):
        report = json.loads(
            self.succeed(
                "bench", TINY, "-p", "4", "-n", "3", "-d", "0,300", "-b", "1,5", "-r", "1", "--format", "json"
            )
        )
        cells = [(cell["kind"], cell["depth"], cell["sessions"]) for cell in report["cells"]]
        expected = [("prompt", 0, 1), ("prompt", 300, 1)]
        expected += [("decode", depth, sessions) for sessions in (1, 5) for depth in (0, 300)]
        self.assertEqual(cells, expected)
        self.assertTrue(all(cell["tokens_per_second"]["median"] > 0 for cell in report["cells"]))


class Guessing(TestCase):
    def test_extraction_with_and_without(self):
        report = json.loads(
            self.succeed(
                "bench", TINY, "-p", "0", "-n", "24", "--guess", "4,8", "-r", "2", "--format", "json"
            )
        )
        cells = [cell for cell in report["cells"] if cell["kind"] == "extract"]
        self.assertEqual([cell["guess"] for cell in cells], [0, 4, 8])
        self.assertEqual(cells[0]["guesses"], {"made": 0, "right": 0})
        self.assertTrue(all(cell["gain"] > 0 for cell in cells[1:]))
        self.assertTrue(report["command"].endswith(" --guess 4,8"))

    def test_guesses_of_a_model(self):
        flags = ["-p", "0", "-n", "24", "--guess", "4", "--draft", TINY, "-r", "2", "--format", "json"]
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder, "page.html")
            report = json.loads(self.succeed("bench", TINY, *flags, "--html", page))
            self.assertIn(f"by {TINY.name}", page.read_text())
        drafts = [(cell["guess"], cell.get("draft")) for cell in report["cells"] if "guess" in cell]
        self.assertEqual(drafts, [(0, None), (4, None), (4, TINY.name)])
        guesses = report["cells"][-1]["guesses"]
        self.assertEqual(guesses["made"], guesses["right"])  # the model itself is always right
        self.assertTrue(report["command"].endswith(f" --guess 4 --draft {TINY.name}"))

    def test_wrong_usage(self):
        self.refuse("bench", "m", "-n", "0", "--guess", "4", code=2, says="--guess")
        self.refuse("bench", "m", "--guess", "16", code=2, says="--guess")
        self.refuse("bench", "m", "--draft", TINY, code=2, says="--guess")
        few = ["-p", "0", "-n", "4", "--guess", "4", "-r", "1"]
        self.refuse("bench", TINY, *few, "--context", "16", code=1, says="context")


class Lists(TestCase):
    """With a model too small to say anything of speed."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.before = os.path.join(cls.folder.name, "before.json")
        done = linnet("bench", TINY, *LISTS, "--format", "json")
        assert done.returncode == 0, done.stderr
        pathlib.Path(cls.before).write_text(done.stdout, encoding="utf-8")

    def path(self, name, text=None):
        path = os.path.join(self.folder.name, name)
        if text is not None:
            pathlib.Path(path).write_text(text, encoding="utf-8")
        return path

    def test_every_combination_is_measured(self):
        report = json.loads(pathlib.Path(self.before).read_text(encoding="utf-8"))
        self.assertEqual(len(report["cells"]), 3 * 2 * 2 * 2)
        self.assertEqual({cell["cache"] for cell in report["cells"]}, {"f16", "q4_0"})
        self.assertEqual({len(cell["tokens_per_second"]["rounds"]) for cell in report["cells"]}, {5})
        decodes = [cell for cell in report["cells"] if cell["kind"] == "decode"]
        f16, q4_0 = (
            next(cell["bytes_per_token"] for cell in decodes if cell["cache"] == cache)
            for cache in ("f16", "q4_0")
        )
        self.assertLess(q4_0, f16)

    def test_page_csv_and_markdown(self):
        page = self.path("page.html")
        text = self.succeed("bench", TINY, *FEW, "-d", "0,8", "--html", page, "--baseline", self.before)
        self.assertIn("| decode 4 | 8 |", text)
        self.assertIn("Energy: ", text)
        written = pathlib.Path(page).read_text(encoding="utf-8")
        html.parser.HTMLParser().feed(written)
        self.assertIn("llama_tied.gguf", written)
        self.assertNotIn("http", written)
        self.assertEqual(written.count("<svg"), written.count("</svg>"))
        rows = list(csv.DictReader(io.StringIO(self.succeed("bench", TINY, *FEW, "--format", "csv"))))
        self.assertEqual([row["kind"] for row in rows], ["prompt", "decode"])
        self.assertGreater(float(rows[1]["median"]), 0)

    def test_comparing(self):
        same = self.succeed("bench", "--compare", self.before, self.before)
        self.assertIn("no difference that the noise allows to see", same)
        report = json.loads(pathlib.Path(self.before).read_text(encoding="utf-8"))
        for cell in report["cells"]:  # Rounds of its own: measured ones may vary by any factor.
            cell["tokens_per_second"]["rounds"] = [100, 101, 102, 103, 104]
        before = self.path("steady.json", json.dumps(report))
        slow = report["cells"].pop(0)
        for cell in report["cells"]:
            cell["tokens_per_second"]["rounds"] = [50, 51, 52, 53, 54]
        after = self.path("after.json", json.dumps(report))
        done = linnet("bench", "--compare", before, after, "--format", "json")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        verdicts = json.loads(done.stdout)
        self.assertEqual({cell["verdict"] for cell in verdicts["cells"]}, {"slower"})
        self.assertEqual(verdicts["only_first"], [f"prompt {slow['tokens']}, 1 thread, f16"])
        self.assertIn("| faster |", self.succeed("bench", "--compare", after, before))

    def test_wrong_files(self):
        broken = self.path("broken.json", '{"schema": "linnet-bench-1", "cells": [[[[[[[[[[')
        other = json.loads(pathlib.Path(self.before).read_text(encoding="utf-8"))
        for cell in other["cells"]:
            cell["sessions"] = 7
        other = self.path("other.json", json.dumps(other))
        for wrong, says in [
            (broken, "broken.json"),
            ("/nonexistent.json", "cannot read"),
            (self.folder.name, "cannot read"),
            ("/dev/null", "not what linnet bench"),
            ("/dev/zero", "64 MiB"),
            (other, "no cell in common"),
        ]:
            with self.subTest(wrong):
                self.refuse("bench", "--compare", self.before, wrong, code=2, says=says)
        self.refuse("bench", TINY, "--html", self.path("x.html"), "--baseline", broken, code=2, says="broken")
        self.assertFalse(os.path.exists(self.path("x.html")))

    def test_wrong_usage(self):
        self.refuse("bench", code=2, says="MODEL")
        self.refuse("bench", "m", "--compare", self.before, self.before, code=2, says="--compare")
        self.refuse("bench", "--compare", self.before, code=2, says="--compare")
        both = ["--compare", self.before, self.before]
        self.refuse("bench", *both, "--format", "csv", code=2, says="md or json")
        self.refuse("bench", "m", "--baseline", self.before, code=2, says="--html")
        self.refuse("bench", "m", "-p", "0", "-n", "0", code=2, says="nothing")
        for flag, value, says in [
            ("-p", "1,x", "--prompt"), ("-n", "-1", "--decode"), ("-d", "1.5", "--depth"), ("-t", "0", "-t"),
            ("--cache", "f16,f64", "--cache"), ("-r", "0", "--repeats"), ("--format", "html", "--format"),
        ]:  # fmt: skip
            with self.subTest(flag=flag, value=value):
                self.refuse("bench", "no-such-model", flag, value, code=2, says=says)
        self.refuse("bench", TINY, *FEW, "--html", "/nonexistent/x.html", code=1, says="cannot write")
        self.refuse("bench", TINY, *FEW, "--context", "8", code=1, says="context")


if __name__ == "__main__":
    unittest.main()
