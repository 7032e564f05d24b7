#include "cli/statistics.h"

#include <gtest/gtest.h>

#include "tests/cli/bench_support.h"

namespace linnet::cli {
namespace {

TEST(SpreadOf, TakesTheMiddleOfOddAndEvenCounts) {
  EXPECT_EQ(spread_of({3, 1, 2}).median, 2);
  EXPECT_EQ(spread_of({4, 1, 2, 3}).median, 2.5);
  const Spread one = spread_of({7});
  EXPECT_EQ(one.low, 7);
  EXPECT_EQ(one.median, 7);
  EXPECT_EQ(one.high, 7);
}

TEST(RatioInterval, SaysNothingOfTooFewValues) {
  const std::vector<double> four{1, 2, 3, 4}, five{1, 2, 3, 4, 5};
  EXPECT_FALSE(ratio_interval(four, four));
  EXPECT_FALSE(ratio_interval(five, four));
  EXPECT_TRUE(ratio_interval(five, five));
  EXPECT_FALSE(ratio_interval({}, five));
  EXPECT_FALSE(ratio_interval(std::vector<double>{1}, std::vector<double>(1000, 1.0)));
}

// 5 and 5: one order of 252 has no pair the wrong way round, 0.4 % on either side, and two would be 0.8 %.
TEST(RatioInterval, IsThatOfTheMannWhitneyTest) {
  const std::vector<double> a{10, 20, 30, 40, 50}, b{1, 2, 3, 4, 5};
  const Interval interval = *ratio_interval(a, b);
  EXPECT_DOUBLE_EQ(interval.low, 2);
  EXPECT_DOUBLE_EQ(interval.high, 50);
  // 8 and 8: tables of the test give 7 as the critical value for p = 0.01, two-sided.
  std::vector<double> x, y(8, 1.0), ratios;
  for (int i = 1; i <= 8; ++i) x.push_back(i);
  EXPECT_DOUBLE_EQ(ratio_interval(x, y)->low, 1);  // the 8th of 64, where each of 1 to 8 stands 8 times
  y = {1, 1, 1, 1, 1, 1, 1, 2};                    // adds 0.5: now the 8th is 1 still, the 7th too
  EXPECT_DOUBLE_EQ(ratio_interval(x, y)->low, 1);
}

TEST(RatioInterval, IsAlikeCountedOutAndApproximated) {
  const auto a = testing::noisy(3, 41, 1), b = testing::noisy(2, 41, 2);  // one more than is counted out
  const Interval approximated = *ratio_interval(a, b);
  const Interval exact = *ratio_interval(std::span(a).first(40), std::span(b).first(40));
  EXPECT_NEAR(approximated.low, exact.low, 0.02);
  EXPECT_NEAR(approximated.high, exact.high, 0.02);
}

TEST(RatioInterval, HoldsTheTruthAboutAsOftenAsItSays) {
  for (const std::size_t n : {5, 12, 50}) {
    int n_wrong = 0;
    for (unsigned seed = 0; seed < 1000; ++seed) {
      const Interval interval =
          *ratio_interval(testing::noisy(3, n, 2 * seed + 1), testing::noisy(2, n, 2 * seed + 2));
      n_wrong += interval.low > 1.5 || interval.high < 1.5 ? 1 : 0;
    }
    EXPECT_LE(n_wrong, 22) << n;  // 10 expected, and less than one chance in 1,000 of more than 22
  }
}

}  // namespace
}  // namespace linnet::cli
