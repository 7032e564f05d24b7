#include <gtest/gtest.h>

#include "tests/sampling/reference.h"

namespace linnet::sampling::testing {
namespace {

TEST(TopP, KeepsWhatTheDefinitionKeeps) {
  for (const std::size_t n_vocab : {1, 2, 17, 5000}) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const auto logits = random_logits(n_vocab, seed);
      for (const float p : {0.0f, 0.1f, 0.5f, 0.9f, 0.95f, 0.999f, 1.0f}) {
        for (const std::int32_t k : {0, 40}) {
          const SamplingOptions options{.top_k = k, .top_p = p, .temperature = 1};
          EXPECT_LE(difference(filtered(options, logits), defined(options, logits)), 1e-12)
              << n_vocab << " " << p << " " << k;
        }
      }
    }
  }
}

TEST(TopP, KeepsAtLeastOneAndSkipsForbiddenTokens) {
  EXPECT_EQ(filtered({.top_p = 0, .temperature = 1}, std::vector<float>{0, 3, 3}), (Distribution{{1, 1.0}}));
  EXPECT_EQ(filtered({.top_p = 0.99f, .temperature = 1}, std::vector<float>{-kInfinity, 1, -kInfinity}),
            (Distribution{{1, 1.0}}));
}

}  // namespace
}  // namespace linnet::sampling::testing
