"""The flags that the documents name are those of --help."""

import re
import subprocess
import sys
import unittest

from support import ROOT, TestCase

COMMANDS = [
    "run", "chat", "match", "extract", "classify", "eval",
    "inspect", "pack", "tokenize", "logits", "perplexity", "bench",
]  # fmt: skip
EVAL_TASKS = ["classify", "extract"]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
# The others name compilers' flags.
FOR_USERS = [
    "README.md", "CHANGELOG.md", "performance.md", "sessions.md",
    "eval.md", "extract.md", "classify.md", "constraints.md",
]  # fmt: skip
FLAG = re.compile(r"(?<!\S)--?[a-z][a-z-]*")
SCRIPTS = ["peers/run", "tasks/run", "tasks/llama_cpp"]
OTHERS = {"--no-repack", "-fa", "-rtr"}  # of llama.cpp and ik_llama.cpp


def code(text):
    """The document's listings and code spans, each as one line."""
    yield from re.findall(r"^ {4}(.*)$", text.replace("\\\n", " "), re.MULTILINE)
    yield from (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text))


class Documents(TestCase):
    def flags(self, command):
        tasks = [[task] for task in EVAL_TASKS] if command == "eval" else [[]]
        helps = [self.succeed(command, *task, "--help") for task in tasks]
        return set(FLAG.findall("".join(helps).replace(",", " ")))

    def test_flags_exist(self):
        flags = {command: self.flags(command) for command in COMMANDS}
        known = set.union(*flags.values(), OTHERS)
        for script in SCRIPTS:
            command = [sys.executable, ROOT / "benchmarks" / script, "--help"]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            known.update(FLAG.findall(done.stdout.replace(",", " ")))
        n_checked = 0
        for document in DOCUMENTS:
            for line in code(document.read_text(encoding="utf-8")):
                named = re.search(r"\blinnet (\w+) (.*)", line)
                if named and named[1] in flags:
                    found, allowed = FLAG.findall(named[2]), flags[named[1]]
                elif document.name in FOR_USERS and line.startswith("-"):
                    found, allowed = FLAG.findall(line), known
                else:
                    continue
                n_checked += len(found)
                with self.subTest(document=document.name, line=line):
                    self.assertEqual(set(found) - allowed, set())
        self.assertGreater(n_checked, 10)


if __name__ == "__main__":
    unittest.main()
