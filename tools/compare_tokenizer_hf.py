#!/usr/bin/env python3
"""Compares linnet's tokens with Hugging Face tokenizers' on generated strings.

    compare_tokenizer_hf.py PROGRAM FILE.gguf... [--count 10000] [--seed 1]

PROGRAM is tokenizer_conformance. Needs the packages gguf and tokenizers. Each file's vocabulary and merges
become a tokenizer as the family's own tokenizer.json describes it; special tokens are left out, so all text
is plain. Exit status 1 if any string differs.
"""
import argparse
import json
import random
import subprocess
import sys
import unicodedata

from gguf import GGUFReader
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
LLAMA3 = (CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
          r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")


def byte_level(use_regex):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


# As published: HuggingFaceTB/SmolLM2, bigcode/starcoder, openai-community/gpt2, meta-llama/Meta-Llama-3,
# Qwen/Qwen2, deepseek-ai/deepseek-coder.
PRE_TOKENIZERS = {
    "gpt-2": [byte_level(True)],
    "smollm": [pre_tokenizers.Digits(individual_digits=True), byte_level(True)],
    "starcoder": [pre_tokenizers.Digits(individual_digits=True), byte_level(True)],
    "llama-bpe": [split(LLAMA3), byte_level(False)],
    "qwen2": [split(QWEN2), byte_level(False)],
    "deepseek-coder": [split(r"[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"),
                       split("[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"),
                       pre_tokenizers.Digits(individual_digits=True), byte_level(False)],
}


def byte_level_tokenizer(fields):
    vocabulary = {text: i for i, text in reversed(list(enumerate(fields["tokens"])))}
    merges = [tuple(merge.split(" ")) for merge in fields["merges"]]
    model = models.BPE(vocab=vocabulary, merges=merges, ignore_merges=fields["pre"] == "llama-bpe")
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(PRE_TOKENIZERS[fields["pre"]])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def sentencepiece_tokenizer(fields):
    """SentencePiece's merges are implied by the scores: each split of a token in two, best union first."""
    tokens, scores = fields["tokens"], fields["scores"]
    vocabulary = {text: i for i, text in enumerate(tokens)}
    merges = []
    for i, text in enumerate(tokens):
        if fields["token_type"][i] != 1:
            continue
        splits = [(text[:k], text[k:]) for k in range(1, len(text))]
        splits = [parts for parts in splits if parts[0] in vocabulary and parts[1] in vocabulary]
        splits.sort(key=lambda parts: (vocabulary[parts[0]], vocabulary[parts[1]]))
        merges += [(-scores[i], i, parts) for parts in splits]
    merges.sort(key=lambda merge: merge[:2])
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[merge[2] for merge in merges],
                                     byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    steps = [normalizers.Replace(" ", "▁")]
    if fields.get("add_space_prefix", True):
        steps.insert(0, normalizers.Prepend("▁"))
    tokenizer.normalizer = normalizers.Sequence(steps)
    return tokenizer


def load(path):
    reader = GGUFReader(path)
    prefix = "tokenizer.ggml."
    fields = {name[len(prefix):]: field.contents() for name, field in reader.fields.items()
              if name.startswith(prefix)}
    make = byte_level_tokenizer if fields["model"] == "gpt2" else sentencepiece_tokenizer
    tokenizer = make(fields)
    user_defined = [text for text, kind in zip(fields["tokens"], fields["token_type"]) if kind == 4]
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in user_defined])
    return tokenizer


SCRIPTS = ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "àéîõüßçñøåœÆŁžğİıſ\u212a",
           "абвгдежзийклмнопрстуфхцчшщъыьэюя", "αβγδεζηθικλμνξοπρστυφχψωΆΈ",
           "一二三中国人的是不了在有我他这日本語漢字", "ひらがなカタカナーっッ",
           "한국어조선말글자", "العربيةكتاب١٢٣", "עבריתשלום",
           "हिन्दीभाषा१२३", "ไทยภาษา๑๒", "ភាសាខ្មែរ", "தமிழ்", "ქართული", "Հայերեն", "አማርኛ"]
WHITESPACE = " \t\n\r\u00a0\u2003\u2028\u3000\u0085\u000b\u000c\u180e\u200b\ufeff"
EMOJI = ["😀", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇫🇷", "❤️", "☕", "🦆", "1️⃣"]
PIECES = ["don't", "I'LL", "we'Ve", "it's", "'s", "'ſ", "''", "http://example.org/a?b=c&d=%20",
          "foo_bar(baz[0], *args)", "C++", "def f(x):\n    return x\n", "<html>\n\t<b>x</b></html>",
          "<|im_end|>", "<s>", "[INST]", "3.14159", "1e-10", "0x1F", "١٢٣٤", "½²³", "Ⅷ", "…", "—", "“”",
          "...", "!!!", "$100", "€5", "#tag", "@user", "a.b.c", "\n\n\n", "    ", "\r\n", "ﬀ", "é", "e\u0301",
          "\u212b", "한", "\u1112\u1161\u11ab", "\u200d", "\ufffd", "\u0000"]


def assigned(code):
    """Characters that every Unicode version in use here knows: newer ones may be letters to one side only."""
    return unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")


ANY = [code for code in range(0x20, 0x30000) if assigned(code)]


def make_string(random_):
    parts = []
    for _ in range(random_.choice([1, 2, 3, 5, 8, 13, 40])):
        kind = random_.randrange(9)
        if kind < 3:
            script = random_.choice(SCRIPTS)
            word = "".join(random_.choice(script) for _ in range(random_.randint(1, 12)))
            parts.append(random_.choice([word, word.capitalize(), " " + word]))
        elif kind == 3:
            parts.append("".join(random_.choice(WHITESPACE[:4] if random_.random() < .7 else WHITESPACE)
                                 for _ in range(random_.randint(1, 9))))
        elif kind == 4:
            parts.append(str(random_.randrange(10 ** random_.randint(1, 15))))
        elif kind == 5:
            parts.append(random_.choice(EMOJI))
        elif kind == 6:
            parts.append(random_.choice(PIECES))
        elif kind == 7:
            parts.append("".join(chr(random_.choice(ANY)) for _ in range(random_.randint(1, 6))))
        else:
            parts.append("".join(chr(random_.randrange(0x20 if random_.random() < .9 else 0, 0x7f))
                                 for _ in range(random_.randint(1, 10))))
    return random_.choice(["", " "]).join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random_ = random.Random(arguments.seed)
    strings = [make_string(random_) for _ in range(arguments.count)]
    lines = "".join(json.dumps(string) + "\n" for string in strings)
    failed = False
    for path in arguments.files:
        tokenizer = load(path)
        command = [arguments.program, "--lines", path]
        done = subprocess.run(command, input=lines, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stderr)
        got = [json.loads(line) for line in done.stdout.splitlines()]
        wanted = [e.ids for e in tokenizer.encode_batch(strings, add_special_tokens=False)]
        different = [i for i in range(len(strings)) if got[i] != wanted[i]]
        print(f"{path}: {len(strings) - len(different)} of {len(strings)} strings equal")
        for i in different[:10]:
            print(f"  {strings[i]!r}\n    hf     {wanted[i]}\n    linnet {got[i]}")
        failed |= bool(different)
    sys.exit(failed)


if __name__ == "__main__":
    main()
