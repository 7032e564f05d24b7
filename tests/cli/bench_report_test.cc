#include "cli/bench_report.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "tests/cli/bench_support.h"

namespace linnet::cli {
namespace {

using testing::extraction;
using testing::Folder;
using testing::report_of;
using testing::result_of;

BenchReport sample() {
  auto report = report_of({result_of(0, {250.5, 200.25, 260}), result_of(4096, {100, 110, 90})});
  report.cells[0].joules_per_token = {0.5, 0.25, 0.75};
  report.cells.push_back({.cell = {CellKind::kPrompt, 512, 0, 2, "f32"}, .rates = {1000}});
  report.cells.push_back(extraction(0, {100}));
  report.cells.push_back(extraction(8, {150, 200, 250}));
  return report;
}

TEST(BenchReport, IsReadBackAsItWasWritten) {
  const Folder folder;
  const BenchReport report = sample();
  const BenchReport read = read_report(folder.write("a.json", to_json(report)));
  EXPECT_EQ(to_json(read), to_json(report));
  ASSERT_EQ(read.cells.size(), 5u);
  EXPECT_EQ(read.cells[1].cell, report.cells[1].cell);
  EXPECT_EQ(read.cells[0].rates, report.cells[0].rates);
}

TEST(BenchReport, SharesAreOfTheBestReadRate) {
  const BenchReport report = sample();
  EXPECT_DOUBLE_EQ(bytes_per_second(report.cells[0]), 250.5 * 1e8);
  EXPECT_DOUBLE_EQ(*share_of_memory(report, report.cells[0]), 250.5e8 / 25e9);
  EXPECT_FALSE(share_of_memory(report, report.cells[2]));
}

TEST(BenchReport, TablesSurviveHostileNames) {
  BenchReport report = sample();
  report.model = "a|b\n\x1b[2J\",c";
  const std::string markdown = to_markdown(report);
  EXPECT_NE(markdown.find("a\\|b??[2J\",c"), std::string::npos) << markdown;
  EXPECT_NE(
      markdown.find(
          "| decode 128 | 0 | 2 | f16 | 1 | 250.5 | 200.2 to 260.0 | 100.0 | 25.1 | 100 % | 0.500 |  |  |"),
      std::string::npos)
      << markdown;
  EXPECT_NE(to_csv(report).find("\n\"a|b\n\x1b[2J\"\",c\",avx2,decode,128,4096,2,f16,1,0,,100,90,110,"),
            std::string::npos)
      << to_csv(report);
}

TEST(BenchReport, TellsWhatGuessingGains) {
  const BenchReport report = sample();
  EXPECT_DOUBLE_EQ(*gain_of_guessing(report, report.cells[4]), 2);
  EXPECT_FALSE(gain_of_guessing(report, report.cells[3])) << "the base";
  EXPECT_FALSE(gain_of_guessing(report, report.cells[0]));
  EXPECT_FALSE(gain_of_guessing(report_of({report.cells[4]}), report.cells[4])) << "without a base";
  EXPECT_EQ(title_of(report.cells[4].cell), "extract 128, guess 8, 2 threads, f16");
  CellResult drafted = report.cells[4];
  drafted.cell.draft = "small.gguf";
  EXPECT_DOUBLE_EQ(*gain_of_guessing(report, drafted), 2) << "the base is the same";
  EXPECT_EQ(title_of(drafted.cell), "extract 128, guess 8 by small.gguf, 2 threads, f16");
  const std::string markdown = to_markdown(report);
  EXPECT_NE(markdown.find("| extract 128, guess 8 | 0 | 2 | f16 | 1 | 200.0 | 150.0 to 250.0 |  |  |  |  | "
                          "64 of 80, 80 % | 2.00 |"),
            std::string::npos)
      << markdown;
  EXPECT_NE(to_csv(report).find(",extract,128,0,2,f16,1,8,,200,150,250,0,0,25000000000,,80,64,2,"),
            std::string::npos)
      << to_csv(report);
}

TEST(TableOf, LeavesOutColumnsOfNothing) {
  const Table all = table_of(sample());
  const Table few = table_of(report_of({{.cell = {CellKind::kPrompt, 512, 0, 2, "f32"}, .rates = {1000}}}));
  EXPECT_EQ(all.columns.back().title, "times guess 0");
  EXPECT_EQ(few.columns.back().title, "low to high");
  for (const Table& table : {all, few}) {
    for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
  }
  EXPECT_TRUE(table_of(report_of({})).columns.empty());
}

void expect_refused(const std::string& text, const std::string& says) {
  const Folder folder;
  const std::string path = folder.write("a.json", text);
  try {
    read_report(path);
    ADD_FAILURE() << "was read, though of " << says << ": " << text.substr(0, 200);
  } catch (const UsageError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find(path), std::string::npos) << message;
    EXPECT_NE(message.find(says), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_LT(message.size(), 600u);
  }
}

TEST(ReadReport, RefusesWhatIsNoReport) {
  expect_refused("", "");
  expect_refused("{}", "schema");
  expect_refused("[]", "not an object");
  expect_refused("null", "not an object");
  expect_refused("{\"schema\": 1}", "not a text");
  expect_refused("{\"schema\": \"linnet-bench-2\"}", "linnet-bench-1");
  expect_refused(std::string(100'000, '['), "nested too deep");
  expect_refused("\"" + std::string(100'000, 'a'), "");
  expect_refused(std::string("\0\xff\x1b", 3), "");
  const std::string whole = to_json(sample());
  for (std::size_t n = 0; n < whole.size() - 2; n += 97) expect_refused(whole.substr(0, n), "");
  const Folder folder;
  EXPECT_THROW(read_report(folder.path("absent.json")), UsageError);
  EXPECT_THROW(read_report(folder.path("")), UsageError);
}

TEST(ReadReport, RefusesValuesThatCannotBe) {
  const auto changed = [](const char* pointer, const nlohmann::json& value) {
    auto json = nlohmann::json::parse(to_json(sample()));
    json[nlohmann::json::json_pointer(pointer)] = value;
    return json.dump();
  };
  for (const char* const value : {"[]", "[1, -1]", "[0]", "[null]", "[\"1\"]", "7", "[1e999]"}) {
    std::string text = changed("/cells/0/tokens_per_second/rounds", "HERE");
    text.replace(text.find("\"HERE\""), 6, value);
    expect_refused(text, value == std::string("[1e999]") ? "" : "cells[0].tokens_per_second.rounds");
  }
  expect_refused(changed("/cells/0/tokens_per_second/rounds", std::vector<int>(1001, 1)), "more than 1000");
  expect_refused(changed("/cells/0/kind", "both"), "cells[0].kind");
  expect_refused(changed("/cells/4/guess", "many"), "cells[4].guess");
  expect_refused(changed("/cells/4/guesses", 5), "cells[4].guesses");
  expect_refused(changed("/cells/4/guesses/right", -1), "cells[4].guesses.right");
  expect_refused(changed("/cells/0/tokens", 1.5), "whole number");
  expect_refused(changed("/cells/0/threads", 0), "cells[0].threads");
  expect_refused(changed("/cells/1/depth", 0), "cells[1]' is there twice");
  expect_refused(changed("/cells", "none"), "not a list");
  expect_refused(changed("/cells/0", 5), "cells[0]' is not an object");
  expect_refused(changed("/peak_bytes", -1), "peak_bytes");
  expect_refused(changed("/machine", nullptr), "machine");
  expect_refused(changed("/load_seconds", "soon"), "load_seconds");
  const auto whole = nlohmann::json::parse(to_json(sample()));
  for (const auto& [key, ignored] : whole.items()) {
    auto json = whole;
    json.erase(key);
    expect_refused(json.dump(), key);
  }
}

}  // namespace
}  // namespace linnet::cli
