#include "tasks/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace linnet::tasks {
namespace {

TEST(Probabilities, AddUpToOneWithNone) {
  const std::vector<double> scores = {2.0, -1.0, 0.5};
  const std::vector<double> p = probabilities(scores, {0.7, 0.1});
  ASSERT_EQ(p.size(), 4u);
  EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1.0, 1e-15);
  EXPECT_NEAR(p[0] / p[2], std::exp(0.7 * 1.5), 1e-12);
  EXPECT_NEAR(p[2] / p[3], std::exp(0.7 * 0.4), 1e-12);
  EXPECT_EQ(probabilities(scores, {}).back(), 0.0);  // "none" is impossible until it has a score
}

/// Scores of two labels that are `gap` apart, right in a share of the rows.
ScoredRows two_labels(double gap, std::size_t n, std::size_t n_right) {
  ScoredRows rows{2, {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    rows.scores.insert(rows.scores.end(), {gap, 0.0});
    rows.labels.push_back(i < n_right ? 0 : 1);
  }
  return rows;
}

TEST(FitScale, MakesTheProbabilityTheShareThatIsRight) {
  const ScoredRows rows = two_labels(100.0, 1000, 800);
  const std::vector<double> p = probabilities(rows.row(0), {fit_scale(rows)});
  EXPECT_NEAR(p[0], 0.8, 0.001);
}

TEST(FitScale, IsNotSureOfAFewExamplesThatAreAllRight) {
  const ScoredRows rows = two_labels(3.0, 8, 8);
  const std::vector<double> p = probabilities(rows.row(0), {fit_scale(rows)});
  EXPECT_NEAR(p[0], 1.0 - 0.5 / 9.0, 0.001);
}

TEST(FitNone, SeparatesTheTextsThatFitNoLabel) {
  ScoredRows rows{2, {}, {}};
  for (int i = 0; i < 100; ++i) {
    rows.scores.insert(rows.scores.end(), {10.0 + i % 5, 0.0});
    rows.labels.push_back(0);
  }
  const std::vector<double> unfit(100, 4.0);
  const double none = fit_none(rows, unfit, 1.0);
  EXPECT_GT(none, 4.0);
  EXPECT_LT(none, 10.0);
  EXPECT_EQ(fit_none(rows, {}, 1.0), 10.0);  // the least of them: one in a hundred
}

}  // namespace
}  // namespace linnet::tasks
