#!/usr/bin/env python3
"""Measures the token masks of XGrammar or llguidance as bench_grammar measures linnet's: grammar_peers.py
PROGRAM MODEL.gguf CASES, PROGRAM being xgrammar or llguidance, CASES what bench_grammar printed, whose tokens
are taken. Prints the same lines with its own times; a case that the program refuses, or in which it does not
allow a token, has "error" instead. Needs the packages gguf, numpy and the program."""

import json
import os
import sys
import time

import gguf
import numpy

COMPILE_ROUNDS = 3
CONTROL = (gguf.TokenType.CONTROL, gguf.TokenType.USER_DEFINED, gguf.TokenType.UNUSED)


class Refused(Exception):
    """Why a case has no figures."""


def byte_of_letter():
    """The bytes that byte-level BPE writes as letters: visible ones as themselves, the others from U+0100."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return {chr(b): b for b in visible} | {chr(0x100 + i): b for i, b in enumerate(hidden)}


class Vocabulary:
    """The bytes of every token, and which tokens write nothing."""

    def __init__(self, path):
        fields = gguf.GGUFReader(path).fields
        texts = fields["tokenizer.ggml.tokens"].contents()
        types = fields["tokenizer.ggml.token_type"].contents()
        is_bpe = fields["tokenizer.ggml.model"].contents() == "gpt2"
        letters = byte_of_letter()
        self.special = [i for i, kind in enumerate(types) if kind in CONTROL]
        special = set(self.special)
        self.tokens = []
        for i, (text, kind) in enumerate(zip(texts, types)):
            if i in special:
                self.tokens.append(text.encode())
            elif kind == gguf.TokenType.BYTE:
                self.tokens.append(bytes([int(text[3:5], 16)]))
            elif is_bpe:
                self.tokens.append(bytes(letters[letter] for letter in text))
            else:
                self.tokens.append(text.replace("\u2581", " ").encode())
        self.end = int(fields["tokenizer.ggml.eos_token_id"].contents())


class XGrammar:
    def __init__(self, vocabulary):
        import xgrammar

        self.xgrammar = xgrammar
        tokens = list(vocabulary.tokens)
        for token in vocabulary.special:
            tokens[token] = b""  # XGrammar leaves out what has no bytes.
        info = xgrammar.TokenizerInfo(tokens, vocab_size=len(tokens), stop_token_ids=[vocabulary.end])
        self.compiler = xgrammar.GrammarCompiler(info, max_threads=os.cpu_count(), cache_enabled=False)
        self.mask = xgrammar.allocate_token_bitmask(1, len(tokens)).numpy()

    def compile(self, schema):
        return self.compiler.compile_json_schema(schema, any_whitespace=False, separators=(", ", ": "))

    def start(self, compiled):
        return self.xgrammar.GrammarMatcher(compiled)

    def again(self, matcher):
        matcher.reset()
        return matcher

    def fill(self, matcher):
        matcher.fill_next_token_bitmask(self.mask)

    def accept(self, matcher, token):
        return matcher.accept_token(token)


class LlGuidance:
    def __init__(self, vocabulary):
        import llguidance

        self.llguidance = llguidance
        special = set(vocabulary.special)
        self.eos_token_id = vocabulary.end
        self.bos_token_id = None
        # A byte that no text has marks tokens that write nothing.
        self.tokens = [b"\xff" * (i in special) + token for i, token in enumerate(vocabulary.tokens)]
        self.special_token_ids = vocabulary.special
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.longest = max(map(len, self.tokens))
        wrapper = llguidance.TokenizerWrapper(self)
        self.tokenizer = llguidance.LLTokenizer(wrapper, slices=llguidance.LLTokenizer.json_slices())
        self.mask = numpy.zeros((len(self.tokens) + 31) // 32, dtype=numpy.int32)

    def __call__(self, text):
        """Tokens of a text, of which the mask of a forced text is made: the longest ones from the left."""
        text = text.encode() if isinstance(text, str) else text
        out = []
        while text:
            n = next(n for n in range(min(len(text), self.longest), 0, -1) if text[:n] in self.ids)
            out.append(self.ids[text[:n]])
            text = text[n:]
        return out

    def compile(self, schema):
        options = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
        matcher = self.llguidance.LLMatcher(
            self.tokenizer, self.llguidance.LLMatcher.grammar_from_json_schema(schema, overrides=options)
        )
        if matcher.is_error():
            raise Refused(matcher.get_error())
        return matcher

    def start(self, compiled):
        return compiled

    def again(self, matcher):
        matcher.reset()
        return matcher

    def fill(self, matcher):
        matcher.unsafe_compute_mask_ptr(self.mask.ctypes.data, self.mask.nbytes)

    def accept(self, matcher, token):
        return matcher.consume_token(token)


PROGRAMS = {"xgrammar": XGrammar, "llguidance": LlGuidance}


def microseconds_since(start):
    return (time.perf_counter_ns() - start) / 1000


def walk(program, matcher, tokens):
    """The times of the document's tokens and of its end."""
    times = []
    for i, token in enumerate(tokens):
        start = time.perf_counter_ns()
        program.fill(matcher)
        is_allowed = program.accept(matcher, token)
        times.append(microseconds_since(start))
        if not is_allowed:
            raise Refused(f"token {i} is not allowed")
    start = time.perf_counter_ns()
    program.fill(matcher)
    times.append(microseconds_since(start))
    return times


def measure(program, case):
    schema = json.dumps(case["schema"])
    out = {"name": case["name"], "schema": case["schema"], "compile_us": [], "documents": []}
    try:
        fresh = []  # enough of them that no document meets what another has left behind
        for _ in range(max(COMPILE_ROUNDS, len(case["documents"]))):
            start = time.perf_counter_ns()
            fresh.append(program.compile(schema))
            out["compile_us"].append(microseconds_since(start))
        for document, compiled in zip(case["documents"], fresh):
            tokens = document["tokens"]
            matcher = program.start(compiled)
            cold = walk(program, matcher, tokens)
            warm = walk(program, program.again(matcher), tokens)
            out["documents"].append({"tokens": tokens, "cold_us": cold, "warm_us": warm})
    except (Refused, RuntimeError, ValueError) as error:
        return {"name": case["name"], "error": str(error).strip().splitlines()[0]}
    return out


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in PROGRAMS:
        print(__doc__, file=sys.stderr)
        return 2
    program = PROGRAMS[sys.argv[1]](Vocabulary(sys.argv[2]))
    with open(sys.argv[3], encoding="utf-8") as lines:
        for line in lines:
            print(json.dumps(measure(program, json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
