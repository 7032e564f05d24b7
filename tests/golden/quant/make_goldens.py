#!/usr/bin/env python3
"""Writes goldens.json: what the gguf package decodes blocks to, and what it encodes values to.

formats.NAME.decode  cases of blocks (hex of the bytes) and values (hex of little-endian float32)
formats.NAME.encode  cases of source (as values) and blocks; only formats that the gguf package encodes

Needs numpy 2 and gguf. The tests need only the file.
"""
import json
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize, quantize

FLOATS = ("F32", "F16", "BF16")
SMALL = ("Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1")
# Byte offsets of the halves in a block.
HALVES = {"Q8_0": (0,), "Q4_0": (0,), "Q4_1": (0, 2), "Q5_0": (0,), "Q5_1": (0, 2),
          "Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,)}
# Zeros, the least and the largest subnormal, the least normal, one, the largest; then as the other sign.
EDGE_HALVES = (0x0000, 0x0001, 0x03FF, 0x0400, 0x3C00, 0x7BFF, 0x8000, 0x8001, 0x83FF, 0xBC00, 0xFBFF)


def hex_of(array, dtype):
    return np.ascontiguousarray(array, dtype).tobytes().hex()


def finite_halves(rng, n):
    return (rng.integers(0, 2, n) << 15 | rng.integers(0, 31 << 10, n)).astype("<u2")


def random_blocks(rng, name, n):
    """Any bytes, but halves are finite."""
    blocks = rng.integers(0, 256, (n, GGML_QUANT_SIZES[GGMLQuantizationType[name]][1])).astype(np.uint8)
    for at in HALVES[name]:
        blocks[:, at:at + 2] = finite_halves(rng, n).view(np.uint8).reshape(-1, 2)
    return blocks


def edge_blocks(name, halves):
    """Each half once as the scale, beside all-zero, all-one and ramping codes in turn."""
    size = GGML_QUANT_SIZES[GGMLQuantizationType[name]][1]
    fills = (np.full(size, 0xFF), np.zeros(size), np.arange(size) * 37 + 11)
    blocks = np.stack([(fills[i % 3] % 256).astype(np.uint8) for i in range(len(halves))])
    for k, at in enumerate(HALVES[name]):
        chosen = np.roll(np.array(halves, "<u2"), 3 * k)
        blocks[:, at:at + 2] = chosen.view(np.uint8).reshape(-1, 2)
    return blocks


def float_blocks(rng, name):
    if name == "F32":
        edges = np.array([0, 1, 0x7FFFFF, 0x800000, 0x3F800000, 0x7F7FFFFF, 0x7F800000], "<u4")
        return np.concatenate([edges, edges | 0x80000000]).view(np.uint8)
    bits = finite_halves(rng, 32) if name == "F16" else rng.integers(0, 0x7F80, 32).astype("<u2")
    infinity = 0x7C00 if name == "F16" else 0x7F80
    return np.concatenate([np.array((*EDGE_HALVES, infinity, infinity | 0x8000), "<u2"), bits]).view(np.uint8)


def float_source(rng):
    """Random values, ties of both 16-bit formats, and what over- and underflows them."""
    ties = np.array([0x3F801000, 0x3F803000, 0x3F808000, 0x3F818000, 0x33000000, 0x33000001, 0x33C00000,
                     0x387FF000, 0x477FEFFF, 0x477FF000, 0x7F7FFFFF, 0x7F7F7FFF, 0x7F7F8000, 0x00008000,
                     0x00018000, 0, 1], "<u4")
    edges = np.concatenate([ties, ties | 0x80000000]).view("<f4")
    return np.concatenate([edges, rng.standard_normal(30).astype("<f4") * np.float32(0.05)])


def block_source(rng):
    """Blocks of 32, each of another kind."""
    gaussian = rng.standard_normal((5, 32)) * 0.05
    ramp = np.arange(32)
    return np.stack([
        gaussian[0], gaussian[1] ** 3 * 1e4,  # ordinary; heavy-tailed
        np.abs(gaussian[2]), -np.abs(gaussian[3]), gaussian[4] + 1,  # one sign; far from zero
        np.zeros(32), np.full(32, 0.3), np.full(32, -0.3),
        ramp / 2 - 8, 127 - ramp * 0.5,  # codes half way between two
        gaussian[0] * 1e-5, gaussian[1] * 1e5,  # scales that are subnormal halves, and large ones
        np.where(ramp % 2, 1.0, -1.0),  # which of two extremes counts
    ]).astype("<f4")


def decode_case(label, blocks, kind):
    values = dequantize(blocks, kind).astype("<f4")
    return {"name": label, "blocks": blocks.tobytes().hex(), "values": hex_of(values, "<f4")}


def make_format(rng, name):
    kind = GGMLQuantizationType[name]
    block_columns, block_bytes = GGML_QUANT_SIZES[kind]
    if name in FLOATS:
        decode = [decode_case("edges", float_blocks(rng, name), kind)]
    else:
        small = name in SMALL
        halves = EDGE_HALVES if small else (0x0000, 0x03FF, 0xBC00, 0x7BFF)
        decode = [decode_case("random", random_blocks(rng, name, 6 if small else 2), kind),
                  decode_case("edges", edge_blocks(name, halves), kind)]
    encode = []
    if name in FLOATS or name in SMALL:
        source = float_source(rng) if name in FLOATS else block_source(rng)
        with np.errstate(over="ignore"):
            blocks = quantize(source, kind)
        encode = [{"source": hex_of(source, "<f4"), "blocks": np.ascontiguousarray(blocks).tobytes().hex()}]
    return {"block_columns": block_columns, "block_bytes": block_bytes, "decode": decode, "encode": encode}


def main():
    rng = np.random.default_rng(20261122)
    formats = {name: make_format(rng, name) for name in (*FLOATS, *SMALL, "Q4_K", "Q5_K", "Q6_K")}
    out = Path(__file__).with_name("goldens.json")
    out.write_text(json.dumps({"formats": formats}, indent=1) + "\n", encoding="utf-8")
    print(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
