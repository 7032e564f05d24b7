#include "engine/logit_summary.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "kernels/registry.h"

namespace linnet {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Like a model's: mostly low, a few high, some alike.
std::vector<float> random_logits(std::size_t n) {
  Rng rng(n);
  std::vector<float> logits(n);
  for (float& logit : logits) {
    const double u = rng.next_double();
    logit = static_cast<float>(std::round((40 * u * u * u - 20) * 16) / 16);
  }
  return logits;
}

// With every instruction set that this processor has: they must agree to the bit.
LogitSummary summary_of(const std::vector<float>& logits) {
  const LogitSummary first = summarize(*kernels::usable_tables().back(), logits);
  for (const kernels::KernelTable* table : kernels::usable_tables()) {
    const LogitSummary other = summarize(*table, logits);
    EXPECT_EQ(other.likeliest, first.likeliest) << table->isa;
    EXPECT_EQ(other.log_sum_exp, first.log_sum_exp) << table->isa;
  }
  return first;
}

TEST(LogitSummary, EqualsItsDefinition) {
  for (const std::size_t n : {1, 15, 16, 17, 1024, 1025, 3000, 49152}) {
    const std::vector<float> logits = random_logits(n);
    double sum = 0;
    std::size_t likeliest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += std::exp(static_cast<double>(logits[i]));
      if (logits[i] > logits[likeliest]) likeliest = i;
    }
    const LogitSummary summary = summary_of(logits);
    EXPECT_EQ(summary.likeliest, static_cast<Token>(likeliest)) << n;
    EXPECT_NEAR(summary.log_sum_exp, std::log(sum), 5e-6) << n;
  }
}

TEST(LogitSummary, TheLowestOfEqualsIsLikeliest) {
  std::vector<float> logits(5000, 1.0f);
  EXPECT_EQ(summary_of(logits).likeliest, 0);
  logits[2047] = logits[2048] = logits[4999] = 2.0f;
  EXPECT_EQ(summary_of(logits).likeliest, 2047);
  for (const float zero : {0.0f, -0.0f}) {
    std::fill(logits.begin(), logits.end(), zero);
    logits[0] = -1.0f;
    logits[7] = -zero;
    EXPECT_EQ(summary_of(logits).likeliest, 1);
  }
}

TEST(LogitSummary, AtTheEdges) {
  EXPECT_EQ(summary_of({}).likeliest, kNoToken);
  EXPECT_EQ(summary_of({}).log_sum_exp, -kInfinity);
  EXPECT_EQ(summary_of({kNaN, -kInfinity}).likeliest, kNoToken);
  EXPECT_EQ(summary_of({kNaN, -kInfinity}).log_sum_exp, -kInfinity);
  EXPECT_EQ(summary_of({1, kInfinity, kInfinity}).likeliest, 1);
  EXPECT_EQ(summary_of({1, kInfinity, kInfinity}).log_sum_exp, kInfinity);
  EXPECT_EQ(summary_of({kNaN, 3, -kInfinity}).likeliest, 1);
  EXPECT_EQ(summary_of({kNaN, 3, -kInfinity}).log_sum_exp, 3);
  EXPECT_NEAR(summary_of({3e38f, 3e38f}).log_sum_exp, 3e38, 1e32);
  EXPECT_EQ(summary_of({-3e38f, 3e38f}).likeliest, 1);
}

}  // namespace
}  // namespace linnet
