"""tools/check_docs.py finds names without a comment, enumerators among them."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_docs.py"
HEADER = r"""/// \file
/// A header.
#pragma once
namespace linnet {{
/// A struct.
struct Pair {{
  int first = 0;  ///< The first.
  int second = 0;{second}
}};
/// An enumeration.
enum class Colour {{
  kRed,  ///< Red.
  kBlue,{blue}
}};
/// A class.
class Box {{
 public:
  /// \{{
  /// The inside.
  int& inside();
  const int& inside() const;
  /// \}}
  void open();{open}
}};
}}  // namespace linnet
"""


@unittest.skipUnless(shutil.which("doxygen"), "doxygen is not installed")
class CheckDocs(unittest.TestCase):
    def run_on(self, **comments):
        filled = {"second": "  ///< The second.", "blue": "  ///< Blue.", "open": "  ///< Opens.", **comments}
        with tempfile.TemporaryDirectory() as folder:
            header = pathlib.Path(folder) / "header.h"
            header.write_text(HEADER.format(**filled))
            return subprocess.run(
                [sys.executable, SCRIPT, header], capture_output=True, text=True, check=False
            )

    def test_all_is_said(self):
        result = self.run_on()
        self.assertEqual((result.returncode, result.stdout), (0, ""))

    def test_each_omission(self):
        for name in ["second", "blue", "open"]:
            with self.subTest(name):
                result = self.run_on(**{name: ""})
                self.assertEqual(result.returncode, 1)
                self.assertEqual(result.stdout.count("\n"), 1, result.stdout)
                self.assertIn(name, result.stdout.lower())


if __name__ == "__main__":
    unittest.main()
