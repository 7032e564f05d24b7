// What `linnet bench` measured, and the forms in which it is printed and read back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <linnet/generate.h>

#include "cli/machine.h"
#include "cli/statistics.h"

namespace linnet::cli {

enum class CellKind {
  kPrompt,
  kDecode,
  kExtract,  ///< Tokens made after extraction_prompt(), picked greedily, with or without guessing ahead.
};

/// One thing that is measured.
struct Cell {
  CellKind kind = CellKind::kDecode;
  std::size_t n_tokens = 0;  ///< Read at once, or made one by one.
  std::size_t depth = 0;     ///< Tokens that the context holds before.
  unsigned n_threads = 0;
  std::string cache{};         ///< What keys and values are stored as.
  std::size_t n_sessions = 1;  ///< Computing together; rates are of all of them.
  std::size_t n_guess = 0;     ///< When extracting: GenerateOptions::n_draft. 0 = the base of the others.
  std::string draft{};         ///< The model that guesses; empty: guesses are from the text.

  bool operator==(const Cell&) const = default;
};

/// "prompt", "decode" or "extract".
const char* name_of(CellKind kind) noexcept;
/// E.g. "decode 128 at depth 4096, 2 threads, f16".
std::string title_of(const Cell& cell);

struct CellResult {
  Cell cell;
  std::vector<double> rates{};  ///< Tokens a second, a value a round.
  double bytes_per_token = 0;   ///< Weights, keys and values read to make one token when decoding; else 0.
  std::vector<double> joules_per_token{};  ///< A value a round; empty where nothing counts energy.
  Speculation guesses{};                   ///< Of one round; all are alike.

  Spread spread() const { return spread_of(rates); }
};

/// Bytes a second that memory gives to some threads, a value a round.
struct ReadRates {
  unsigned n_threads = 0;
  std::vector<double> memory;   ///< From a buffer that no cache can hold.
  std::vector<double> weights;  ///< From one as large as the weights, again and again.
};

struct BenchReport {
  std::string version{};  ///< linnet's.
  std::string date{};     ///< UTC, ISO 8601.
  std::string command{};
  Machine machine{};
  std::string model{};  ///< File name or name of the manifest.
  std::string architecture{}, format{}, isa{};
  std::size_t n_rounds = 0;
  double load_seconds = 0;
  double first_token_seconds = 0;  ///< From before loading, for a short prompt.
  std::uint64_t peak_bytes = 0;
  std::string energy_source{};
  std::vector<ReadRates> read_rates{};
  std::vector<CellResult> cells{};

  /// The rates of that many threads, or nullptr.
  const ReadRates* read_rates_of(unsigned n_threads) const noexcept;
  /// What was measured of that cell, or nullptr.
  const CellResult* result_of(const Cell& cell) const noexcept;
};

/// Bytes of weights, keys and values read a second, in the median round; 0 unless decoding.
double bytes_per_second(const CellResult& result);
/// That, as a fraction of the best read rate of memory in the same run; empty unless decoding.
std::optional<double> share_of_memory(const BenchReport& report, const CellResult& result);

/// For extracting with guesses: the ratio of medians to the same without. Empty for other cells.
std::optional<double> gain_of_guessing(const BenchReport& report, const CellResult& result);

/// The cells as people read them. Columns in which no row has anything are left out.
struct Table {
  struct Column {
    std::string title;
    bool is_text = false;  ///< And not a figure.
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< Plain text, for the caller to escape.
};
Table table_of(const BenchReport& report);

/// A table for people: no character of a name can end a cell or steer a terminal.
std::string to_markdown(const BenchReport& report);
/// Everything, with each round's values.
std::string to_json(const BenchReport& report);
/// A row a cell, a header first.
std::string to_csv(const BenchReport& report);

/// Control characters as '?', and '|' as Markdown wants it in a table.
std::string markdown_text(const std::string& text);

/// Reads what to_json() made. Throws UsageError, one line that names `path`, if there is no such file or it
/// is anything else: whatever it holds, at most 64 MiB of it are read.
BenchReport read_report(const std::string& path);

}  // namespace linnet::cli
