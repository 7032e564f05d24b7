#include "cli/eval_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/eval_support.h"

namespace linnet::cli {
namespace {

using testing::labels_with;
using testing::spans_with;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(EvalReport, TextHoldsNoControlCharacters) {
  const std::string text = to_text(spans_with("\x1b[2Jgate").report);
  EXPECT_FALSE(has(text, "\x1b"));
  EXPECT_TRUE(has(text, "?[2Jgate"));
  EXPECT_TRUE(has(text, "1  invalid answers"));
}

TEST(EvalReport, JsonHasTheScores) {
  const auto labels = nlohmann::json::parse(to_json(labels_with("gate").report));
  EXPECT_EQ(labels["schema"], "linnet-eval-1");
  EXPECT_EQ(labels["texts_per_second"], 80);
  EXPECT_EQ(labels["labels"]["out_of_scope"], 8);
  EXPECT_EQ(labels["labels"]["reliability"].size(), kBins);
  EXPECT_EQ(labels["labels"]["abstention"].back()["coverage"], 1);
  const auto spans = nlohmann::json::parse(to_json(spans_with("gate").report));
  EXPECT_EQ(spans["invalid"], 1);
  EXPECT_EQ(spans["spans"]["invented"], 1);
  EXPECT_TRUE(spans["seconds"].is_null());
}

TEST(EvalReport, ThinnedKeepsBothEnds) {
  std::vector<OperatingPoint> points;
  for (int i = 1; i <= 1000; ++i) points.push_back({.coverage = i / 1000.0});
  const auto few = thinned(points, 50);
  EXPECT_LE(few.size(), 50u);
  EXPECT_GE(few.size(), 45u);
  EXPECT_EQ(few.front().coverage, points.front().coverage);
  EXPECT_EQ(few.back().coverage, 1);
  EXPECT_EQ(thinned(points, 1000).size(), 1000u);
}

}  // namespace
}  // namespace linnet::cli
