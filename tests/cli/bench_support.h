// Reports and folders for the tests of bench.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "cli/bench_report.h"

namespace linnet::cli::testing {

/// A folder that goes with the object.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "linnet-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  /// Writes a file, in folders that it makes; gives its path.
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

/// n values about `middle`, a tenth of which is one side of their spread; the same for the same seed.
inline std::vector<double> noisy(double middle, std::size_t n, unsigned seed) {
  std::mt19937 rng(seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) {
    values.push_back(middle * (0.9 + 0.2 * static_cast<double>(rng()) / 4294967296.0));
  }
  return values;
}

inline CellResult result_of(std::size_t depth, std::vector<double> rates) {
  return {
      .cell = {CellKind::kDecode, 128, depth, 2, "f16"}, .rates = std::move(rates), .bytes_per_token = 1e8};
}

inline CellResult extraction(std::size_t n_guess, std::vector<double> rates) {
  return {.cell = {.kind = CellKind::kExtract,
                   .n_tokens = 128,
                   .n_threads = 2,
                   .cache = "f16",
                   .n_guess = n_guess},
          .rates = std::move(rates),
          .guesses = {10 * n_guess, 8 * n_guess}};
}

inline BenchReport report_of(std::vector<CellResult> cells) {
  BenchReport report{.version = "0.1.0",
                     .date = "2026-11-22T12:00:00Z",
                     .command = "linnet bench model.gguf",
                     .machine = {.cpu = "A CPU", .n_cores = 2, .memory_bytes = std::uint64_t{8} << 30},
                     .model = "model.gguf",
                     .architecture = "llama",
                     .format = "Q4_1",
                     .isa = "avx2",
                     .n_rounds = 5,
                     .load_seconds = 0.25,
                     .first_token_seconds = 0.5,
                     .peak_bytes = 170'000'000,
                     .energy_source = "RAPL"};
  report.read_rates = {{2, {20e9, 25e9, 24e9}, {30e9, 31e9, 32e9}}};
  report.cells = std::move(cells);
  return report;
}

}  // namespace linnet::cli::testing
