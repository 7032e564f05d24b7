"""linnet run: answers, streams, JSON, determinism, Ctrl-C."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from support import LINNET, ModelTestCase, linnet

FRANCE = "What is the capital of France?"
LONG = ["Tell me a very long story about the sea.", "--max-tokens", "2000"]


class Run(ModelTestCase):
    def test_names_paris(self):
        done = linnet("run", self.model, FRANCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Paris", done.stdout)
        self.assertTrue(done.stdout.endswith("\n"))
        self.assertRegex(
            done.stderr, r"^prompt: \d+ tokens .*tokens/s \| answer: \d+ tokens .*tokens/s \| end\n$"
        )

    def test_the_prompt_may_be_piped(self):
        answer = self.succeed("run", self.model, FRANCE, "-q")
        self.assertEqual(self.succeed("run", self.model, "-q", input=FRANCE + "\n"), answer)
        self.assertEqual(self.succeed("run", self.model, "-", "-q", input=FRANCE), answer)

    def test_json(self):
        result = json.loads(self.succeed("run", self.model, FRANCE, "--json", "--logprobs", "3", "-n", "5"))
        self.assertEqual(list(result), ["text", "tokens", "finish", "stats"])
        self.assertEqual(result["finish"], "max-tokens")
        self.assertEqual(len(result["tokens"]), 5)
        for token in result["tokens"]:
            self.assertEqual(len(token["top"]), 3)
            self.assertEqual(token["top"][0], [token["id"], token["logprob"]])  # greedy
            self.assertLessEqual(token["logprob"], 0)
        self.assertGreater(result["stats"]["load_seconds"], 0)
        self.assertEqual(result["stats"]["decode"]["tokens"], 5)
        self.assertGreater(result["stats"]["prompt"]["tokens_per_second"], 0)

    def test_guesses_change_the_speed_and_not_the_text(self):
        text = "Repeat this three times: the cat sat on the mat and the dog sat on the log."
        plain = self.succeed("run", self.model, text, "-q", "-n", "60")
        for flags in (["--guess", "15"], ["--draft", self.model]):
            result = json.loads(self.succeed("run", self.model, text, "--json", "-n", "60", *flags))
            self.assertEqual(result["text"] + "\n", plain)
            guesses = result["stats"]["guesses"]
            self.assertGreater(guesses["right"], 0)
            self.assertLessEqual(guesses["right"], guesses["made"])
        self.assertEqual(linnet("run", self.model, text, "--guess", "16").returncode, 2)

    def test_one_seed_gives_one_text(self):
        def story(seed, *more):
            return self.succeed(
                "run", self.model, "Tell me a story.", "-q", "-n", "40", "--temperature", "1.2",
                "--top-p", "0.95", "--top-k", "100", "--seed", seed, *more,
            )  # fmt: skip

        self.assertEqual(story(7), story(7, "--threads", "1", "--chunk", "3"))
        self.assertNotEqual(story(7), story(8))

    def test_options_that_mean_greedy_agree(self):
        greedy = self.succeed("run", self.model, FRANCE, "-q", "-n", "20")
        self.assertEqual(
            self.succeed("run", self.model, FRANCE, "-q", "-n", "20", "--top-k", "1", "--temperature", "2"),
            greedy,
        )

    def test_stop_text_and_logit_bias(self):
        full = self.succeed("run", self.model, FRANCE, "-q")
        before = full[: full.index("Paris")]
        self.assertEqual(
            self.succeed("run", self.model, FRANCE, "-q", "--stop", "aris").rstrip("\n"), before + "P"
        )
        result = json.loads(self.succeed("run", self.model, FRANCE, "--json", "-n", "1"))
        first = result["tokens"][0]["id"]
        other = json.loads(
            self.succeed("run", self.model, FRANCE, "--json", "-n", "1", "--logit-bias", f"{first}=-inf")
        )
        self.assertNotEqual(other["tokens"][0]["id"], first)

    def test_raw_continues_the_prompt(self):
        text = self.succeed("run", self.model, "The capital of France is", "--raw", "-q", "-n", "8")
        self.assertIn("Paris", text)

    def test_goes_on_over_the_contexts_end(self):
        story = ["run", self.model, "Once upon a time", "--raw", "--json", "--context", "32", "-n", "100"]
        for end in json.loads(self.succeed("tokenize", self.model, "<|endoftext|><|im_end|>", "--json")):
            story += ["--logit-bias", f"{end}=-inf"]
        self.assertEqual(json.loads(self.succeed(*story))["finish"], "context")
        shifted = json.loads(self.succeed(*story, "--shift-keep", "4"))
        self.assertEqual((shifted["finish"], len(shifted["tokens"])), ("max-tokens", 100))
        self.refuse(*story, "--shift-keep", "32", code=1, says="keep fewer")

    def test_a_session_is_gone_on_from(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "session")
            arguments = ["run", self.model, "--raw", "--json", "-n", "5", "--session", file]
            self.succeed(*arguments, "The capital of France is")
            self.assertLess(file.stat().st_size, 2_000_000)
            second = json.loads(self.succeed(*arguments, " and"))
            self.assertLess(second["stats"]["prompt"]["tokens"], 5)
            file.write_bytes(file.read_bytes()[:-1])
            self.refuse(*arguments, "And", code=1, says="the session file has")

    def test_a_system_message_matters(self):
        plain = self.succeed("run", self.model, "Hello!", "-q", "-n", "20")
        self.assertNotEqual(
            self.succeed("run", self.model, "Hello!", "-q", "-n", "20", "--system", "You are a pirate."),
            plain,
        )

    def test_characters_are_never_split(self):
        # Read as it comes: every piece that arrives must be whole characters.
        prompt = "Repeat: \U0001f600\U0001f680 日本語 ñandú \U0001f600\U0001f680"
        command = [
            LINNET,
            "run",
            self.model,
            prompt,
            "-q",
            "-n",
            "60",
            "--temperature",
            "1.5",
            "--seed",
            "3",
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            while piece := os.read(process.stdout.fileno(), 65536):
                piece.decode("utf-8")
        self.assertEqual(process.returncode, 0)

    def test_a_prompt_of_invalid_utf8_is_answered(self):
        done = linnet("run", self.model, "-q", "-n", "5", input=b"caf\xe9 \xff\xfe \xf0\x9f?", text=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        done.stdout.decode("utf-8")

    def test_a_prompt_beyond_the_context_is_an_error(self):
        self.refuse("run", self.model, "word " * 300, "--context", "64", code=1, says="64")
        self.refuse("run", self.model, "word " * 300, "--raw", "--context", "64", code=1, says="64")

    def test_an_empty_prompt_has_one_exit_code(self):
        self.refuse("run", self.model, "", "--raw", code=1, says="token")
        self.refuse("logits", self.model, "", code=1, says="empty")

    def test_one_is_not_many(self):
        self.assertIn("answer: 1 token in", linnet("run", self.model, FRANCE, "-n", "1").stderr)

    def test_bad_values_that_only_the_model_can_tell(self):
        self.refuse("run", self.model, "hi", "--logit-bias", "99999999=1", code=1, says="99999999")
        self.refuse("run", self.model, "hi", "--isa", "avx1024", code=1, says="avx1024")
        self.refuse("run", self.model, "hi", code=1, says="mmx", env={**os.environ, "LINNET_ISA": "mmx"})

    def test_a_full_disk_ends_the_answer(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.refuse("run", self.model, FRANCE, stdout=full, code=1, says="standard output")

    def test_ctrl_c_ends_with_130(self):
        with subprocess.Popen(
            [LINNET, "run", self.model, *LONG], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            self.assertTrue(os.read(process.stdout.fileno(), 1))  # it answers
            process.send_signal(signal.SIGINT)
            start = time.monotonic()
            out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, err)
        self.assertLess(time.monotonic() - start, 5)
        out.decode("utf-8")
        self.assertIn(b"cancelled", err)

    def test_ctrl_c_while_the_prompt_is_read(self):
        with subprocess.Popen(
            [LINNET, "run", self.model, "--threads", "1", "--chunk", "16", "--context", "8192"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            process.stdin.write(b"word " * 7000)
            process.stdin.close()
            process.stdin = None
            time.sleep(1.5)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, err)


if __name__ == "__main__":
    unittest.main()
