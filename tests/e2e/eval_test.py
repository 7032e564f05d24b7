"""linnet eval on answers that are there already, and on linnet's own."""

import json
import pathlib
import tempfile
import unittest

from support import ROOT, ModelTestCase, TestCase

RECIPE = ROOT / "recipes/medication.json"
TICKETS = [
    {"text": "the gate squeaks", "label": "gate"},
    {"text": "the pond is <b> frozen", "label": "pond"},
    {"text": "what is a linnet", "label": None},
]
SAID = [
    {"label": "gate", "probability": 0.9, "ranked": [["gate", 0.9], ["pond", 0.1]]},
    {"text": TICKETS[1]["text"], "label": "gate", "probability": 0.6},
    {"label": None, "probability": 0.3, "ranked": [["pond", 0.3]], "seconds": 0.5},
]
NOTES = [
    {"text": "Two grams of salt.", "items": [{"what": "salt", "amount": "Two grams"}]},
    {"text": "Nothing today.", "items": []},
]
FOUND = [
    {"records": [{"what": {"value": "Salt", "begin": 13, "end": 17}, "amount": "two grams"}]},
    {"records": [{"what": "pepper", "amount": None}]},
]


class Eval(TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name, lines in (("tickets", TICKETS), ("said", SAID), ("notes", NOTES), ("found", FOUND)):
            text = "".join(json.dumps(line) + "\n" for line in lines)
            (self.folder / f"{name}.jsonl").write_text(text, encoding="utf-8")

    def path(self, name):
        return self.folder / name

    def of_labels(self, *flags):
        files = self.path("tickets.jsonl"), "--predictions", self.path("said.jsonl")
        return self.succeed("eval", "classify", *files, *flags)

    def of_records(self, *flags):
        files = self.path("notes.jsonl"), "--predictions", self.path("found.jsonl")
        return self.succeed("eval", "extract", *files, *flags)

    def test_labels(self):
        report = json.loads(self.of_labels("--json"))
        self.assertEqual(report["texts"], 3)
        self.assertEqual(report["texts_per_second"], 6)
        labels = report["labels"]
        self.assertEqual(labels["accuracy"], 0.5)
        self.assertEqual(labels["out_of_scope_auroc"], 1)
        self.assertEqual(labels["confusions"], [["pond", "gate", 1]])
        self.assertAlmostEqual(labels["ece"], (0.1 + 0.6) / 2)
        self.assertIn("accuracy", self.of_labels())

    def test_records(self):
        records = json.loads(self.of_records("--json"))["records"]
        self.assertEqual(records["total"]["right"], 1)
        self.assertEqual(records["fields"]["what"]["predicted"], 2)
        self.assertEqual(records["invented"], 1)
        self.assertEqual((records["empty_texts"], records["empty_texts_right"]), (1, 0))
        self.assertIn("of 3 strings invented", self.of_records())
        only = json.loads(self.of_records("--json", "--fields", "amount"))["records"]
        self.assertEqual((list(only["fields"]), only["invented"]), (["amount"], 0))

    def test_page(self):
        page = self.path("page.html")
        self.of_labels("--html", page)
        html = page.read_text(encoding="utf-8")
        self.assertIn("the pond is &lt;b&gt; frozen", html)
        self.assertNotIn("is <b>", html)
        self.assertNotIn("what is a linnet", html)  # out of scope, and refused
        self.assertNotIn("http", html)

    def test_help_shows_an_example(self):
        self.assertIn("linnet eval ", self.succeed("eval", "--help"))
        self.refuse("eval", code=2, says="subcommand")

    def test_errors(self):
        tickets, said = self.path("tickets.jsonl"), self.path("said.jsonl")
        predictions = ["--predictions", said]
        self.refuse("eval", "count", tickets, *predictions, code=2, says="linnet eval")
        self.refuse("eval", "extract", tickets, *predictions, code=2, says="the task would be classify")
        self.refuse("eval", "classify", "/no/such/file", *predictions, code=1, says="/no/such/file")
        self.refuse("eval", "classify", tickets, "--predictions", "/no/such", code=1, says="/no/such")
        notes = self.path("notes.jsonl")
        self.refuse("eval", "extract", notes, code=2, says="MODEL or --predictions")
        self.refuse("eval", "extract", notes, "m", code=2, says="--recipe")
        self.refuse("eval", "classify", tickets, "m", code=2, says="--examples")
        self.refuse("eval", "extract", notes, *predictions, code=1, says="said.jsonl, line 2: its \"text\"")
        said.write_text("{}\n", encoding="utf-8")
        few = "has 1 answer, but the data has 3"
        self.refuse("eval", "classify", tickets, *predictions, code=1, says=few)
        said.write_text("{\n", encoding="utf-8")
        self.refuse("eval", "classify", tickets, *predictions, code=1, says="line 1 is not JSON")
        self.assertFalse(list(self.folder.glob("*.html*")))


class OwnAnswers(ModelTestCase):
    def test_classify(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "garden.jsonl"
            gate, pond = ["the gate squeaks", "close the gate"], ["fish swim there", "the pond froze"]
            texts = {"gate": gate, "pond": pond}
            lines = [{"text": text, "label": label} for label in texts for text in texts[label]]
            data.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
            said = self.succeed("eval", "classify", data, self.model, "--examples", data, "--json")
        report = json.loads(said)
        self.assertEqual(report["labels"]["accuracy"], 1)
        self.assertGreater(report["texts_per_second"], 0)

    def test_extract(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "notes.jsonl"
            text = "He was given 40 mg of enoxaparin in the evening."
            items = [{"drug": "enoxaparin", "dose": "40 mg"}]
            data.write_text(json.dumps({"text": text, "items": items}) + "\n", encoding="utf-8")
            said = self.succeed("eval", "extract", data, self.model, "--recipe", RECIPE, "--json")
        report = json.loads(said)
        self.assertEqual(report["records"]["total"]["right"], 1)
        self.assertEqual((report["records"]["invented"], report["invalid"]), (0, 0))
        self.assertGreater(report["texts_per_second"], 0)
        self.assertIn("--recipe medication.json", report["command"])


if __name__ == "__main__":
    unittest.main()
