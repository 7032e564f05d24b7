"""ik_llama.cpp, a fork of llama.cpp: what differs from it."""

import llama_cpp
import program


class IkLlama(llama_cpp.LlamaCpp):
    name = "ik_llama.cpp"
    text_program = "llama-cli"
    no_chat = []  # It does not chat unless asked to.

    def probes(self, setup):
        """With weights as they are and repacked at the start (-rtr): it leaves that choice to its user."""
        return {
            "first_token": [
                self.text(setup, program.FIRST_TOKEN_PROMPT, program.first_token, *flags)
                for flags in ([], ["-rtr"])
            ],
            "speed": [self.bench(setup, "-rtr", repack) for repack in ("0", "1")],
            "memory": [
                self.text(setup, program.FULL_PROMPT, program.memory, *flags) for flags in ([], ["--no-mmap"])
            ],
        }
