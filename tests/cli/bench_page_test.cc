#include "cli/bench_page.h"

#include <gtest/gtest.h>

#include "tests/cli/bench_support.h"

namespace linnet::cli {
namespace {

using testing::extraction;
using testing::noisy;
using testing::report_of;
using testing::result_of;

bool has(const std::string& html, const std::string& part) { return html.find(part) != std::string::npos; }

int count(const std::string& html, const std::string& part) {
  int n = 0;
  for (std::size_t at = html.find(part); at != std::string::npos; at = html.find(part, at + part.size())) {
    ++n;
  }
  return n;
}

TEST(BenchPage, ShowsEveryCellAndLoadsNothing) {
  BenchReport report = report_of({});
  for (const unsigned n_threads : {1u, 2u}) {
    for (const std::size_t depth : {0u, 4096u}) {
      CellResult result =
          result_of(depth, noisy(100 * n_threads, 5, n_threads + static_cast<unsigned>(depth)));
      result.cell.n_threads = n_threads;
      report.cells.push_back(result);
    }
  }
  const std::string html = to_html(report, {{"before", report}});
  for (const char* const part : {"Decode under the memory", "Decode against threads", "Decode against depth",
                                 "Against before", "A CPU"}) {
    EXPECT_TRUE(has(html, part)) << part;
  }
  EXPECT_FALSE(has(html, "Prompt against"));
  EXPECT_FALSE(has(html, "http"));
  EXPECT_FALSE(has(html, "<script"));
  EXPECT_FALSE(has(html, "nan"));
  EXPECT_EQ(count(html, "<tr><td>"), 4);
}

TEST(BenchPage, EscapesEverything) {
  const std::string evil = "<img src=x onerror='alert(1)'>\"&";
  BenchReport report = report_of({result_of(0, {1, 2, 3})});
  report.version = report.date = report.command = report.machine.cpu = report.model = evil;
  report.architecture = report.format = report.isa = report.energy_source = report.cells[0].cell.cache = evil;
  BenchReport other = report;
  other.model = evil + "2";
  const std::string html = to_html(report, {{evil, other}});
  EXPECT_FALSE(has(html, "<img"));
  EXPECT_FALSE(has(html, "onerror='"));
  EXPECT_TRUE(has(html, "&lt;img"));
}

TEST(BenchPage, SaysWhichLinesItLeavesOut) {
  BenchReport report = report_of({});
  for (std::size_t n = 1; n <= 8; ++n) {
    for (const std::size_t depth : {0u, 64u}) {
      CellResult result = result_of(depth, {1, 2, 3});
      result.cell.n_tokens = n;
      report.cells.push_back(result);
    }
  }
  EXPECT_TRUE(has(to_html(report, {}), "2 more such lines are in the table only."));
}

TEST(BenchPage, ShowsWhatGuessingGains) {
  const std::string html = to_html(report_of({extraction(0, {1, 2, 3}), extraction(8, {4, 5, 6})}), {});
  EXPECT_TRUE(has(html, "Extraction against guesses"));
  EXPECT_TRUE(has(html, "<td>64 of 80, 80 %</td><td>2.50</td>"));
  EXPECT_FALSE(has(html, "Decode"));
}

TEST(BenchPage, HoldsNoChartOfNothing) {
  const std::string html = to_html(report_of({}), {{"none", report_of({})}});
  EXPECT_FALSE(has(html, "<svg"));
  EXPECT_TRUE(has(html, "No cell is in both."));
}

}  // namespace
}  // namespace linnet::cli
