"""The README's first listing is the program of linnet.h's description, and compiles as it stands."""

import os
import pathlib
import re
import subprocess
import tempfile
import textwrap
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Readme(unittest.TestCase):
    def setUp(self):
        self.readme = (ROOT / "README.md").read_text(encoding="utf-8")
        self.listing = re.search(r"```cpp\n(.*?)```", self.readme, re.DOTALL)[1]

    def test_the_listing_is_the_headers(self):
        header = (ROOT / "include/linnet/linnet.h").read_text(encoding="utf-8")
        indented = re.findall(r"^///(     .*)$", header, re.MULTILINE)
        self.assertEqual(textwrap.dedent("\n".join(indented)) + "\n", self.listing)

    def test_the_listing_compiles(self):
        build = pathlib.Path(os.environ.get("LINNET_BUILD_DIR", ROOT / "build/release"))
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "main.cc"
            source.write_text(self.listing)
            includes = [f"-I{ROOT / 'include'}", f"-I{build / 'include'}"]
            command = [
                os.environ.get("CXX", "c++"),
                "-std=c++20",
                "-fsyntax-only",
                "-Wall",
                "-Werror",
                *includes,
            ]
            subprocess.run([*command, source], check=True)

    def test_links_lead_somewhere(self):
        for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
            for target in re.findall(r"\]\(([^)#\s]+)\)", document.read_text(encoding="utf-8")):
                if not target.startswith("https://"):
                    self.assertTrue((document.parent / target).exists(), f"{document.name}: {target}")


if __name__ == "__main__":
    unittest.main()
