#include <gtest/gtest.h>

#include "tests/sampling/reference.h"

namespace linnet::sampling::testing {
namespace {

TEST(MinP, KeepsWhatTheDefinitionKeeps) {
  for (const std::size_t n_vocab : {1, 2, 17, 5000}) {
    const auto logits = random_logits(n_vocab, 3);
    for (const float p : {0.0f, 1e-6f, 0.05f, 0.3f, 1.0f}) {
      for (const float top_p : {0.9f, 1.0f}) {
        const SamplingOptions options{.top_p = top_p, .min_p = p, .temperature = 1};
        EXPECT_LE(difference(filtered(options, logits), defined(options, logits)), 1e-12)
            << n_vocab << " " << p;
      }
    }
  }
}

TEST(MinP, OneKeepsAllThatAreLikeliest) {
  EXPECT_EQ(filtered({.min_p = 1, .temperature = 1}, std::vector<float>{3, 0, 3}),
            (Distribution{{0, 0.5}, {2, 0.5}}));
}

}  // namespace
}  // namespace linnet::sampling::testing
