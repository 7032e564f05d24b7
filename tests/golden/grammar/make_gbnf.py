#!/usr/bin/env python3
"""Makes gbnf.json beside this script: what llama.cpp says of texts, for grammars in its notation.

    make_gbnf.py VALIDATOR      llama.cpp's program test-gbnf-validator

[[grammar, [texts that are of it], [texts that are not]], ...]. Texts are the ones below and random changes to them.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

CASES = [
    # Newlines in parentheses, after bars and after ::=; comments.
    ('# a list\nroot ::= # what follows\n  item ("," ws item)* # more\n\nitem ::= "a" |\n  "b" | ( "c"\n  | "d" # d\n)'
     '\r\nws ::= " "?\n', ["a", "a,b", "a, c", "b,d,a"]),
    ('root ::= "x"{3} [0-9]{2,} [ab]{1,3} "-"{0,1}', ["xxx12a", "xxx123bba-", "xxx00ab"]),
    ('root ::= ("ab" | "c"+){2} | "" | ( )', ["abab", "ccab", "abccc", ""]),
    ('root ::= [^a-c\\]\\n"-]+', ["xyz", "[é€", "😀d"]),
    ('root ::= [a\\-z] [-x] [x-] "\\"\\\\\\x41\\u00e9\\U0001F600\\t\\r\\n"', ['a-x"\\Aé😀\t\r\n', 'zx-"\\Aé😀\t\r\n']),
    ("root ::= . .{2} [.] [é-€] [\\u0430-\\u044f]*", ["abc.é", "é\n漢.€", "😀 x.ñпривет"]),
    # Recursion.
    ('root ::= "(" root ")" root |', ["", "()", "(())()", "((()))"]),
    ('root ::= term ([-+*/] term)*\nterm ::= num | "(" root ")"\nnum ::= [0-9]+ ("." [0-9]+)?\n',
     ["1", "1+2*3", "(1-2.5)/(3)", "((42))"]),
    ('root ::= "a" root "b" | "ab"', ["ab", "aabb", "aaabbb"]),
    ('root ::= x-1 | x2\nx-1 ::= "<" x2* ">"\nx2 ::= [a-z] x-1? 0\n0 ::= ";"', ["a;", "<>", "<a;b;>", "<a<b;>;>"]),
    # Ambiguity, and repetitions of what can be empty.
    ('root ::= ("a"* "b"?)* "c"', ["c", "abac", "bbaac"]),
    ('root ::= a a a\na ::= "x" | "xx" | ""', ["", "x", "xxx", "xxxxxx"]),
    ('root ::= (((("a"?)+)*){2})? "."', [".", "a.", "aaaa."]),
    # JSON, with numbers and escapes.
    (r'''root ::= object
value ::= object | array | string | number | ("true" | "false" | "null") ws
object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* )? "}" ws
array ::= "[" ws ( value ("," ws value)* )? "]" ws
string ::= "\"" ( [^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}) )* "\"" ws
number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [1-9] [0-9]{0,15})? ws
ws ::= | " " | "\n" [ \t]{0,20}
''', ["{}", '{"a": [1, -2.5e+3, "\\u00e9\\n"]}', '{"é": {"b":\n  null}, "c": true}', '{"x":[[],[{}]]}']),
]


def changed(text, rng):
    pool = list(text) + list('ab()[]",.0x\\\n é😀')
    characters = list(text)
    for _ in range(rng.randint(1, 2)):
        at = rng.randint(0, len(characters))
        what = rng.random()
        if what < 0.4:
            characters.insert(at, rng.choice(pool))
        elif what < 0.7:
            del characters[at : at + 1]
        else:
            characters[at : at + 1] = [rng.choice(pool)]
    return "".join(characters)


def main():
    validator = sys.argv[1]
    rng = random.Random(5)
    golden = []
    with tempfile.TemporaryDirectory() as folder:
        grammar_file, text_file = pathlib.Path(folder, "g"), pathlib.Path(folder, "t")

        def is_valid(text):
            text_file.write_bytes(text.encode())
            ran = subprocess.run([validator, grammar_file, text_file], capture_output=True)
            if b"string is" not in ran.stdout:
                raise RuntimeError(f"{grammar_file.read_text()}\n{text!r}\n{ran.stdout}{ran.stderr}")
            return b"string is valid" in ran.stdout

        for grammar, seeds in CASES:
            grammar_file.write_bytes(grammar.encode())
            texts = dict.fromkeys(seeds + [changed(rng.choice(seeds), rng) for _ in range(60)])
            answers = {text: is_valid(text) for text in texts}
            assert all(answers[text] for text in seeds), (grammar, [t for t in seeds if not answers[t]])
            of_it = [text for text, answer in answers.items() if answer]
            others = [text for text, answer in answers.items() if not answer]
            golden.append([grammar, of_it[:20], others[:25]])
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in golden)
    (pathlib.Path(__file__).parent / "gbnf.json").write_text(f"[\n{lines}]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
