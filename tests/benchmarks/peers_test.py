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
import page  # noqa: E402
import report  # noqa: E402
import targets  # noqa: E402

LINNET_BENCH = """{
  "schema": "linnet-bench-1", "model": "model.gguf", "isa": "avx512_vnni", "repeats": 1,
  "load_seconds": 0.84934759, "first_token_seconds": 0.89060376, "peak_bytes": 120971264,
  "read_rates": [{"threads": 2, "memory_bytes_per_second": {"median": 2e9, "high": 3408274738.5}}],
  "cells": [
    {"kind": "prompt", "tokens": 32, "threads": 2, "tokens_per_second": {"median": 205.5, "low": 205.5}},
    {"kind": "decode", "tokens": 8, "threads": 2, "tokens_per_second": {"median": 23.5, "low": 23.5},
     "bytes_per_second": 2288628693.5}
  ]
}
"""
BATCHED = """a line before it
|    PP |     TG |    B |   N_KV |   T_PP s | S_PP t/s |   T_TG s | S_TG t/s |      T s |    S t/s |
|-------|--------|------|--------|----------|----------|----------|----------|----------|----------|
|    16 |      8 |    8 |    192 |    0.098 |  1304.92 |    3.942 |    16.24 |    3.316 |   347.46 |

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
SETUP = program.Setup(pathlib.Path("model.gguf"), threads=2, packed=pathlib.Path("packed.gguf"))
KINDS = ["first_token", "first_token_30", "speed", "long_prompt", "deep", "sessions", "memory", "packed"]


class Parsers(unittest.TestCase):
    def test_linnet_bench(self):
        figures = linnet.parse_bench(LINNET_BENCH, program.SPEED)
        self.assertEqual(figures["prompt_tokens_per_second"], 205.5)
        self.assertEqual(figures["decode_tokens_per_second"], 23.5)
        self.assertEqual(figures["read_bytes_per_second"], 3408274738.5)

    def test_llama_bench_between_other_lines(self):
        expected = {"prompt_tokens_per_second": 8.244021, "decode_tokens_per_second": 4.115231}
        self.assertEqual(llama_cpp.parse_bench(LLAMA_BENCH, program.SPEED), expected)

    def test_sessions_together(self):
        figures = llama_cpp.parse_batched(BATCHED, program.TOGETHER)
        self.assertEqual(figures, {"together_tokens_per_second": 16.24})

    def test_load_time(self):
        self.assertEqual(llama_cpp.parse_load(LLAMA_SIMPLE_ERRORS), {"load_seconds": 1.82303})
        self.assertEqual(llama_cpp.parse_load("nothing of that kind"), {})

    def test_changed_output_is_a_failure_in_one_line(self):
        texts = ("", "[]", "[\n]", "{}", "[\n{}]", "[\n1]", '{"rows": 3}', "null", LLAMA_BENCH[:200])
        for text in texts:
            for parse in (linnet.parse_bench, llama_cpp.parse_bench, llama_cpp.parse_batched):
                with self.subTest(text=text, parse=parse), self.assertRaises(program.ProgramFailed) as raised:
                    parse(text, program.SPEED)
                self.assertNotIn("\n", str(raised.exception))

    def test_programs_answer_the_same_probes_with_the_same_numbers(self):
        peers = [linnet.Linnet("/l"), llama_cpp.LlamaCpp("/c"), ik_llama.IkLlama("/i")]
        for peer in peers:
            probes = peer.probes(SETUP)
            self.assertEqual(list(probes), KINDS)
            for probe in probes["speed"]:
                self.assertTrue({"model.gguf", "512", "128", "2"} <= set(probe.command), probe.command)
            for kind in ("long_prompt", "deep"):
                for probe in probes[kind]:
                    self.assertTrue({"4096", "4096,128"} & set(probe.command), probe.command)
            self.assertTrue(all({"8", "16", "128"} <= set(probe.command) for probe in probes["sessions"]))
            for kind, text in (
                ("first_token", program.SHORT_PROMPT),
                ("first_token_30", program.LONGER_PROMPT),
                ("memory", program.FULL_PROMPT),
            ):
                self.assertTrue(all(text in probe.command for probe in probes[kind]))
            for ways in probes.values():
                self.assertEqual(len({probe.label for probe in ways}), len(ways))


    def test_first_tokens_come_from_ordinary_and_packed_files(self):
        def files(setup):
            probes = linnet.Linnet("/l").probes(setup)["first_token"]
            return {probe.label: probe.command[2] for probe in probes}

        both = {"linnet run": "model.gguf", "linnet run, packed file": "packed.gguf"}
        self.assertEqual(files(SETUP), both)
        self.assertEqual(files(program.Setup(SETUP.model, threads=2)), {"linnet run": "model.gguf"})


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
        self.assertEqual(first["other_ways"], {"slow": 0.9})
        self.assertIn("| quick; slow: 900.0 |", report.table(cells))
        self.assertEqual(first["ratio_of_medians"], 0.5)
        self.assertEqual(first["ratio_of_bests"], 0.25)

    def test_no_ratio_without_linnet_or_between_different_things(self):
        loads = {"linnet": {"load_seconds": {"a": [1.0]}}, "other": {"load_seconds": {"b": [2.0]}}}
        cells = report.compare(loads)
        self.assertNotIn("ratio_of_medians", cells["load_seconds"]["other"])
        cells = report.compare({"linnet": {}, "other": {"peak_bytes": {"b": [2e6]}}})
        self.assertNotIn("ratio_of_medians", cells["peak_bytes"]["other"])
        lacking = report.missing(cells, ["linnet", "other"], ["peak_bytes"])
        self.assertEqual(lacking, [("linnet", "peak memory")])

    def test_table_shows_every_figure_once(self):
        peaks = {"linnet": 100e6, "other": 400e6}
        samples = {name: {"peak_bytes": {"run": [value]}} for name, value in peaks.items()}
        lines = report.table(report.compare(samples)).splitlines()
        self.assertEqual(lines[2:], [
            "| peak memory, MB (less is better) | linnet | 100.0 | 100.0 | 100.0 to 100.0 |  |  | run |",
            "|  | other | 400.0 | 400.0 | 400.0 to 400.0 | 0.25 | 0.25 | run |",
        ])  # fmt: skip


FIRST = program.first_token("first_token_seconds")


def shell(script, echoed=""):
    return program.Probe("sh", ["/bin/sh", "-c", script], FIRST, echoed=echoed)


def judged(cells, name, is_large=False, memory_base=None, n_bytes=100e6):
    rows = targets.judge(report.compare(cells), is_large, n_bytes, memory_base)
    return next(row for row in rows if row["cell"] == name)


class Targets(unittest.TestCase):
    def decode(self, speed, other, weights, given, is_large=False):
        cells = {
            "linnet": {
                "decode_tokens_per_second": {"b": [speed]},
                "weight_bytes_per_second": {"b": [weights]},
                "read_bytes_per_second": {"b": [given]},
            },
            "slow": {"decode_tokens_per_second": {"b": [other / 2]}},
            "quick": {"decode_tokens_per_second": {"b": [other]}},
        }
        return judged(cells, "decode_tokens_per_second", is_large)

    def test_decode_is_held_to_ratio_and_bandwidth(self):
        met = self.decode(160, 100, weights=16e9, given=20e9)
        self.assertEqual((met["rival"], met["met"]), ("quick", True))
        self.assertFalse(self.decode(140, 100, weights=16e9, given=20e9)["met"])  # 1.5 could be read
        self.assertFalse(self.decode(160, 100, weights=15e9, given=20e9)["met"])  # less than 80 %
        beyond = self.decode(120, 100, weights=18.5e9, given=20e9)
        self.assertTrue(beyond["met"])
        self.assertEqual(beyond["target"], "90% of bandwidth")
        self.assertFalse(self.decode(120, 100, weights=17.5e9, given=20e9)["met"])
        self.assertTrue(self.decode(106, 100, weights=18.5e9, given=20e9, is_large=True)["met"])
        self.assertFalse(self.decode(106, 100, weights=17e9, given=20e9, is_large=True)["met"])

    def test_times_and_memory_are_better_if_less(self):
        speeds = {"linnet": 0.1, "other": 0.3}
        times = {name: {"first_token_seconds": {"r": [value]}} for name, value in speeds.items()}
        self.assertTrue(judged(times, "first_token_seconds")["met"])
        times["quick"] = {"first_token_seconds": {"r": [0.15]}}
        self.assertFalse(judged(times, "first_token_seconds")["met"])
        peaks = {"linnet": {"peak_bytes": {"r": [120e6]}}, "other": {"peak_bytes": {"r": [130e6]}}}
        self.assertTrue(judged(peaks, "peak_bytes", memory_base=100e6)["met"])
        self.assertFalse(judged(peaks, "peak_bytes", memory_base=90e6)["met"])
        self.assertIsNone(judged(peaks, "peak_bytes")["met"])

    def test_a_packed_file_is_held_to_a_time_by_its_size(self):
        loads = {"linnet": {"packed_load_seconds": {"b": [0.1]}}}
        for n_bytes, is_met in ((50e6, False), (100e6, False), (600e6, False), (650e6, True), (1e9, True)):
            with self.subTest(n_bytes):
                self.assertEqual(judged(loads, "packed_load_seconds", n_bytes=n_bytes)["met"], is_met)

    def test_nothing_is_claimed_of_what_was_not_measured(self):
        alone = {"linnet": {"together_tokens_per_second": {"b": [5.0]}}}
        self.assertIsNone(judged(alone, "together_tokens_per_second")["met"])
        other = {"linnet": {}, "other": {"together_tokens_per_second": {"b": [5.0]}}}
        self.assertIsNone(judged(other, "together_tokens_per_second")["met"])


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
            "cannot start /nonexistent/x": program.Probe("x", ["/nonexistent/x"], FIRST),
        }
        for expected, probe in cases.items():
            with self.subTest(expected), self.assertRaisesRegex(program.ProgramFailed, expected) as raised:
                program.run(probe, timeout=0.2)
            self.assertNotIn("\n", str(raised.exception))

    def test_what_a_program_leaves_in_its_folder_goes(self):
        with tempfile.TemporaryDirectory() as folder:
            script = f"echo of no use > main.log; pwd > {folder}/where; cat main.log"
            self.assertEqual(program.run(shell(script), timeout=30).stdout, "of no use\n")
            where = pathlib.Path(folder, "where").read_text(encoding="utf-8").strip()
        self.assertNotEqual(where, str(pathlib.Path.cwd()))
        self.assertFalse(pathlib.Path(where).exists())

    def test_no_text_at_all(self):
        with self.assertRaisesRegex(program.ProgramFailed, "no text"):
            FIRST(program.run(shell("true"), timeout=30))


LINNET = """case $1 in
  inspect) echo '{{"n_layers": 1, "n_kv_heads": 1, "head_dim": 64}}' ;;
  bench) case "$*" in *-b*) echo no such option >&2; exit 2 ;; esac
cat <<'END'
{}END
  ;;
  *) echo ' Paris' ;;
esac"""


class WholeRun(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "model.gguf").write_bytes(b"GGUF")
        self.program("linnet", LINNET.format(LINNET_BENCH))
        self.program("llama-bench", f"cat <<'END'\n{LLAMA_BENCH}END")
        self.program("llama-batched-bench", f"cat <<'END'\n{BATCHED}END")
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
        shown = self.folder / "new" / "out.html"
        done = self.run_peers("--llama-cpp", str(self.folder), "--json", str(out), "--html", str(shown))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stderr.count("no figure"), 1)
        self.assertIn("no figure: linnet, 8 sessions together", done.stderr)
        self.assertEqual(done.stderr.count("llama-simple"), 4)  # its label and its path, in a line a prompt
        (model,) = json.loads(out.read_text(encoding="utf-8"))["models"]
        decode = model["cells"]["decode_tokens_per_second"]
        self.assertEqual(decode["linnet"]["rounds"], [23.5, 23.5])
        self.assertAlmostEqual(decode["llama.cpp"]["ratio_of_medians"], 23.5 / 4.115231)
        judged = {row["cell"]: row["met"] for row in model["targets"]}
        self.assertEqual(judged["prompt_tokens_per_second"], True)
        self.assertEqual(judged["together_tokens_per_second"], None)
        html = shown.read_text(encoding="utf-8")
        self.assertIn("model.gguf", html)
        self.assertNotIn("http", html)
        for text in (out.read_text(encoding="utf-8"), html):
            self.assertNotIn(str(self.folder), text)

    def test_the_page_escapes_what_it_shows(self):
        model = {"file": "<i>", "bytes": 1, "is_large": False, "prompt": 1, "decode": 1}
        model |= {"cells": {}, "targets": []}
        result = {"date": "<i>", "machine": {"cpu": "<i>", "cpus": 1, "system": "<i>"}, "models": [model]}
        result |= {"settings": {"note": "<i>", "threads": 1, "rounds": 1}, "programs": {"<i>": "<i>"}}
        self.assertNotIn("<i>", page.page(result))

    def test_what_is_missing_is_left_out(self):
        self.program("llama-bench", "echo something else")
        done = self.run_peers("--llama-cpp", str(self.folder), "--ik", "/nonexistent")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no figure: llama.cpp, decode", done.stderr)
        self.assertNotIn("no figure: llama.cpp, first token", done.stderr)
        self.assertNotIn("no figure: llama.cpp, 8 sessions", done.stderr)
        self.assertIn("no figure: ik_llama.cpp, peak memory", done.stderr)
        self.assertIn("| linnet | 23.5 |", done.stdout)

    def test_what_is_skipped_is_not_missing(self):
        done = self.run_peers("--llama-cpp", str(self.folder), "--skip", "sessions", "--skip", "packed")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("8 sessions", done.stdout)
        self.assertNotIn("load of a packed file", done.stdout)

    def test_wrong_usage(self):
        self.assertEqual(self.run_peers("--rounds", "0").returncode, 2)
        self.assertEqual(self.run_peers("--model", "/nonexistent.gguf").returncode, 2)
        self.assertEqual(self.run_peers("--json", "/dev/null/x.json").returncode, 2)


if __name__ == "__main__":
    unittest.main()
