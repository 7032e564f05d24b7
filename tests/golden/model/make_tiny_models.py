#!/usr/bin/env python3
"""Makes the tiny random models (GGUF) beside this script and their golden values (JSON).

    make_tiny_models.py --ggml-base PATH/libggml-base.so [--out FOLDER] [--only PART_OF_NAME]

For each model: NAME.gguf, and NAME.json with
  tokens                  fixed token ids, position 0 first
  top                     at each position, the eight largest logits as [id, logit], largest first
  last_logits             all logits of the last position, float32
  float64_max_difference  how far these logits are, anywhere, from the same model's in float64
  sd_of_logits            their standard deviation, to judge a difference by
  greedy                  a prompt, the ids that greedy decoding appends, and the winners' least lead
  tokenize                texts and their ids (special tokens parsed, no BOS added)
  chat                    a conversation and what Jinja2 makes of the model's template
  rounded_activations     only with quantized weights: the last position's logits when each quantized
                          matrix meets its input as 8-bit numbers, 32 to a block, and how far all logits
                          then are from those above
Reference: transformers in float32 on the weights as decoded from the file, so a file of quantized weights
has its own golden values.
Needs: numpy, gguf, torch, transformers, tokenizers, sentencepiece, jinja2, and ggml's shared library.
The tests need only the files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from pathlib import Path

import jinja2.sandbox
import numpy as np
import torch
import transformers

from ggml_encoder import FLOAT_FORMATS, Encoder, decode
from tiny_spec import (
    MODELS,
    Stored,
    Tiny,
    encode_tensors,
    random_tensors,
    reorder,
    separate,
    write_gguf,
)
from tiny_vocab import TEXTS, Vocab

N_TOKENS = 40
N_TOP = 8
GREEDY_PROMPT, GREEDY_STEPS, GREEDY_TRIES = 6, 16, 100
MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "  Is 2 > 1? \n"},
    {"role": "assistant", "content": "Yes."},
    {"role": "user", "content": "Und auf Französisch?"},
]
ACT_BLOCK = 32  # activations that share one scale
# GGUF's name of each tensor of a layer, and transformers'.
LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
GEMMA_NAMES = {
    **LAYER_NAMES,
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
}
GLOBAL_NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}


def make_config(tiny: Tiny) -> transformers.PretrainedConfig:
    """transformers' configuration of the model."""
    common = {
        "vocab_size": len(tiny.vocab.tokens),
        "hidden_size": tiny.d_model,
        "intermediate_size": tiny.d_ff,
        "num_hidden_layers": tiny.n_layers,
        "num_attention_heads": tiny.n_heads,
        "head_dim": tiny.head_dim,
        "num_key_value_heads": tiny.n_kv_heads,
        "rms_norm_eps": tiny.norm_eps,
        "max_position_embeddings": 256,
        "tie_word_embeddings": tiny.tied,
        "bos_token_id": tiny.vocab.bos,
        "eos_token_id": tiny.vocab.eos,
        "pad_token_id": None,
        "attn_implementation": "eager",
    }
    plain = {"rope_type": "default", "rope_theta": tiny.rope_base}
    if tiny.is_gemma:
        local = {"rope_type": "default", "rope_theta": tiny.rope_base_swa}
        return transformers.Gemma3TextConfig(
            **common,
            sliding_window=tiny.sliding_window,
            query_pre_attn_scalar=tiny.head_dim,
            rope_parameters={"full_attention": plain, "sliding_attention": local},
        )
    if tiny.llama3:
        plain = {
            "rope_type": "llama3",
            "rope_theta": tiny.rope_base,
            "factor": tiny.llama3.factor,
            "low_freq_factor": tiny.llama3.low_freq_factor,
            "high_freq_factor": tiny.llama3.high_freq_factor,
            "original_max_position_embeddings": tiny.llama3.original_context,
        }
    kind = {
        "llama": transformers.LlamaConfig,
        "qwen2": transformers.Qwen2Config,
        "qwen3": transformers.Qwen3Config,
    }
    return kind[tiny.arch](**common, rope_parameters=plain)


def make_reference(tiny: Tiny, stored: Stored) -> torch.nn.Module:
    """transformers' model in float32, with the weights that the file's bytes decode to."""
    names = GEMMA_NAMES if tiny.is_gemma else LAYER_NAMES
    state = {}
    for name, (form, data) in stored.items():
        w = reorder(tiny, name, decode(data, form), separate)
        if tiny.is_gemma and name.endswith("norm.weight"):
            w = w - 1
        parts = name.split(".")
        prefix = (
            f"model.layers.{parts[1]}.{names[parts[2]]}" if parts[0] == "blk" else GLOBAL_NAMES[parts[0]]
        )
        state[f"{prefix}.{parts[-1]}"] = torch.from_numpy(np.ascontiguousarray(w))
    if tiny.tied:
        state["lm_head.weight"] = state["model.embed_tokens.weight"]
    model = transformers.AutoModelForCausalLM.from_config(make_config(tiny), dtype=torch.float32)
    model.load_state_dict(state, strict=True)
    return model.eval()


def logits_of(model: torch.nn.Module, tokens: list[int]) -> np.ndarray:
    """Logits at every position: (n_tokens, n_vocab)."""
    with torch.no_grad():
        return model(torch.tensor([tokens]), use_cache=False).logits[0].numpy()


def round_activations(x: torch.Tensor) -> torch.Tensor:
    """x as signed 8-bit numbers with one float scale for 32, rounded half to even, and back."""
    blocks = x.reshape(*x.shape[:-1], -1, ACT_BLOCK)
    scale = blocks.abs().amax(dim=-1, keepdim=True) / 127.0
    return (torch.round(blocks / torch.where(scale > 0, scale, 1.0)) * scale).reshape(x.shape)


def rounded_logits_of(tiny: Tiny, model: torch.nn.Module, tokens: list[int]) -> np.ndarray:
    """Logits when every quantized matrix, and no float one, meets rounded activations."""
    names = GEMMA_NAMES if tiny.is_gemma else LAYER_NAMES
    gguf_name = {
        f"model.layers.{i}.{theirs}": f"blk.{i}.{ours}"
        for i in range(tiny.n_layers)
        for ours, theirs in names.items()
    }
    gguf_name["lm_head"] = "token_embd" if tiny.tied else "output"
    hooks = [
        module.register_forward_pre_hook(lambda _, args: (round_activations(args[0]),))
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and tiny.format_of(gguf_name[name]) not in FLOAT_FORMATS
    ]
    logits = logits_of(model, tokens)
    for hook in hooks:
        hook.remove()
    return logits


def rounded(values: np.ndarray) -> list[float]:
    """Float32 values as decimals that read back to the same bits."""
    return [float(f"{v:.9g}") for v in values]


def greedy(tiny: Tiny, model: torch.nn.Module) -> dict:
    """Of several random prompts, the one whose continuation is decided most clearly and is no short loop."""
    best = None
    for trial in range(GREEDY_TRIES):
        rng = np.random.RandomState(1000 * tiny.seed + trial)
        prompt = [int(t) for t in rng.randint(0, len(tiny.vocab.tokens), GREEDY_PROMPT)]
        tokens, lead = list(prompt), math.inf
        for _ in range(GREEDY_STEPS):
            last = logits_of(model, tokens)[-1]
            order = np.argsort(-last, kind="stable")
            lead = min(lead, float(last[order[0]] - last[order[1]]))
            tokens.append(int(order[0]))
        added = tokens[GREEDY_PROMPT:]
        if len(set(added)) > GREEDY_STEPS // 3 and (best is None or lead > best["least_lead"]):
            best = {"prompt": prompt, "tokens": added, "least_lead": lead}
    if best is None:
        raise RuntimeError(f"{tiny.name}: every greedy continuation loops")
    return best


def render_chat(vocab: Vocab) -> str:
    """The conversation as Jinja2 renders it, set up as transformers does."""
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    return env.from_string(vocab.chat_template).render(
        messages=MESSAGES,
        add_generation_prompt=True,
        bos_token=vocab.tokens[vocab.bos],
        eos_token=vocab.tokens[vocab.eos],
    )


def golden(tiny: Tiny, model: torch.nn.Module, path: Path) -> dict:
    """The golden values of one model. path: its GGUF."""
    tokens = [
        int(t) for t in np.random.RandomState(tiny.seed + 100).randint(0, len(tiny.vocab.tokens), N_TOKENS)
    ]
    if tiny.vocab.add_bos:
        tokens[0] = tiny.vocab.bos
    logits = logits_of(model, tokens)
    with_rounding = rounded_logits_of(tiny, model, tokens)
    continuation = greedy(tiny, model)
    exact = logits_of(model.double(), tokens)
    model.float()
    tops = []
    for row in logits:
        ids = np.argsort(-row, kind="stable")[:N_TOP]
        tops.append([[int(i), v] for i, v in zip(ids, rounded(row[ids]), strict=True)])
    values = {
        "model": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "made_by": Path(__file__).name,
        "tokens": tokens,
        "top": tops,
        "last_logits": rounded(logits[-1]),
        "float64_max_difference": float(np.abs(exact - logits).max()),
        "sd_of_logits": float(logits.std()),
        "greedy": continuation,
        "tokenize": [
            {"text": t, "tokens": ids} for t, ids in zip(TEXTS, tiny.vocab.encode_all(), strict=True)
        ],
        "chat": {"messages": MESSAGES, "add_generation_prompt": True, "prompt": render_chat(tiny.vocab)},
    }
    if not set(tiny.formats.values()) <= FLOAT_FORMATS:
        difference = np.abs(with_rounding - logits)
        values["rounded_activations"] = {
            "last_logits": rounded(with_rounding[-1]),
            "max_difference": float(difference.max()),
            "rms_difference": float(np.sqrt(np.mean(difference**2))),
        }
    return values


def make(tiny: Tiny, encoder: Encoder, folder: Path) -> None:
    """Writes folder/NAME.gguf and folder/NAME.json."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{tiny.name}.gguf"
    stored = encode_tensors(tiny, random_tensors(tiny), encoder)
    write_gguf(tiny, stored, path)
    values = golden(tiny, make_reference(tiny, stored), path)
    text = json.dumps(values, ensure_ascii=True) + "\n"
    path.with_suffix(".json").write_text(text, encoding="utf-8")
    print(
        f"{path.name:28} {path.stat().st_size:8} bytes, golden {len(text):6}; "
        f"sd {values['sd_of_logits']:.2f}, "
        f"noise {values['float64_max_difference']:.1e}, least lead {values['greedy']['least_lead']:.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write to; default: here")
    parser.add_argument(
        "--ggml-base", type=Path, required=True, help="llama.cpp's libggml-base.so, for K-quants"
    )
    parser.add_argument("--only", help="make only the models whose name contains this")
    args = parser.parse_args()
    torch.set_num_threads(1)
    encoder = Encoder(args.ggml_base)
    for tiny in MODELS:
        if not args.only or args.only in tiny.name:
            make(tiny, encoder, args.out)


if __name__ == "__main__":
    main()
