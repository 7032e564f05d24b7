#!/usr/bin/env python3
"""Makes the small vocabularies beside this script and what their own libraries make of some strings.

    make_golden.py      needs the packages gguf, tokenizers and sentencepiece

byte_pair.gguf      byte-level BPE with SmolLM's pre-tokenizer, trained by Hugging Face tokenizers
sentencepiece.gguf  BPE with byte fallback and a space prefix, trained by sentencepiece
joined_spaces.gguf  the same, with sentencepiece's remove_extra_whitespaces
*.json              {"text": [...], "plain": [ids...], "special": {text's index: ids where they differ}}:
                    special tokens not parsed, and parsed
words.json          {pre-tokenizer: [[byte offsets at which words end], ...]} for byte_pair.json's first texts

and, in fuzz/corpus/tokenizer, one tiny file a kind, with special tokens in a string, as seeds.
"""
import io
import json
import pathlib
import random
import sys

import sentencepiece
from gguf import GGUFWriter
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2] / "tools"))
import compare_tokenizer_hf as hf  # noqa: E402

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6
CONTROLS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
USER = ["<think>", "</think>", "<think>more"]
TRAINING = """The small model reads a line of text and writes the next one. It doesn't know what the words
mean; it has only seen which of them stand together. Birds sing in the hedge: a linnet, a wren, two finches.
In 1867 there were 24 of them, in 1923 only 7. We've counted again, and they're back!  Their song isn't loud.
def count(birds):
    return sum(1 for bird in birds if bird.sings)
Der Hänfling singt in der Hecke; l'été, les oiseaux chantent. Птицы поют в саду. 鳥が庭で歌う。
The words of a language are many, the letters few; the bytes are 256, and every text is made of them.
""".splitlines()
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
SPACES = r"|\s*[\r\n]+|\s+(?!\S)|\s+"


def cased_words(after):
    """The words of gpt-4o's and tekken's pattern; `after` may follow a word."""
    before = r"[^\r\n\p{L}\p{N}]?"
    return before + UPPER + "*" + LOWER + "+" + after + "|" + before + UPPER + "+" + LOWER + "*" + after


PUBLISHED = {  # the patterns of tokenizer.json, for families beyond compare_tokenizer_hf's
    "gpt-4o": [cased_words(hf.CONTRACTIONS + "?") + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + SPACES],
    "tekken": [cased_words("") + r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + SPACES],
    "deepseek-v3": [r"\p{N}{1,3}", "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
                    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
                    r"| ?[\p{P}\p{S}]+[\r\n]*" + SPACES],
    "qwen35": [hf.CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
               r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + SPACES],
    "bloom": [r" ?[^(\s|[.,!?…。，、।۔،])]+"],
}


def strings():
    generator = random.Random(7)
    texts = ["", " ", "  ", "\n", "Hello world", " Hello  world ", "<think>more and more</think>",
             "<|im_end|>", "<|im_end", "<|im_start|>user\nHi<|im_end|>\n", "a<|endoftext|>b",
             "<|im_start|><|im_end|>", "\u00a0x\u3000y", "\\n\ufffd"]
    texts += TRAINING
    while len(texts) < 200:
        text = hf.make_string(generator)
        if len(text) < 80:
            texts.append(text)
    return texts


def write(path, model, tokens, types, scores=None, merges=None, description=None, **flags):
    writer = GGUFWriter(path, "none")
    if description:
        writer.add_description(description)
    writer.add_tokenizer_model(model)
    writer.add_tokenizer_pre("smollm" if merges else "default")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if scores:
        writer.add_token_scores(scores)
    if merges:
        writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    for key, value in flags.items():
        writer.add_bool("tokenizer.ggml." + key, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def dump(name, value):
    with open(HERE / f"{name}.json", "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=True, separators=(",", ":"))
        file.write("\n")


def byte_pair(texts):
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Sequence(hf.PRE_TOKENIZERS["smollm"])
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=480, initial_alphabet=alphabet, special_tokens=CONTROLS,
                                  show_progress=False)
    trained.train_from_iterator(TRAINING, trainer)
    model = json.loads(trained.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get) + USER
    types = [CONTROL if t in CONTROLS else USER_DEFINED if t in USER else NORMAL for t in tokens]
    merges = [" ".join(merge) for merge in model["merges"]]
    write(HERE / "byte_pair.gguf", "gpt2", tokens, types, merges=merges, add_bos_token=False)
    ids = {}
    for mode in ("plain", "special"):
        vocabulary = {t: i for i, t in enumerate(tokens)}
        tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[tuple(m) for m in model["merges"]]))
        tokenizer.pre_tokenizer = trained.pre_tokenizer
        added = USER + (CONTROLS if mode == "special" else [])
        tokenizer.add_tokens([AddedToken(t, normalized=False) for t in added])
        ids[mode] = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
    special = {i: ids["special"][i] for i in range(len(texts)) if ids["special"][i] != ids["plain"][i]}
    dump("byte_pair", {"text": texts, "plain": ids["plain"], "special": special})


def word_ends(splitter, text):
    return [len(text[:end].encode()) for _, (_, end) in splitter.pre_tokenize_str(text)]


def words(texts):
    splitters = {name: list(steps) for name, steps in hf.PRE_TOKENIZERS.items()}
    for name, patterns in PUBLISHED.items():
        splitters[name] = [hf.split(pattern) for pattern in patterns]
    table = {}
    for name, steps in splitters.items():
        if name in ("llama-bpe", "qwen2", "deepseek-coder"):
            steps = steps[:-1]  # ByteLevel without its pattern cuts nothing
        splitter = pre_tokenizers.Sequence(steps)
        table[name] = [word_ends(splitter, text) for text in texts]
    dump("words", table)


def sentence_piece(name, texts, join_spaces):
    blob = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TRAINING), model_writer=blob, model_type="bpe", vocab_size=420,
        byte_fallback=True, character_coverage=0.98, normalization_rule_name="identity",
        remove_extra_whitespaces=join_spaces,
        add_dummy_prefix=True, split_digits=True, minloglevel=2, pad_id=-1)
    processor = sentencepiece.SentencePieceProcessor(model_proto=blob.getvalue())
    size = processor.get_piece_size()
    kind = lambda i: (UNKNOWN if processor.is_unknown(i) else CONTROL if processor.is_control(i)  # noqa: E731
                      else BYTE if processor.is_byte(i) else NORMAL)
    flags = {"remove_extra_whitespaces": True} if join_spaces else {}
    tokens = [processor.id_to_piece(i) for i in range(size)]
    write(HERE / f"{name}.gguf", "llama", tokens, [kind(i) for i in range(size)],
          scores=[processor.get_score(i) for i in range(size)], add_space_prefix=True, **flags)
    dump(name, {"text": texts, "plain": [processor.encode(text) for text in texts]})


def seeds():
    folder = HERE.parents[2] / "fuzz" / "corpus" / "tokenizer"
    folder.mkdir(parents=True, exist_ok=True)
    text = "<|im_start|>the<|im_end|><think>  x\u00e9"
    special, types = CONTROLS + USER[:1], [CONTROL] * 3 + [USER_DEFINED]
    write(folder / "byte_pair", "gpt2", special + list("them<|_>\u00c3\u00a9") + ["th", "the"],
          types + [NORMAL] * 12, merges=["t h", "th e"], description=text)
    write(folder / "sentencepiece", "llama",
          special + ["<unk>", "\u2581", "t", "h", "e", "th", "the", "<0xC3>"],
          types + [UNKNOWN] + [NORMAL] * 6 + [BYTE], scores=[0.0] * 9 + [-1.0, -2.0, 0.0], description=text)


def main():
    texts = strings()
    byte_pair(texts)
    words(texts[:80])
    seeds()
    sentence_piece("sentencepiece", texts[:100], join_spaces=False)
    sentence_piece("joined_spaces", texts[:50], join_spaces=True)


if __name__ == "__main__":
    main()
