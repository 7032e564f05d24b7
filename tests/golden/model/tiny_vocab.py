"""Vocabularies of the tiny models: a byte-level BPE and a SentencePiece BPE of 300 tokens.

Each has an oracle (Hugging Face tokenizers, sentencepiece) that only makes golden token ids.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import gguf
import sentencepiece
import tokenizers
from sentencepiece import sentencepiece_model_pb2
from tokenizers import decoders, models, pre_tokenizers

NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6  # GGUF's token types
MERGES: tuple[str, ...] = tuple(
    """Ġ t|Ġ a|h e|i n|r e|o n|Ġt he|e r|Ġ s|a t|Ġ w|o u|n d|Ġ c|i s|i t|o r|e n|e s|Ġ o|Ġ f
|a n|in g|Ġ p|Ġa nd|e d|a l|Ġo f|Ġ m|Ġt o|a r|Ġ b|Ġ in|Ġ h|l l|Ġ d|Ġs t|Ċ Ċ|Ġ Ġ|1 2""".replace(
        "\n", ""
    ).split("|")
)
BPE_SPECIALS: tuple[str, ...] = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|unused|>")
SPM_SPECIALS: tuple[str, ...] = ("<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>")
# Most wanted first: a piece's score is minus its place. Each joins two earlier pieces or letters.
SPM_PIECES: tuple[str, ...] = (
    "▁t",
    "he",
    "▁the",
    "in",
    "an",
    "▁a",
    "er",
    "on",
    "▁an",
    "▁and",
    "ing",
    "▁s",
    "▁▁",
    "▁of",
)
SPM_LETTERS = "▁etaoinshrdlucmfwypvbgk\n"
# The pre-tokenizers of Llama 3 and Qwen 2, as their published tokenizer.json files state them.
LLAMA3_REGEX = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2_REGEX = LLAMA3_REGEX.replace(r"\p{N}{1,3}", r"\p{N}")
TEXTS: tuple[str, ...] = (
    "",
    " ",
    "the",
    "The cat and the other cat's hats.",
    "I'm in 12 of 1234567 places",
    "  two  spaces\n\n\nlines \t tab ",
    "naïve façade, 日本語 — 🙂",
    "an<|im_end|>on<end_of_turn>",
    "standing on the hill in the rain",
)
CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
GEMMA_CHAT = (
    "{{ bos_token }}{% for message in messages %}"
    "{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}"
    "{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"
)


def byte_letters() -> list[str]:
    """GPT-2's letter for each byte: printable Latin-1 stands for itself, the rest count up from U+0100."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [b for b in range(256) if b not in printable]
    return [chr(b) if b in printable else chr(0x100 + rest.index(b)) for b in range(256)]


@dataclass(frozen=True)
class Vocab:
    """A vocabulary as GGUF's keys describe it. pre: GGUF's pre-tokenizer name, or "spm" for SentencePiece."""

    pre: str
    add_bos: bool

    @property
    def is_spm(self) -> bool:
        return self.pre == "spm"

    @property
    def tokens(self) -> list[str]:
        """All tokens, by id."""
        if self.is_spm:
            return [*SPM_SPECIALS, *(f"<0x{b:02X}>" for b in range(256)), *SPM_PIECES, *SPM_LETTERS]
        return [*BPE_SPECIALS, *byte_letters(), *(m.replace(" ", "") for m in MERGES)]

    @property
    def types(self) -> list[int]:
        """GGUF token type of each id."""
        if self.is_spm:
            specials = [UNKNOWN if t == "<unk>" else CONTROL for t in SPM_SPECIALS]
            return specials + [BYTE] * 256 + [NORMAL] * (len(SPM_PIECES) + len(SPM_LETTERS))
        return [CONTROL] * len(BPE_SPECIALS) + [NORMAL] * (256 + len(MERGES))

    @property
    def scores(self) -> list[float]:
        """SentencePiece's scores: 0 for specials and bytes, minus the place for pieces."""
        start = len(SPM_SPECIALS) + 256
        return [0.0 if i < start else float(start - i) for i in range(len(self.tokens))]

    @property
    def bos(self) -> int:
        return SPM_SPECIALS.index("<bos>") if self.is_spm else BPE_SPECIALS.index("<|endoftext|>")

    @property
    def eos(self) -> int:
        return SPM_SPECIALS.index("<eos>") if self.is_spm else BPE_SPECIALS.index("<|im_end|>")

    @property
    def chat_template(self) -> str:
        return GEMMA_CHAT if self.is_spm else CHATML

    def write(self, writer: gguf.GGUFWriter) -> None:
        """Adds the tokenizer's keys to a GGUF."""
        writer.add_tokenizer_model("llama" if self.is_spm else "gpt2")
        writer.add_tokenizer_pre("default" if self.is_spm else self.pre)
        writer.add_token_list(self.tokens)
        writer.add_token_types(self.types)
        if self.is_spm:
            writer.add_token_scores(self.scores)
            writer.add_add_space_prefix(False)
            writer.add_unk_token_id(SPM_SPECIALS.index("<unk>"))
            writer.add_pad_token_id(SPM_SPECIALS.index("<pad>"))
            writer.add_eot_token_id(SPM_SPECIALS.index("<end_of_turn>"))
        else:
            writer.add_token_merges(list(MERGES))
        writer.add_bos_token_id(self.bos)
        writer.add_eos_token_id(self.eos)
        writer.add_add_bos_token(self.add_bos)
        writer.add_chat_template(self.chat_template)

    def encode_all(self, texts: tuple[str, ...] = TEXTS) -> list[list[int]]:
        """Token ids of each text by the oracle; special tokens in the text are parsed, BOS is not added."""
        encode = self._spm_encoder() if self.is_spm else self._bpe_encoder()
        return [encode(text) for text in texts]

    def _bpe_encoder(self) -> Callable[[str], list[int]]:
        vocab = {token: i for i, token in enumerate(self.tokens)}
        oracle = tokenizers.Tokenizer(models.BPE(vocab=vocab, merges=[tuple(m.split(" ")) for m in MERGES]))
        if self.pre == "smollm":
            steps = [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False),
            ]
        else:
            regex = LLAMA3_REGEX if self.pre == "llama-bpe" else QWEN2_REGEX
            steps = [
                pre_tokenizers.Split(tokenizers.Regex(regex), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        oracle.pre_tokenizer = pre_tokenizers.Sequence(steps)
        oracle.decoder = decoders.ByteLevel()
        oracle.add_special_tokens(list(BPE_SPECIALS))
        return lambda text: oracle.encode(text, add_special_tokens=False).ids

    def _spm_encoder(self) -> Callable[[str], list[int]]:
        proto = sentencepiece_model_pb2.ModelProto()
        kinds = proto.SentencePiece.Type
        for token, kind, score in zip(self.tokens, self.types, self.scores, strict=True):
            # Control tokens are made user-defined for the oracle, so that it finds them in the text.
            as_type = {
                NORMAL: kinds.NORMAL,
                UNKNOWN: kinds.UNKNOWN,
                BYTE: kinds.BYTE,
                CONTROL: kinds.USER_DEFINED,
            }[kind]
            proto.pieces.add(piece=token, score=score, type=as_type)
        trainer, normalizer = proto.trainer_spec, proto.normalizer_spec
        trainer.model_type, trainer.byte_fallback, trainer.vocab_size = 2, True, len(self.tokens)
        trainer.unk_id = SPM_SPECIALS.index("<unk>")
        trainer.bos_id = trainer.eos_id = trainer.pad_id = -1
        normalizer.name, normalizer.add_dummy_prefix = "identity", False
        normalizer.remove_extra_whitespaces, normalizer.escape_whitespaces = False, True
        oracle = sentencepiece.SentencePieceProcessor()
        oracle.LoadFromSerializedProto(proto.SerializeToString())
        return lambda text: oracle.EncodeAsIds(text)
