"""linnet classify."""

import json
import pathlib
import subprocess
import tempfile
import unittest

from support import LINNET, ModelTestCase, linnet

EXAMPLES = [
    ("Will it rain in Lisbon tomorrow?", "weather"),
    ("How cold does it get tonight?", "weather"),
    ("Is there going to be snow at the weekend?", "weather"),
    ("Wake me at seven.", "alarm"),
    ("Set an alarm for half past five.", "alarm"),
    ("I need to get up at six on Monday.", "alarm"),
    ("Play something by Bach.", "music"),
    ("Put on my running playlist.", "music"),
    ("I want to hear an old blues song.", "music"),
]
TEXTS = ["Do I need an umbrella today?", "Wake us at eight o'clock.", "Play the new record of this band."]
RIGHT = ["weather", "alarm", "music"]


def lines(items):
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


class Classify(ModelTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.examples = self.write("examples.jsonl", lines({"text": t, "label": l} for t, l in EXAMPLES))
        self.texts = self.write("texts.jsonl", lines({"text": t} for t in TEXTS))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def classify(self, *arguments, **options):
        out = self.succeed("classify", self.model, *arguments, **options)
        return [json.loads(line) for line in out.splitlines()]

    def test_examples(self):
        results = self.classify("--examples", self.examples, self.texts)
        self.assertEqual([r["ranked"][0][0] for r in results], RIGHT)
        for result in results:
            self.assertEqual(list(result), ["label", "probability", "none", "ranked"])
            self.assertIn(result["label"], (None, result["ranked"][0][0]))
            self.assertEqual(result["probability"], result["ranked"][0][1])
            total = result["none"] + sum(p for _, p in result["ranked"])
            self.assertAlmostEqual(total, 1, places=9)

    def test_a_head_is_kept_and_says_the_same(self):
        head = self.folder / "commands.head"
        want = self.classify("--examples", self.examples, self.texts, "--save-head", head)
        for threads in (1, 2):
            texts = lines({"text": t} for t in TEXTS)
            got = self.classify("--head", head, "--threads", threads, input=texts)
            self.assertEqual(got, want)
        only_head = linnet("classify", self.model, "--examples", self.examples, "--save-head", head)
        self.assertEqual((only_head.returncode, only_head.stdout), (0, ""))
        abstained = self.classify("--head", head, self.texts, "--threshold", "1")
        self.assertEqual([r["label"] for r in abstained], [None] * 3)
        self.assertEqual([r["ranked"] for r in abstained], [r["ranked"] for r in want])

    def test_labels(self):
        for text in (
            '["weather", {"name": "alarm", "description": "waking somebody"}, "music"]',
            '"weather"\n{"name": "alarm", "examples": ["Wake me at seven."]}\n"music"\n',
        ):
            results = self.classify("--labels", self.write("labels.json", text), self.texts)
            self.assertEqual(len(results), 3)
            for result in results:
                self.assertEqual({name for name, _ in result["ranked"]}, {"weather", "alarm", "music"})

    def test_errors(self):
        def refuse(*arguments, says, code=1, **options):
            self.refuse("classify", self.model, *arguments, code=code, says=says, **options)

        refuse(self.texts, code=2, says="--examples")
        refuse(self.texts, "--examples", self.examples, "--labels", self.examples, code=2, says="--labels")
        refuse("--head", "x", "--save-head", "y", code=2, says="--save-head")
        refuse("--examples", "/no/such/file", self.texts, says="/no/such/file")
        refuse("--head", self.examples, self.texts, says="not a trained head")
        refuse("--labels", self.write("l", '["a", "a"]'), self.texts, says="'a' is there twice")
        refuse("--labels", self.write("l", "[]"), self.texts, says="0 labels")
        refuse("--examples", self.write("e", '{"text": "a"}\n'), self.texts, says="line 1")
        refuse("--examples", self.write("e", "{\n"), self.texts, says="line 1: not valid JSON")
        refuse("--examples", self.examples, "--threshold", "2", code=2, says="--threshold")
        refuse("--examples", self.examples, "/no/such/file", says="/no/such/file")

    def test_texts_without_an_answer(self):
        bad = ['{"txt": "x"}', "", '{"text": ""}', "no JSON", '{"text": "\\ud800"}']
        good = lines({"text": t} for t in TEXTS).splitlines()
        arguments = ("classify", self.model, "--examples", self.examples)
        done = linnet(*arguments, input="\n".join([good[0], *bad, *good[1:]]))
        results = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(done.returncode, 1)
        self.assertIn("4 of 7 texts have no answer; the first is line 2:", done.stderr)
        self.assertEqual([list(r) == ["error"] for r in results], [False] + [True] * 4 + [False] * 2)
        want = self.classify("--examples", self.examples, self.texts)
        self.assertEqual([r for r in results if "error" not in r], want)
        self.assertIn("empty", results[2]["error"])

    def test_lines_are_answered_as_they_come(self):
        arguments = [str(a) for a in (LINNET, "classify", self.model, "--examples", self.examples)]
        pipe = subprocess.PIPE
        with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, text=True) as process:
            for text, label in zip(TEXTS, RIGHT):
                process.stdin.write(json.dumps({"text": text}) + "\n")
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["ranked"][0][0], label)
            process.stdin.close()
            self.assertEqual(process.wait(timeout=30), 0)


if __name__ == "__main__":
    unittest.main()
