#include "cli/bench_compare.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/cli/bench_support.h"

namespace linnet::cli {
namespace {

using testing::extraction;
using testing::noisy;
using testing::report_of;
using testing::result_of;

Verdict verdict(const std::vector<double>& before, const std::vector<double>& after) {
  return compare(report_of({result_of(0, before)}), report_of({result_of(0, after)})).pairs.at(0).verdict;
}

TEST(Compare, SeesADifferenceBeyondTheNoise) {
  EXPECT_EQ(verdict(noisy(100, 7, 1), noisy(150, 7, 2)), Verdict::kFaster);
  EXPECT_EQ(verdict(noisy(100, 7, 1), noisy(70, 7, 2)), Verdict::kSlower);
}

TEST(Compare, SeldomSeesOneWhereThereIsNone) {
  int n_seen = 0;
  for (unsigned seed = 0; seed < 500; ++seed) {
    n_seen += verdict(noisy(100, 7, 2 * seed + 1), noisy(100, 7, 2 * seed + 2)) != Verdict::kSame ? 1 : 0;
  }
  EXPECT_LE(n_seen, 13);  // 5 expected
}

TEST(Compare, DoesNotCallASmallDifferenceOne) {
  EXPECT_EQ(verdict({100, 100.1, 100.2, 100.1, 100}, {99, 99.1, 99.2, 99.1, 99}), Verdict::kSame);
  EXPECT_EQ(verdict({100, 100.1, 100.2, 100.1, 100}, {97, 97.1, 97.2, 97.1, 97}), Verdict::kSlower);
}

TEST(Compare, AdmitsThatItCannotTell) {
  EXPECT_EQ(verdict({100, 101, 102, 103}, {10, 11, 12, 13}), Verdict::kUnknown);
}

TEST(Compare, PairsEqualCellsAndNamesTheOthers) {
  auto first = report_of({result_of(0, {1, 2, 4}), result_of(64, {1})});
  auto second = report_of({result_of(128, {1}), result_of(0, {2, 3, 2})});
  second.isa = "avx512_vnni";
  const Comparison comparison = compare(first, second);
  ASSERT_EQ(comparison.pairs.size(), 1u);
  EXPECT_DOUBLE_EQ(comparison.pairs[0].ratio_of_medians, 1.0);
  EXPECT_DOUBLE_EQ(comparison.pairs[0].ratio_of_bests, 0.75);
  ASSERT_EQ(comparison.only_first.size(), 1u);
  EXPECT_EQ(comparison.only_first[0].depth, 64u);
  ASSERT_EQ(comparison.only_second.size(), 1u);
  EXPECT_EQ(comparison.only_second[0].depth, 128u);
  EXPECT_EQ(comparison.differences, std::vector<std::string>{"instruction set: avx2, then avx512_vnni"});
  const std::string text = to_markdown(comparison);
  EXPECT_NE(text.find("Only in the first: decode 128 at depth 64, 2 threads, f16"), std::string::npos)
      << text;
  EXPECT_NE(text.find("Different instruction set: avx2"), std::string::npos);
  const auto json = nlohmann::json::parse(to_json(comparison));
  EXPECT_EQ(json.at("cells").at(0).at("verdict"), "too few rounds to tell");
  EXPECT_FALSE(json.at("is_slower"));
}

TEST(Compare, TellsExtractionsApartByTheirGuesses) {
  const auto first = report_of({extraction(0, noisy(100, 7, 1)), extraction(8, noisy(200, 7, 2))});
  const auto second = report_of({extraction(8, noisy(100, 7, 3)), extraction(4, noisy(100, 7, 4))});
  const Comparison comparison = compare(first, second);
  ASSERT_EQ(comparison.pairs.size(), 1u);
  EXPECT_EQ(comparison.pairs[0].cell.n_guess, 8u);
  EXPECT_EQ(comparison.pairs[0].verdict, Verdict::kSlower);
  EXPECT_EQ(comparison.only_first.size(), 1u);
  EXPECT_EQ(comparison.only_second.size(), 1u);
}

TEST(Compare, IsSlowerIfOneCellIs) {
  const auto first = report_of({result_of(0, noisy(100, 7, 1)), result_of(64, noisy(100, 7, 2))});
  const auto second = report_of({result_of(0, noisy(200, 7, 3)), result_of(64, noisy(60, 7, 4))});
  EXPECT_TRUE(compare(first, second).is_slower());
  EXPECT_FALSE(compare(first, first).is_slower());
}

}  // namespace
}  // namespace linnet::cli
