"""models/manifest.json: every entry is whole, and the default needs nobody's consent."""

import json
import pathlib
import re
import unittest

MANIFEST = pathlib.Path(__file__).resolve().parents[2] / "models" / "manifest.json"
FIELDS = {
    "name": str,
    "description": str,
    "license": str,
    "license_url": str,
    "consent": bool,
    "file": str,
    "size": int,
    "sha256": str,
    "perplexity": dict,
    "sources": list,
}


class Manifest(unittest.TestCase):
    def setUp(self):
        self.manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
        self.models = self.manifest["models"]

    def test_the_default_is_there_and_free(self):
        default = [model for model in self.models if model["name"] == self.manifest["default"]]
        self.assertEqual(len(default), 1)
        self.assertFalse(default[0]["consent"])

    def test_names_and_files_are_unique(self):
        for field in ("name", "file", "sha256"):
            values = [model[field] for model in self.models]
            self.assertEqual(len(values), len(set(values)), field)

    def test_fields(self):
        for model in self.models:
            with self.subTest(model["name"]):
                self.assertEqual({field: type(value) for field, value in model.items()}, FIELDS)
                self.assertRegex(model["name"], r"^[a-z0-9][a-z0-9.-]*$")
                self.assertRegex(model["file"], r"^[A-Za-z0-9][A-Za-z0-9._-]*\.gguf$")
                self.assertRegex(model["sha256"], r"^[0-9a-f]{64}$")
                self.assertRegex(model["license_url"], r"^https://")
                self.assertGreater(model["size"], 0)
                self.assertEqual(set(model["perplexity"]), {"value", "tolerance", "context", "text"})

    def test_sources(self):
        for model in self.models:
            self.assertTrue(model["sources"], model["name"])
            for source in model["sources"]:
                with self.subTest(model["name"], source=source):
                    getattr(self, "check_" + source["kind"])(source)

    def check_url(self, source):
        self.assertEqual(set(source), {"kind", "url"})
        # A revision, not a branch: what the address means must not change.
        self.assertTrue(re.match(r"^https://.*/[0-9a-f]{40}/", source["url"]))

    def check_pypi(self, source):
        self.assertEqual(set(source), {"kind", "wheels"})
        self.assertTrue(source["wheels"])
        for wheel in source["wheels"]:
            self.assertEqual(set(wheel), {"package", "version", "member"})


if __name__ == "__main__":
    unittest.main()
