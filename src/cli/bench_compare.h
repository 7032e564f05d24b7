// Two reports, cell by cell, with a verdict that knows the noise.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/bench_report.h"

namespace linnet::cli {

enum class Verdict {
  kFaster,
  kSlower,
  kSame,     ///< No difference that the noise allows to see, or none above kNegligible.
  kUnknown,  ///< Too few rounds to tell.
};

/// Two runs of one program on one machine differ by as much: where its memory lies, what else runs. Rounds of
/// one run do not show it.
inline constexpr double kNegligible = 0.02;

/// A cell of both reports; ratios are the second's speed over the first's.
struct CellPair {
  Cell cell;
  double ratio_of_medians = 0;
  double ratio_of_bests = 0;
  std::optional<Interval> interval;  ///< Of the ratio, see ratio_interval().
  Verdict verdict = Verdict::kUnknown;
};

struct Comparison {
  std::vector<CellPair> pairs;  ///< In the first report's order.
  std::vector<Cell> only_first, only_second;
  std::vector<std::string> differences;  ///< A sentence for each thing besides speed that differs.

  bool is_slower() const noexcept;  ///< In some cell.
};

Comparison compare(const BenchReport& first, const BenchReport& second);

/// "faster", "slower", "no difference that the noise allows to see" or "too few rounds to tell".
const char* to_string(Verdict verdict) noexcept;

std::string to_markdown(const Comparison& comparison);
std::string to_json(const Comparison& comparison);

}  // namespace linnet::cli
