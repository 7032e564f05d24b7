"""What the end-to-end tests share: where the program and the model are, and how to run it."""

import json
import os
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("LINNET_BIN_DIR", ROOT / "build/release/bin"))
LINNET = str(BIN / "linnet")
DATA = pathlib.Path(__file__).resolve().parent / "data"
TIMEOUT_SECONDS = 300


def model_path():
    """The default model's file: LINNET_TEST_MODEL, or where scripts/fetch-model puts it; None if absent."""
    if os.environ.get("LINNET_TEST_MODEL"):
        path = pathlib.Path(os.environ["LINNET_TEST_MODEL"])
    else:
        manifest = json.loads((ROOT / "models/manifest.json").read_text(encoding="utf-8"))
        default = next(m for m in manifest["models"] if m["name"] == manifest["default"])
        cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        folder = os.environ.get("LINNET_MODEL_DIR") or pathlib.Path(cache) / "linnet"
        path = pathlib.Path(folder) / default["file"]
    return str(path) if path.is_file() else None


def linnet(*arguments, text=True, **options):
    """Runs the program to its end. Standard input is empty unless `input` is given."""
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run(
        [LINNET, *map(str, arguments)],
        stderr=subprocess.PIPE,
        text=text,
        timeout=TIMEOUT_SECONDS,
        **options,
    )


class TestCase(unittest.TestCase):
    maxDiff = None

    def succeed(self, *arguments, **options):
        """The program's standard output; fails the test unless the exit code is 0."""
        done = linnet(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def refuse(self, *arguments, code, says, **options):
        """Fails the test unless the program ends with `code`, an empty stdout and one line with `says`."""
        done = linnet(*arguments, **options)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("linnet"), done.stderr)
        self.assertIn(says, done.stderr)
        self.assertIn(done.stdout, ("", None))


class ModelTestCase(TestCase):
    """Tests that need the default model: skipped without it, or failed if LINNET_REQUIRE_MODEL is 1."""

    @classmethod
    def setUpClass(cls):
        cls.model = model_path()
        if cls.model is None:
            message = "the default model is not here: run scripts/fetch-model"
            if os.environ.get("LINNET_REQUIRE_MODEL") == "1":
                raise AssertionError(message)
            raise unittest.SkipTest(message)
