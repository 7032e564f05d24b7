// A report as one page of HTML: charts, the table, the machine. It loads nothing, needs no script, follows
// the reader's light or dark scheme and fits a phone.
#pragma once

#include <string>
#include <vector>

#include "cli/bench_report.h"

namespace linnet::cli {

/// An earlier report, by the name that the page calls it.
struct Baseline {
  std::string name;
  BenchReport report;
};

/// All text in the reports is escaped. Ratios are the report's speeds over each baseline's.
std::string to_html(const BenchReport& report, const std::vector<Baseline>& baselines);

}  // namespace linnet::cli
