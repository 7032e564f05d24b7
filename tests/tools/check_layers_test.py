"""tools/check_layers.py finds each kind of broken rule, and nothing in a tree that keeps them."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_layers.py"


class CheckLayers(unittest.TestCase):
    def run_on(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return subprocess.run(
                [sys.executable, SCRIPT, folder], capture_output=True, text=True, check=False
            )

    def test_a_good_tree(self):
        result = self.run_on(
            {
                "include/linnet/model.h": "#include <vector>\n#include <linnet/result.h>\n",
                "src/base/fail.h": "#include <fmt/format.h>\n#include <linnet/result.h>\n",
                "src/ops/norm.cc": '#include "ops/norm.h"\n#include "kernels/table.h"\n',
                "src/kernels/x86_64/avx2.cc": '#include <immintrin.h>\n#include "quant/q4_1.h"\n',
                "src/cli/main.cc": '#include <CLI/CLI.hpp>\n#include "cli/command.h"\n',
                "src/cli/names.cc": '#include "names.inc"\n',
                "src/cli/names.inc.in": "",
                "examples/hello.cc": "#include <iostream>\n#include <linnet/linnet.h>\n",
            }
        )
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_each_broken_rule(self):
        for name, line, words in (
            ("src/base/a.cc", '#include "gguf/reader.h"', "base may not see gguf"),
            ("src/tokenizer/a.cc", '  #  include "model/hparams.h"', "tokenizer may not see model"),
            ("src/cli/a.cc", '#include "engine/session.h"', "cli may not see engine"),
            ("src/chat/a.cc", '#include "value.h"', "write the path from src/"),
            ("src/chat/a.cc", '#include "linnet/chat.h"', "write the library's own headers"),
            ("src/kernels/x86_64/a.cc", "#include <fmt/format.h>", "<fmt/format.h> is for"),
            ("src/model/a.cc", "#include <sys/socket.h>", "is in no rule"),
            ("src/engine/a.cc", "#include <gtest/gtest.h>", "tests only"),
            ("include/linnet/a.h", "#include <fmt/core.h>", "<fmt/core.h> is for"),
            ("include/linnet/a.h", '#include "base/fail.h"', "a public header"),
            ("examples/a.cc", '#include "base/fail.h"', "an example sees"),
            ("src/novelty/a.cc", "", "the folder novelty is in no rule"),
        ):
            with self.subTest(name, line=line):
                result = self.run_on({name: f"#pragma once\n{line}\n"})
                self.assertEqual(result.returncode, 1)
                self.assertIn(words, result.stdout)

    def test_an_empty_tree_proves_nothing(self):
        self.assertEqual(self.run_on({}).returncode, 1)


if __name__ == "__main__":
    unittest.main()
