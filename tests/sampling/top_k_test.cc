#include <gtest/gtest.h>

#include "tests/sampling/reference.h"

namespace linnet::sampling::testing {
namespace {

TEST(TopK, KeepsWhatTheDefinitionKeeps) {
  for (const std::size_t n_vocab : {1, 2, 17, 5000}) {
    const auto logits = random_logits(n_vocab, n_vocab);
    for (const std::int32_t k : {0, 1, 2, 40, 4999, 5000, 2'000'000'000}) {
      const SamplingOptions options{.top_k = k, .temperature = 1};
      EXPECT_LE(difference(filtered(options, logits), defined(options, logits)), 1e-12)
          << n_vocab << " " << k;
    }
  }
}

// The definition sorts; what is looked through block by block must find the same in every order.
TEST(TopK, FindsTheLikeliestWhereverTheyStand) {
  for (const std::size_t n_vocab : {16, 31, 32, 33, 1000}) {
    std::vector<float> rising(n_vocab);
    for (std::size_t i = 0; i < n_vocab; ++i) rising[i] = static_cast<float>(i / 3);
    const std::vector<float> falling(rising.rbegin(), rising.rend());
    std::vector<float> with_nan = random_logits(n_vocab, 5);
    for (std::size_t i = 0; i < n_vocab; i += 3) with_nan[i] = i % 2 == 0 ? kNaN : -kInfinity;
    for (const auto& logits : {rising, falling, with_nan}) {
      for (const std::size_t k : {1, 2, 15}) {
        Candidates found;
        choose(logits, k, found);
        ASSERT_EQ(found.items.size(), k);
        EXPECT_TRUE(found.sorted);
        Candidates all;
        choose(logits, n_vocab, all);
        EXPECT_FALSE(all.sorted);
        std::sort(all.items.begin(), all.items.end(), Likelier{});
        for (std::size_t i = 0; i < k; ++i) EXPECT_EQ(found.items[i].token, all.items[i].token);
      }
    }
  }
}

TEST(TopK, BreaksTiesByLowerNumber) {
  const std::vector<float> logits{1, 2, 2, 0, 2, 1};
  const SamplingOptions options{.top_k = 2, .temperature = 1};
  EXPECT_EQ(filtered(options, logits), (Distribution{{1, 0.5}, {2, 0.5}}));
}

}  // namespace
}  // namespace linnet::sampling::testing
