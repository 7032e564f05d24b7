#!/usr/bin/env python3
"""Makes a model of about 1 B parameters in Llama's shape with Gaussian weights, to measure speed with.

Speed does not depend on the values. The tokenizer is copied from another model's file, so that programs can
run it. Needs: numpy, the Python package gguf, and llama.cpp's llama-quantize, which knows which tensors of a
mix such as Q4_K_M are stored in which format. For a while 2.2 GB are taken beside OUT.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import gguf
import numpy

# As Llama 3.2 1B, but for the vocabulary.
N_LAYERS, D_MODEL, D_FF, N_HEADS, N_KV_HEADS, HEAD_DIM, N_CTX = 16, 2048, 8192, 32, 8, 64, 8192
POOL = 1 << 24  # Values that are drawn; each matrix is a run of them from a place of its own.

EXAMPLES = """
example:
  benchmarks/peers/make_shape.py --tokenizer smollm2.gguf --quantize ~/llama.cpp/build/bin/llama-quantize \\
      --type Q4_K_M --out llama-1b-q4_k_m.gguf
"""


def copy_tokenizer(path, writer):
    """Copies the keys of the tokenizer; gives the number of its tokens."""
    reader = gguf.GGUFReader(path)
    for key, field in reader.fields.items():
        if key.startswith("tokenizer.") and key != "tokenizer.chat_template":
            kind = field.types[0]
            sub_type = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(key, field.contents(), kind, sub_type)
    return len(reader.fields["tokenizer.ggml.tokens"].data)


def tensors(n_vocab):
    """(name, rows, columns) of every matrix."""
    d_kv = N_KV_HEADS * HEAD_DIM
    yield "token_embd.weight", n_vocab, D_MODEL
    for i in range(N_LAYERS):
        yield f"blk.{i}.attn_q.weight", D_MODEL, D_MODEL
        yield f"blk.{i}.attn_k.weight", d_kv, D_MODEL
        yield f"blk.{i}.attn_v.weight", d_kv, D_MODEL
        yield f"blk.{i}.attn_output.weight", D_MODEL, D_MODEL
        yield f"blk.{i}.ffn_gate.weight", D_FF, D_MODEL
        yield f"blk.{i}.ffn_up.weight", D_FF, D_MODEL
        yield f"blk.{i}.ffn_down.weight", D_MODEL, D_FF


def write_f16(path, tokenizer):
    writer = gguf.GGUFWriter(path, "llama", use_temp_file=True)
    n_vocab = copy_tokenizer(tokenizer, writer)
    writer.add_name("llama-1b-shape")
    writer.add_context_length(N_CTX)
    writer.add_embedding_length(D_MODEL)
    writer.add_block_count(N_LAYERS)
    writer.add_feed_forward_length(D_FF)
    writer.add_head_count(N_HEADS)
    writer.add_head_count_kv(N_KV_HEADS)
    writer.add_rope_dimension_count(HEAD_DIM)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(n_vocab)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    random = numpy.random.default_rng(1)
    pool = random.standard_normal(POOL, dtype=numpy.float32).astype(numpy.float16)
    for name, n_rows, n_columns in tensors(n_vocab):
        scale = numpy.float16(n_columns**-0.5)  # Keeps the size of what passes through.
        values = numpy.resize(numpy.roll(pool, random.integers(POOL)), n_rows * n_columns) * scale
        writer.add_tensor(name, values.reshape(n_rows, n_columns))
    norms = [f"blk.{i}.{part}_norm" for i in range(N_LAYERS) for part in ("attn", "ffn")]
    for name in ["output_norm", *norms]:
        writer.add_tensor(f"{name}.weight", numpy.ones(D_MODEL, dtype=numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokenizer", required=True, metavar="GGUF", help="file whose tokenizer is copied")
    parser.add_argument("--quantize", required=True, metavar="PROGRAM", help="llama.cpp's llama-quantize")
    parser.add_argument("--type", required=True, metavar="TYPE", help="e.g. Q4_0, Q8_0, Q4_K_M")
    parser.add_argument("--out", required=True, type=pathlib.Path, metavar="GGUF", help="the file to make")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.out.resolve().parent) as folder:
        wide, made = pathlib.Path(folder) / "f16.gguf", pathlib.Path(folder) / "made.gguf"
        write_f16(wide, options.tokenizer)
        done = subprocess.run([options.quantize, str(wide), str(made), options.type], check=False)
        if done.returncode != 0:
            sys.exit(f"make_shape.py: {options.quantize} ended with code {done.returncode}")
        made.replace(options.out)


if __name__ == "__main__":
    main()
