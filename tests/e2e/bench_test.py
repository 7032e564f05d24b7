"""linnet bench: shapes, not speeds."""

import csv
import io
import json
import unittest

from support import ModelTestCase

FEW = ["-p", "16", "-n", "4", "-r", "2"]


class Bench(ModelTestCase):
    def test_json(self):
        report = json.loads(self.succeed("bench", self.model, *FEW, "-t", "1,2", "--format", "json"))
        self.assertEqual([row["threads"] for row in report["rows"]], [1, 2])
        self.assertGreater(report["peak_bytes"], 50e6)
        self.assertGreater(report["first_token_seconds"], report["load_seconds"])
        for row in report["rows"]:
            for kind in ("prompt_tokens_per_second", "decode_tokens_per_second"):
                self.assertTrue(0 < row[kind]["low"] <= row[kind]["median"] <= row[kind]["high"])
            self.assertGreater(row["weight_bytes_per_second"], 0)
            self.assertGreater(row["read_bytes_per_second"], 1e8)

    def test_csv_and_markdown(self):
        rows = list(csv.DictReader(io.StringIO(self.succeed("bench", self.model, *FEW, "--format", "csv"))))
        self.assertEqual(len(rows), 1)
        self.assertGreater(float(rows[0]["decode_median"]), 0)
        self.assertIn("| threads |", self.succeed("bench", self.model, *FEW, "-t", "1"))


if __name__ == "__main__":
    unittest.main()
