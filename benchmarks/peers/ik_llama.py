"""ik_llama.cpp, a fork of llama.cpp: what differs from it."""

import llama_cpp


class IkLlama(llama_cpp.LlamaCpp):
    name = "ik_llama.cpp"
    text_program = "llama-cli"
    no_chat = []  # It does not chat unless asked to.
    fast_start = ["-rtr"]  # Repacked weights: it leaves that choice to its user.
    lean = ["--no-mmap"]

    def decode_at(self, depth, n_decode):
        return ["-p", "0", "-n", "0", "-gp", f"{depth},{n_decode}"]

    def bench_ways(self):
        ways = super().bench_ways()
        return [["-rtr", repack, *way] for repack in ("0", "1") for way in ways]

    def batched_ways(self):
        ways = super().batched_ways()
        return [[*repack, *way] for repack in ([], ["-rtr"]) for way in ways]

    def simple(self, setup, prompt, cell):
        return []
