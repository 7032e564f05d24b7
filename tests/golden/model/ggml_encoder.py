"""Encodes float32 rows in a GGUF weight format: by gguf-py where it can, else by ggml itself (K-quants).

Used only by the scripts that make golden files. The library is llama.cpp's shared `libggml-base.so`
(cmake -DBUILD_SHARED_LIBS=ON, target ggml-base); build it without FMA contraction, which is its default.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize, quantize

FLOAT_FORMATS: frozenset[str] = frozenset({"F32", "F16", "BF16"})
K_QUANTS: frozenset[str] = frozenset({"Q4_K", "Q5_K", "Q6_K"})


def type_of(name: str) -> GGMLQuantizationType:
    """GGUF's type of a format's name."""
    return GGMLQuantizationType[name]


def decode(data: np.ndarray, name: str) -> np.ndarray:
    """Values of encoded rows, in float32. data: (rows, bytes a row), uint8."""
    return np.array(dequantize(data, type_of(name)), dtype=np.float32)


class Encoder:
    """Encodes rows of float32."""

    def __init__(self, ggml_base: Path) -> None:
        self._lib = ctypes.CDLL(str(ggml_base.resolve()))
        self._lib.ggml_quantize_chunk.restype = ctypes.c_size_t
        self._lib.ggml_quantize_chunk.argtypes = [
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_int64,
            ctypes.c_int64,
            ctypes.c_int64,
            ctypes.c_void_p,
        ]

    def by_ggml(self, values: np.ndarray, name: str) -> np.ndarray:
        """Rows as ggml's reference encoder writes them without an importance matrix: (rows, bytes a row)."""
        values = np.ascontiguousarray(values, dtype=np.float32)
        rows, columns = values.shape
        block, size = GGML_QUANT_SIZES[type_of(name)]
        if columns % block:
            raise ValueError(f"{columns} columns are not whole {name} blocks of {block}")
        out = np.zeros((rows, columns // block * size), dtype=np.uint8)
        written = self._lib.ggml_quantize_chunk(
            int(type_of(name)), values.ctypes.data, out.ctypes.data, 0, rows, columns, None
        )
        if written != out.nbytes:
            raise RuntimeError(f"ggml wrote {written} bytes of {name}, {out.nbytes} were due")
        return out

    def encode(self, values: np.ndarray, name: str) -> np.ndarray:
        """Encoded rows as bytes: (rows, bytes a row), uint8. values: (rows, columns), float32."""
        values = np.ascontiguousarray(values, dtype=np.float32)
        if name in K_QUANTS:
            return self.by_ggml(values, name)
        return np.ascontiguousarray(quantize(values, type_of(name))).view(np.uint8).reshape(len(values), -1)
