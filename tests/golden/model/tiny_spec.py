"""The tiny models' shapes, their random weights and their GGUF files. See make_tiny_models.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import numpy as np

from ggml_encoder import Encoder, type_of
from tiny_vocab import Vocab

Stored = dict[str, tuple[str, np.ndarray]]  # GGUF name: format and bytes
FILE_TYPE = {"F32": "ALL_F32", "Q4_K": "MOSTLY_Q4_K_S", "Q5_K": "MOSTLY_Q5_K_S"}  # others: MOSTLY_<format>


@dataclass(frozen=True)
class Llama3Rope:
    """Llama 3.1's stretching of slow rotations, written to GGUF as the tensor rope_freqs."""

    factor: float = 8.0
    low_freq_factor: float = 1.0
    high_freq_factor: float = 4.0
    original_context: int = 64

    def divisors(self, base: float, head_dim: int) -> np.ndarray:
        """What each pair's frequency is divided by: 1 for fast ones, `factor` for slow, a ramp between."""
        wavelengths = 2 * math.pi * base ** (np.arange(0, head_dim, 2) / head_dim)
        turns = self.original_context / wavelengths
        ramp = np.clip(
            (turns - self.low_freq_factor) / (self.high_freq_factor - self.low_freq_factor), 0.0, 1.0
        )
        return (1.0 / ((1.0 - ramp) / self.factor + ramp)).astype(np.float32)


@dataclass(frozen=True)
class Tiny:
    """One model. formats: weight format of each matrix by GGUF name without ".weight"; "" is the default.

    Vectors are always F32.
    """

    name: str
    arch: str
    vocab: Vocab
    seed: int
    d_model: int = 64
    d_ff: int = 96
    n_layers: int = 2
    n_heads: int = 4
    n_kv_heads: int = 2
    head_dim: int = 16
    tied: bool = True
    rope_base: float = 10000.0
    rope_base_swa: float | None = None
    sliding_window: int = 0
    llama3: Llama3Rope | None = None
    norm_eps: float = 1e-5
    formats: dict[str, str] = field(default_factory=lambda: {"": "F32"})

    @property
    def is_gemma(self) -> bool:
        return self.arch == "gemma3"

    def format_of(self, tensor: str) -> str:
        """Weight format of a matrix, named without ".weight"."""
        return self.formats.get(tensor, self.formats[""])


MIXED = {
    "": "Q8_0",
    "token_embd": "Q4_K",
    "output": "Q6_K",
    "blk.0.attn_q": "Q5_K",
    "blk.0.attn_k": "F32",
    "blk.0.attn_v": "F16",
    "blk.0.attn_output": "Q4_0",
    "blk.0.ffn_gate": "Q4_K",
    "blk.0.ffn_up": "BF16",
    "blk.0.ffn_down": "Q5_0",
    "blk.1.attn_q": "Q4_1",
    "blk.1.attn_k": "Q8_0",
    "blk.1.attn_v": "Q5_1",
    "blk.1.attn_output": "Q5_1",
    "blk.1.ffn_gate": "Q6_K",
    "blk.1.ffn_up": "Q5_K",
    "blk.1.ffn_down": "Q4_1",
}
SMOLLM, LLAMA3, QWEN2, SPM = (
    Vocab("smollm", False),
    Vocab("llama-bpe", True),
    Vocab("qwen2", False),
    Vocab("spm", True),
)
# Norms with an epsilon of 0.01 show whether the file's value is used; 1e-6 would not.
MODELS: tuple[Tiny, ...] = (
    Tiny("llama_tied", "llama", SMOLLM, seed=1, d_ff=64, n_kv_heads=1, rope_base=100000.0),
    Tiny("llama_untied", "llama", LLAMA3, seed=2, tied=False, norm_eps=0.01, formats={"": "F16"}),
    Tiny(
        "llama_rope_freqs",
        "llama",
        LLAMA3,
        seed=3,
        llama3=Llama3Rope(),
        rope_base=500000.0,
        formats={"": "BF16"},
    ),
    Tiny("qwen2", "qwen2", QWEN2, seed=4, rope_base=1e6, norm_eps=0.01, formats={"": "F16"}),
    Tiny("qwen3", "qwen3", QWEN2, seed=5, head_dim=32, rope_base=1e6, norm_eps=0.01, formats={"": "F16"}),
    Tiny(
        "gemma3",
        "gemma3",
        SPM,
        seed=6,
        n_layers=7,
        n_heads=2,
        n_kv_heads=1,
        head_dim=16,
        d_ff=32,
        norm_eps=0.01,
        rope_base=1e6,
        rope_base_swa=1e4,
        sliding_window=16,
        formats={"": "F16"},
    ),
    Tiny("llama_mixed_formats", "llama", SMOLLM, seed=7, d_model=256, d_ff=64, tied=False, formats=MIXED),
)


def random_tensors(tiny: Tiny) -> dict[str, np.ndarray]:
    """All weights by GGUF name, float32; rows of Q and K as in transformers, Gemma's norms with the 1 added.

    Scales are such that each layer adds about as much as the embedding holds and attention is neither flat
    nor one-hot: an error anywhere shows in the logits. RandomState, because its stream never changes.
    """
    rng = np.random.RandomState(tiny.seed)
    d, q_rows, kv_rows = tiny.d_model, tiny.n_heads * tiny.head_dim, tiny.n_kv_heads * tiny.head_dim
    n_vocab = len(tiny.vocab.tokens)

    def matrix(rows: int, columns: int, gain: float) -> np.ndarray:
        return (rng.standard_normal((rows, columns)) * (gain / math.sqrt(columns))).astype(np.float32)

    def norm(n: int) -> np.ndarray:
        return rng.uniform(0.5, 1.5, n).astype(np.float32)

    out = {"token_embd.weight": matrix(n_vocab, d, 1.0 if tiny.is_gemma else 0.5 * math.sqrt(d))}
    for i in range(tiny.n_layers):
        b = f"blk.{i}."
        out |= {
            b + "attn_norm.weight": norm(d),
            b + "attn_q.weight": matrix(q_rows, d, 1.3),
            b + "attn_k.weight": matrix(kv_rows, d, 1.3),
            b + "attn_v.weight": matrix(kv_rows, d, 1.3),
            b + "attn_output.weight": matrix(d, q_rows, 1.3),
            b + "ffn_norm.weight": norm(d),
            b + "ffn_gate.weight": matrix(tiny.d_ff, d, 1.5),
            b + "ffn_up.weight": matrix(tiny.d_ff, d, 1.5),
            b + "ffn_down.weight": matrix(d, tiny.d_ff, 1.0),
        }
        if tiny.arch == "qwen2":
            out |= {
                b + f"attn_{n}.bias": (0.5 * rng.standard_normal(rows)).astype(np.float32)
                for n, rows in (("q", q_rows), ("k", kv_rows), ("v", kv_rows))
            }
        if tiny.arch in ("qwen3", "gemma3"):
            out |= {
                b + "attn_q_norm.weight": 1.3 * norm(tiny.head_dim),
                b + "attn_k_norm.weight": 1.3 * norm(tiny.head_dim),
            }
        if tiny.is_gemma:
            out |= {b + "post_attention_norm.weight": norm(d), b + "post_ffw_norm.weight": norm(d)}
    out["output_norm.weight"] = (4.0 if tiny.is_gemma else 1.0) * norm(d)
    if not tiny.tied:
        out["output.weight"] = matrix(n_vocab, d, 4.0)
    return {name: np.asarray(w, dtype=np.float32) for name, w in out.items()}


def interleave(w: np.ndarray, n_heads: int) -> np.ndarray:
    """Rows of each head from transformers' RoPE pairs (i, i + head_dim/2) to neighbours, as GGUF's llama."""
    return w.reshape(n_heads, 2, -1, w.shape[1]).swapaxes(1, 2).reshape(w.shape)


def separate(w: np.ndarray, n_heads: int) -> np.ndarray:
    """The inverse of interleave."""
    return w.reshape(n_heads, -1, 2, w.shape[1]).swapaxes(1, 2).reshape(w.shape)


def reorder(
    tiny: Tiny, name: str, w: np.ndarray, how: Callable[[np.ndarray, int], np.ndarray]
) -> np.ndarray:
    """Applies interleave or separate where the architecture asks for it."""
    if tiny.arch == "llama" and name.endswith(("attn_q.weight", "attn_k.weight")):
        return how(w, tiny.n_heads if "attn_q" in name else tiny.n_kv_heads)
    return w


def encode_tensors(tiny: Tiny, tensors: dict[str, np.ndarray], encoder: Encoder) -> Stored:
    """Each tensor as it stands in the file; bytes are (rows, bytes a row) or, for a vector, (bytes)."""
    out = {}
    for name, w in tensors.items():
        form = tiny.format_of(name.removesuffix(".weight")) if w.ndim == 2 else "F32"
        data = encoder.encode(reorder(tiny, name, np.atleast_2d(w), interleave), form)
        out[name] = (form, data if w.ndim == 2 else data[0])
    return out


def write_gguf(tiny: Tiny, stored: Stored, path: Path) -> None:
    """Writes keys, tokenizer and tensors as llama.cpp's converter would."""
    writer = gguf.GGUFWriter(path, tiny.arch)
    writer.add_type("model")
    writer.add_name(f"linnet tiny {path.stem}")
    default = tiny.formats[""]
    writer.add_file_type(gguf.LlamaFileType[FILE_TYPE.get(default, f"MOSTLY_{default}")])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(256)
    writer.add_embedding_length(tiny.d_model)
    writer.add_block_count(tiny.n_layers)
    writer.add_feed_forward_length(tiny.d_ff)
    writer.add_head_count(tiny.n_heads)
    writer.add_head_count_kv(tiny.n_kv_heads)
    writer.add_layer_norm_rms_eps(tiny.norm_eps)
    writer.add_rope_freq_base(tiny.rope_base)
    if tiny.n_heads * tiny.head_dim != tiny.d_model or tiny.arch in ("qwen3", "gemma3"):
        writer.add_key_length(tiny.head_dim)
        writer.add_value_length(tiny.head_dim)
    if tiny.arch == "llama":
        writer.add_vocab_size(len(tiny.vocab.tokens))
        writer.add_rope_dimension_count(tiny.head_dim)
    if tiny.sliding_window:
        writer.add_sliding_window(tiny.sliding_window)
        writer.add_rope_freq_base_swa(tiny.rope_base_swa)
    tiny.vocab.write(writer)
    if tiny.llama3:
        writer.add_tensor("rope_freqs.weight", tiny.llama3.divisors(tiny.rope_base, tiny.head_dim))
    for name, (form, data) in stored.items():
        writer.add_tensor(name, data, raw_dtype=type_of(form))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
