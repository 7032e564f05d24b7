"""ik_llama.cpp, a fork of llama.cpp: what differs from it."""

import llama_cpp


class IkLlama(llama_cpp.LlamaCpp):
    name = "ik_llama.cpp"
    text_program = "llama-cli"
    no_chat = []  # It does not chat unless asked to.
    fast_start = ["-rtr"]  # Repacked weights: it leaves that choice to its user.
    lean = ["--no-mmap"]

    def bench_ways(self):
        return [["-rtr", repack] for repack in ("0", "1")]

    def simple(self, setup, prompt, cell):
        return []
