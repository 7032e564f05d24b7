"""linnet match, and the constraints of run and chat."""

import json
import pathlib
import tempfile
import unittest

from support import ModelTestCase, linnet

TICKET = {
    "type": "object",
    "properties": {
        "label": {"enum": ["billing", "shipping", "other"]},
        "urgent": {"type": "boolean"},
        "summary": {"type": "string", "maxLength": 60},
    },
    "required": ["label", "urgent", "summary"],
    "additionalProperties": False,
}


class WithFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        return str(path)


class Match(WithFiles):
    def match(self, *arguments, **more):
        return linnet("match", *arguments, **more)

    def test_exit_codes_tell_yes_and_no(self):
        schema = self.file("ticket.json", TICKET)
        good = '{"label": "other", "urgent": false, "summary": "a"}'
        self.assertEqual(self.match("--schema", schema, good).returncode, 0)
        done = self.match("--schema", schema, '{"label": "lost"}')
        self.assertEqual(done.returncode, 1)
        self.assertIn("goes wrong at byte 11", done.stderr)
        done = self.match("--schema", schema, '{"label": ')
        self.assertIn("ends too early, at byte 10", done.stderr)
        self.assertEqual(self.match("--schema", schema, "-", "-q", input="x").stderr, "")

    def test_a_refused_constraint_is_2_with_the_reason(self):
        for flag, text, part in (
            ("--schema", '{"properties": {"a": {"minimum": "x"}}}', "/properties/a/minimum"),
            ("--schema", '{"not": {"uniqueItems": true}}', "/uniqueItems"),
            ("--schema", "{", "refused"),
            ("--grammar", 'root ::= root "a" | "a"', "begins with itself"),
            ("--grammar", "root ::= missing", "missing"),
        ):
            file = self.file("refused", text)
            done = self.match(flag, file, "a")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(file + ":" if part == "refused" else part, done.stderr)
        wrong = (["--regex", "(", "a"], ["--regex", r"(a)\1", "a"], ["--choices", "a,,b", "a"], ["a"])
        for arguments in wrong:
            self.assertEqual(self.match(*arguments).returncode, 2, arguments)
        self.assertEqual(self.match("--schema", str(self.folder / "absent"), "a").returncode, 2)
        self.assertEqual(self.match("--regex", "a", "--choices", "a", "a").returncode, 2)

    def test_every_front_end(self):
        grammar = self.file("list.gbnf", 'root ::= "(" root ")" | [0-9]+\n')
        text = self.file("note.txt", "Aspirin 500 mg daily.")
        for arguments, yes, no in (
            (["--grammar", grammar], "((12))", "((12)"),
            (["--regex", "^[0-9]{4}$"], "2026", "20266"),
            (["--choices", "yes,no"], "no", "nope"),
            (["--spans", text], "500 mg", "500 m"),
        ):
            self.assertEqual(self.match(*arguments, yes).returncode, 0, yes)
            self.assertEqual(self.match(*arguments, no).returncode, 1, no)

    def test_json_options(self):
        schema = self.file("s.json", {"properties": {"a": True, "b": True}, "type": "object"})
        text = '{ "b":1,"a" : 2}'
        self.assertEqual(self.match("--schema", schema, text).returncode, 1)
        free = ["--whitespace", "free", "--property-order", "free"]
        self.assertEqual(self.match("--schema", schema, *free, text).returncode, 0)
        self.assertEqual(self.match("--schema", schema, "--whitespace", "compact", '{"a":1}').returncode, 0)

    def test_thousands_of_lines(self):
        schema = self.file("s.json", TICKET)
        good = json.dumps({"label": "billing", "urgent": True, "summary": "é"}, ensure_ascii=False)
        lines = [json.dumps({"text": good}), json.dumps(good), json.dumps({"text": good[:-1]})] * 1000
        done = self.match("--schema", schema, "--jsonl", input="\n".join(lines))
        self.assertEqual(done.returncode, 1)
        verdicts = [json.loads(line) for line in done.stdout.splitlines()]
        missing = {"match": False, "byte": len(good.encode()) - 1}
        self.assertEqual(verdicts, [{"match": True}, {"match": True}, missing] * 1000)
        self.assertEqual(self.match("--schema", schema, "--jsonl", input=lines[0]).returncode, 0)
        self.assertEqual(self.match("--schema", schema, "--jsonl", input="{}").returncode, 2)


class Constrained(ModelTestCase, WithFiles):
    def setUp(self):
        WithFiles.setUp(self)

    def test_answers_satisfy_the_schema(self):
        schema = self.file("ticket.json", TICKET)
        prompt = "I was charged twice for my order! Make a ticket of this."
        for more in ([], ["--temperature", "1.5", "--seed", "3"], ["--beam", "4"], ["--guess", "8"]):
            text = self.succeed("run", self.model, prompt, "--schema", schema, "-q", *more)
            self.assertEqual(linnet("match", "--schema", schema, text[:-1]).returncode, 0, text)
            self.assertEqual(list(json.loads(text)), list(TICKET["properties"]))

    def test_threads_do_not_change_the_answer(self):
        schema = self.file("ticket.json", TICKET)
        answers = {
            self.succeed("run", self.model, "A parcel is late.", "--schema", schema, "-q", "--threads", n)
            for n in ("1", "2", "3")
        }
        self.assertEqual(len(answers), 1)

    def test_choices_and_beams(self):
        question = "Is the sea wet?"
        answer = self.succeed("run", self.model, question, "--choices", "yes,no", "-q", "--beam", "2")
        self.assertIn(answer, ("yes\n", "no\n"))

    def test_what_is_refused_is_told_before_the_model_is_loaded(self):
        file = self.file("bad.json", {"minimum": "x"})
        done = linnet("run", "no-such-model.gguf", "Hello", "--schema", file)
        self.assertEqual(done.returncode, 2)
        self.assertIn("/minimum", done.stderr)
        self.assertEqual(linnet("run", "no-such-model.gguf", "Hello", "--trigger", "x").returncode, 2)

    def test_chat_keeps_to_it_in_every_turn(self):
        turns = "Is the sea wet?\nIs it dry?\n"
        out = self.succeed("chat", self.model, "--choices", "yes,no", input=turns)
        self.assertTrue(set(out.split()) <= {"yes", "no", ">"}, out)


if __name__ == "__main__":
    unittest.main()
