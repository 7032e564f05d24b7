#!/usr/bin/env python3
"""Compares linnet's logits with PyTorch's in float32 on the same dequantized weights.

usage: tools/compare_torch.py build/release/bin/linnet MODEL.gguf TEXT.txt [--tokens 600]

Prints the share of positions with the same likeliest token and the mean Kullback-Leibler divergence of
linnet's probabilities from PyTorch's. Needs numpy, torch and transformers with GGUF support; nothing of
linnet needs this script.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np
import torch
import transformers


def reference_logits(model: pathlib.Path, tokens: list[int]) -> np.ndarray:
    """(n_tokens, n_vocab), from transformers, which dequantizes the file's weights."""
    network = transformers.AutoModelForCausalLM.from_pretrained(
        model.parent, gguf_file=model.name, dtype=torch.float32, attn_implementation="eager"
    )
    with torch.inference_mode():
        return network.eval()(torch.tensor([tokens])).logits[0].numpy()


def linnet_logits(linnet: str, model: pathlib.Path, tokens: list[int]) -> np.ndarray:
    """The same from `linnet logits`."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "logits.npy"
        ids = " ".join(map(str, tokens))
        subprocess.run([linnet, "logits", str(model), "--tokens", ids, "--npy", str(path)], check=True)
        return np.load(path)


def log_probabilities(logits: np.ndarray) -> np.ndarray:
    shifted = logits.astype(np.float64) - logits.max()
    return shifted - np.log(np.exp(shifted).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("linnet", help="the program")
    parser.add_argument("model", type=pathlib.Path, help="a GGUF file")
    parser.add_argument("text", type=pathlib.Path, help="a text file, UTF-8")
    parser.add_argument("--tokens", type=int, default=600, help="how many of the text's tokens; default: 600")
    options = parser.parse_args()

    command = [options.linnet, "tokenize", str(options.model), "--file", str(options.text), "--json"]
    tokens = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)[: options.tokens]
    want = reference_logits(options.model.resolve(), tokens)
    got = linnet_logits(options.linnet, options.model, tokens)
    same = np.mean(want.argmax(axis=1) == got.argmax(axis=1))
    divergences = []
    for want_row, got_row in zip(want, got):
        p, q = log_probabilities(want_row), log_probabilities(got_row)
        divergences.append(float(np.sum(np.exp(p) * (p - q))))
    print(f"{len(tokens)} positions: same likeliest token {100 * same:.2f} %, "
          f"mean KL divergence {np.mean(divergences):.6f}")


if __name__ == "__main__":
    main()
