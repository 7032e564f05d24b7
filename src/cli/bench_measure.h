// Measures cells, round by round.
#pragma once

#include <optional>
#include <vector>

#include <linnet/session.h>

#include "cli/bench_report.h"
#include "cli/terminal.h"

namespace linnet::cli {

/// The numbers to measure; each combination is a cell.
struct BenchPlan {
  std::vector<std::size_t> prompts;  ///< Tokens read at once; 0 = no such cell.
  std::vector<std::size_t> decodes;  ///< Tokens made one by one; 0 = no such cell.
  std::vector<std::size_t> depths;
  std::vector<unsigned> threads;
  std::vector<std::string> caches;
  std::vector<std::size_t> sessions{1};  ///< Making tokens together; prompts are read alone.
  /// Tokens guessed ahead when extracting as many as in `decodes`; 0, the base, comes with the first other.
  std::vector<std::size_t> guesses{};
  /// A model that guesses, too, and its name.
  std::optional<Model> draft{};
  std::string draft_name{};
  std::size_t n_rounds = 5;
};

/// The plan's cells, prompts first, in the order of its lists, none twice.
std::vector<Cell> cells_of(const BenchPlan& plan);

/// Bytes read to make one token in the mean of a decode cell: every weight once for all sessions, and the
/// keys and values that each session's layers see. 0 for other cells.
double bytes_per_token(const Model& model, const Cell& cell);

/// n tokens that mean nothing, the same each time.
std::vector<Token> random_tokens(std::size_t n, std::size_t n_vocab);

/// Fills the report's rates, peak of memory and source of energy. One round to warm up, then plan.n_rounds
/// that count; each measures every cell once and then memory, so that noise meets all alike. Ctrl-C ends it
/// with kCancelled; an extraction whose tokens depend on guessing, threads or round, with kInternal. Throws
/// linnet::Exception.
void measure(const Model& model, const BenchPlan& plan, const SessionOptions& options, BenchReport& report,
             Progress& bar);

}  // namespace linnet::cli
