#include <gtest/gtest.h>

#include "sampling/chain.h"
#include "tests/sampling/reference.h"

namespace linnet::sampling::testing {
namespace {

double log_sum_exp(std::span<const float> logits) {
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
  return std::log(sum);
}

TEST(TopLogprobs, AreTheLikeliestInOrder) {
  const auto logits = random_logits(3000, 8);
  const auto all = normalized([&] {
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < logits.size(); ++i) candidates.push_back({static_cast<Token>(i), logits[i]});
    return candidates;
  }());
  std::vector<Candidate> sorted;
  for (std::size_t i = 0; i < logits.size(); ++i) sorted.push_back({static_cast<Token>(i), logits[i]});
  std::sort(sorted.begin(), sorted.end(), Likelier{});
  for (const std::size_t n : {0, 1, 7, 3000, 9000}) {
    const auto top = top_logprobs(logits, log_sum_exp(logits), n);
    ASSERT_EQ(top.size(), std::min<std::size_t>(n, 3000));
    for (std::size_t i = 0; i < top.size(); ++i) {
      ASSERT_EQ(top[i].token, sorted[i].token) << i;
      ASSERT_NEAR(top[i].logprob, std::log(all.at(top[i].token)), 1e-5);
    }
  }
}

TEST(TopLogprobs, AtTheEdges) {
  const auto top = top_logprobs(std::vector<float>{kNaN, kInfinity, 2}, kInfinity, 3);
  EXPECT_EQ(top[0].token, 1);
  EXPECT_EQ(top[0].logprob, 0);
  EXPECT_EQ(top[1].logprob, -kInfinity);
  EXPECT_EQ(top_logprobs(std::vector<float>{kNaN, kNaN}, -kInfinity, 1)[0].logprob, -kInfinity);
}

}  // namespace
}  // namespace linnet::sampling::testing
