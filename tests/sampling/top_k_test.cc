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

TEST(TopK, BreaksTiesByLowerNumber) {
  const std::vector<float> logits{1, 2, 2, 0, 2, 1};
  const SamplingOptions options{.top_k = 2, .temperature = 1};
  EXPECT_EQ(filtered(options, logits), (Distribution{{1, 0.5}, {2, 0.5}}));
}

}  // namespace
}  // namespace linnet::sampling::testing
