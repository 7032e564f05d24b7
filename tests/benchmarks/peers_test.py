"""benchmarks/peers reads what programs print, sums it up, and leaves out what is not to be had."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PEERS = pathlib.Path(__file__).resolve().parents[2] / "benchmarks" / "peers"
sys.path.insert(0, str(PEERS))
import ik_llama  # noqa: E402
import linnet  # noqa: E402
import llama_cpp  # noqa: E402
import program  # noqa: E402
import report  # noqa: E402

LINNET_BENCH = """{
  "model": "model.gguf", "isa": "avx512_vnni", "n_prompt": 32, "n_decode": 8, "repeats": 1,
  "load_seconds": 0.84934759, "first_token_seconds": 0.89060376, "peak_bytes": 120971264.0,
  "rows": [
    {
      "threads": 2,
      "prompt_tokens_per_second": {"median": 205.5, "low": 205.5, "high": 205.5},
      "decode_tokens_per_second": {"median": 23.5, "low": 23.5, "high": 23.5},
      "weight_bytes_per_second": 2288628693.5,
      "read_bytes_per_second": 3408274738.5
    }
  ]
}
"""
LLAMA_BENCH = """a line that some builds print
[
  {
    "model_type": "llama 256M Q4_1", "n_threads": 2, "n_prompt": 32, "n_gen": 0, "n_depth": 0,
    "avg_ns": 3881600852, "avg_ts": 8.244021, "stddev_ts": 0.000000, "samples_ts": [ 8.24402 ]
  },
  {
    "model_type": "llama 256M Q4_1", "n_threads": 2, "n_prompt": 0, "n_gen": 8, "n_depth": 0,
    "avg_ns": 1943997776, "avg_ts": 4.115231, "stddev_ts": 0.000000, "samples_ts": [ 4.11523 ]
  }
]
a line after it
"""
LLAMA_SIMPLE_ERRORS = """main: decoded 1 tokens in 0.05 s, speed: 18.78 t/s

llama_perf_sampler_print:    samplers time =       0.02 ms /     1 runs
llama_perf_context_print:        load time =    1823.03 ms
llama_perf_context_print:       total time =    1823.42 ms /     6 tokens
"""
SETUP = program.Setup(pathlib.Path("model.gguf"), threads=2, prompt=512, decode=128)


class Parsers(unittest.TestCase):
    def test_linnet_bench(self):
        figures = linnet.parse_bench(LINNET_BENCH)
        self.assertEqual(figures["prompt_tokens_per_second"], 205.5)
        self.assertEqual(figures["decode_tokens_per_second"], 23.5)
        self.assertEqual(figures["read_bytes_per_second"], 3408274738.5)

    def test_llama_bench_between_other_lines(self):
        expected = {"prompt_tokens_per_second": 8.244021, "decode_tokens_per_second": 4.115231}
        self.assertEqual(llama_cpp.parse_bench(LLAMA_BENCH), expected)

    def test_load_time(self):
        self.assertEqual(llama_cpp.parse_load(LLAMA_SIMPLE_ERRORS), {"load_seconds": 1.82303})
        self.assertEqual(llama_cpp.parse_load("nothing of that kind"), {})

    def test_changed_output_is_a_failure_in_one_line(self):
        texts = ("", "[]", "[\n]", "{}", "[\n{}]", "[\n1]", '{"rows": 3}', "null", LLAMA_BENCH[:200])
        for text in texts:
            for parse in (linnet.parse_bench, llama_cpp.parse_bench):
                with self.subTest(text=text, parse=parse), self.assertRaises(program.ProgramFailed) as raised:
                    parse(text)
                self.assertNotIn("\n", str(raised.exception))

    def test_programs_answer_the_same_probes_with_the_same_numbers(self):
        peers = [linnet.Linnet("/l"), llama_cpp.LlamaCpp("/c"), ik_llama.IkLlama("/i")]
        for peer in peers:
            probes = peer.probes(SETUP)
            self.assertEqual(list(probes), ["first_token", "speed", "memory"])
            for probe in probes["speed"]:
                self.assertTrue({"model.gguf", "512", "128", "2"} <= set(probe.command), probe.command)
            for kind, text in (("first_token", program.FIRST_TOKEN_PROMPT), ("memory", program.FULL_PROMPT)):
                self.assertTrue(all(text in probe.command for probe in probes[kind]))
            for ways in probes.values():
                self.assertEqual(len({probe.label for probe in ways}), len(ways))


class Statistics(unittest.TestCase):
    def test_ratios_are_of_medians_and_of_bests(self):
        cells = report.compare(
            {
                "linnet": {
                    "decode_tokens_per_second": {"bench": [30.0, 20.0, 10.0]},
                    "first_token_seconds": {"run": [0.3, 0.1, 0.2]},
                },
                "other": {
                    "decode_tokens_per_second": {"bench": [10.0, 5.0, 12.0]},
                    "first_token_seconds": {"slow": [0.1, 0.9, 0.9], "quick": [0.4, 0.5, 0.4]},
                },
            }
        )
        decode = cells["decode_tokens_per_second"]
        self.assertEqual(decode["other"]["ratio_of_medians"], 2.0)
        self.assertEqual(decode["other"]["ratio_of_bests"], 2.5)
        self.assertEqual((decode["linnet"]["low"], decode["linnet"]["high"]), (10.0, 30.0))
        self.assertNotIn("ratio_of_medians", decode["linnet"])
        first = cells["first_token_seconds"]["other"]
        self.assertEqual((first["way"], first["best"]), ("quick", 0.4))
        self.assertEqual(first["ratio_of_medians"], 0.5)
        self.assertEqual(first["ratio_of_bests"], 0.25)

    def test_no_ratio_without_linnet_or_between_different_things(self):
        loads = {"linnet": {"load_seconds": {"a": [1.0]}}, "other": {"load_seconds": {"b": [2.0]}}}
        cells = report.compare(loads)
        self.assertNotIn("ratio_of_medians", cells["load_seconds"]["other"])
        cells = report.compare({"linnet": {}, "other": {"peak_bytes": {"b": [2e6]}}})
        self.assertNotIn("ratio_of_medians", cells["peak_bytes"]["other"])
        self.assertIn(("linnet", "peak memory"), report.missing(cells, ["linnet", "other"]))
        self.assertNotIn(("other", "peak memory"), report.missing(cells, ["linnet", "other"]))

    def test_table_shows_every_figure_once(self):
        peaks = {"linnet": 100e6, "other": 400e6}
        samples = {name: {"peak_bytes": {"run": [value]}} for name, value in peaks.items()}
        lines = report.table(report.compare(samples)).splitlines()
        self.assertEqual(lines[2:], [
            "| peak memory, MB (less is better) | linnet | 100.0 | 100.0 | 100.0 to 100.0 |  |  | run |",
            "|  | other | 400.0 | 400.0 | 400.0 to 400.0 | 0.25 | 0.25 | run |",
        ])  # fmt: skip


def shell(script, echoed=""):
    return program.Probe("sh", ["/bin/sh", "-c", script], program.first_token, echoed=echoed)


class Processes(unittest.TestCase):
    def test_first_text_is_after_what_is_echoed(self):
        script = "printf '<s>say it'; sleep 0.4; printf ' now'; sleep 0.4"
        late = program.run(shell(script, echoed="say it"), timeout=30)
        self.assertEqual(late.stdout, "<s>say it now")
        self.assertGreaterEqual(late.first_text_seconds, 0.4)
        soon = program.run(shell(script), timeout=30)
        self.assertLess(soon.first_text_seconds, late.first_text_seconds)
        self.assertGreater(soon.peak_bytes, 0)

    def test_failures_are_one_line(self):
        cases = {
            "code 3: what went wrong": shell("echo first >&2; echo what went wrong >&2; exit 3"),
            "stopped after 0.2 s": shell("exec sleep 30"),
            "cannot start /nonexistent/x": program.Probe("x", ["/nonexistent/x"], program.first_token),
        }
        for expected, probe in cases.items():
            with self.subTest(expected), self.assertRaisesRegex(program.ProgramFailed, expected) as raised:
                program.run(probe, timeout=0.2)
            self.assertNotIn("\n", str(raised.exception))

    def test_no_text_at_all(self):
        with self.assertRaisesRegex(program.ProgramFailed, "no text"):
            program.first_token(program.run(shell("true"), timeout=30))


class WholeRun(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "model.gguf").write_bytes(b"GGUF")
        self.program("linnet", f"[ $1 = bench ] || exec echo ' Paris'\ncat <<'END'\n{LINNET_BENCH}END")
        self.program("llama-bench", f"cat <<'END'\n{LLAMA_BENCH}END")
        self.program("llama-completion", "echo ' Paris'")

    def program(self, name, script):
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def run_peers(self, *more):
        command = [sys.executable, str(PEERS / "run"), "--linnet", str(self.folder / "linnet")]
        command += ["--model", str(self.folder / "model.gguf"), "--rounds", "2", *more]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        self.assertNotIn("Traceback", done.stderr)
        return done

    def test_one_way_of_two_is_enough(self):
        out = self.folder / "new" / "out.json"
        done = self.run_peers("--llama-cpp", str(self.folder), "--json", str(out))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count("llama-simple"), 2)  # its label and its path, in one line
        (model,) = json.loads(out.read_text(encoding="utf-8"))["models"]
        decode = model["cells"]["decode_tokens_per_second"]
        self.assertEqual(decode["linnet"]["rounds"], [23.5, 23.5])
        self.assertAlmostEqual(decode["llama.cpp"]["ratio_of_medians"], 23.5 / 4.115231)
        self.assertNotIn(str(self.folder), out.read_text(encoding="utf-8"))

    def test_what_is_missing_is_left_out(self):
        self.program("llama-bench", "echo something else")
        done = self.run_peers("--llama-cpp", str(self.folder), "--ik", "/nonexistent")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no figure: llama.cpp, decode", done.stderr)
        self.assertNotIn("no figure: llama.cpp, first token", done.stderr)
        self.assertIn("no figure: ik_llama.cpp, peak memory", done.stderr)
        self.assertIn("| linnet | 23.5 |", done.stdout)

    def test_wrong_usage(self):
        self.assertEqual(self.run_peers("--rounds", "0").returncode, 2)
        self.assertEqual(self.run_peers("--model", "/nonexistent.gguf").returncode, 2)
        self.assertEqual(self.run_peers("--json", "/dev/null/x.json").returncode, 2)


if __name__ == "__main__":
    unittest.main()
