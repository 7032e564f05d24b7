"""linnet extract."""

import json
import pathlib
import tempfile
import unittest

from support import ModelTestCase, linnet

SCHEMA = {
    "type": "object",
    "properties": {
        "dish": {"type": "string", "x-linnet-source": "span"},
        "count": {"type": "integer"},
    },
}
EXAMPLES = [
    ("Two plates of fried rice, please.", [{"dish": "fried rice", "count": "Two"}]),
    ("I would like 3 lemon cakes.", [{"dish": "lemon cakes", "count": "3"}]),
    ("Bring us four onion soups.", [{"dish": "onion soups", "count": "four"}]),
    ("We take 5 green salads.", [{"dish": "green salads", "count": "5"}]),
    ("Six bowls of bean stew for the table.", [{"dish": "bean stew", "count": "Six"}]),
    ("Is the kitchen still open?", []),
    ("The bill, please.", []),
]


def lines(texts):
    return "".join(json.dumps({"text": text}) + "\n" for text in texts)


class Extract(ModelTestCase):
    def answers(self, texts, *arguments):
        out = self.succeed("extract", self.model, *arguments, input=lines(texts))
        return [json.loads(line)["records"] for line in out.splitlines()]

    def check_copies(self, text, records):
        for record in records:
            for value in record.values():
                self.assertTrue(0 <= value["probability"] <= 1)
                if isinstance(value["value"], str) and "begin" in value:
                    copied = text.encode()[value["begin"] : value["end"]]
                    self.assertEqual(copied.decode(), value["value"])

    def test_recipe(self):
        texts = ["Wir nehmen naïve Zahlen: Zoloft 50 mg daily was given.", "The weather was fine."]
        found = self.answers(texts, "--recipe", "medication")
        self.assertEqual(found[0][0]["drug"]["value"], "Zoloft")
        self.assertTrue(found[0][0]["dose"]["value"].startswith("50 mg"))
        self.check_copies(texts[0], found[0])

    def test_schema_examples_and_head(self):
        with tempfile.TemporaryDirectory() as folder:
            schema, examples, head = (pathlib.Path(folder, name) for name in ("s.json", "e.jsonl", "a.head"))
            schema.write_text(json.dumps(SCHEMA), encoding="utf-8")
            examples.write_text(
                "".join(json.dumps({"text": t, "records": r}) + "\n" for t, r in EXAMPLES), encoding="utf-8"
            )
            flags = ("--schema", schema, "--examples", examples, "--save-head", head, "--no-cache")
            texts = ["I would like 7 fish pies.", "", "Is the kitchen open?"]
            found = self.answers(texts, *flags)
            self.assertEqual(found[0][0]["dish"]["value"], "fish pies")
            self.assertEqual(found[0][0]["count"]["value"], 7)
            self.assertEqual(found[1:], [[], []])
            self.assertEqual(self.answers(texts, "--head", head), found)
            self.assertEqual(self.answers(texts, "--head", head, "--threads", "1"), found)

    def test_without_an_example(self):
        span = {"type": "string", "x-linnet-source": "span"}
        fields = {
            "drug": {**span, "description": "name of the medicine"},
            "dose": {**span, "description": "how much of it"},
        }
        texts = ["Give 3 pills of Prednisone 20 mg on 3 May 2024.", ""]
        with tempfile.TemporaryDirectory() as folder:
            schema = pathlib.Path(folder, "dose.json")
            schema.write_text(json.dumps({"type": "object", "properties": fields}), encoding="utf-8")
            found = self.answers(texts, "--schema", schema)
        self.assertEqual([value["value"] for value in found[0][0].values()], ["Prednisone", "20 mg"])
        self.check_copies(texts[0], found[0])
        self.assertEqual(found[1], [])

    def test_texts_without_an_answer(self):
        texts = lines(["See you on Friday.", "word " * 5000, "Come at noon."]) + "no JSON\n"
        done = linnet("extract", self.model, "--recipe", "dates", input=texts)
        results = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(done.returncode, 1)
        self.assertIn("2 of 4 texts have no answer; the first is line 2: the text has 5001", done.stderr)
        self.assertEqual([list(r) for r in results], [["records"], ["error"], ["records"], ["error"]])
        want = self.answers(["See you on Friday."], "--recipe", "dates")
        self.assertEqual(results[0], {"records": want[0]})

    def test_refusals(self):
        with tempfile.TemporaryDirectory() as folder:
            bad = pathlib.Path(folder, "bad.json")
            bad.write_text('{"properties": {"a": {"pattern": "x"}}}', encoding="utf-8")
            self.refuse("extract", self.model, code=2, says="--recipe")
            self.refuse("extract", self.model, "--recipe", "nothing", code=1, says="medication")
            self.refuse("extract", self.model, "--schema", bad, code=1, says="/properties/a/pattern")
            dates = ("extract", self.model, "--recipe", "dates")
            self.refuse(*dates, "--today", "now", code=1, says="YYYY-MM-DD", input="{}")
            for least in ("nan", "-3", "7"):
                self.refuse(*dates, "--min-probability", least, code=2, says="not from 0 to 1", input="{}")


if __name__ == "__main__":
    unittest.main()
