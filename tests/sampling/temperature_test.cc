#include <gtest/gtest.h>

#include "tests/sampling/reference.h"

namespace linnet::sampling::testing {
namespace {

TEST(Temperature, ScalesAsDefined) {
  const auto logits = random_logits(500, 9);
  for (const float temperature : {0.0f, 0.1f, 0.7f, 1.0f, 2.0f, 100.0f}) {
    const SamplingOptions options{.top_k = 50, .temperature = temperature};
    // A logit of up to 12 divided in float: 12 * 2^-24 / T in the exponent.
    EXPECT_LE(difference(filtered(options, logits), defined(options, logits)), 1e-5) << temperature;
  }
}

TEST(Temperature, TinyIsTheLikeliestAndNeverOverflows) {
  EXPECT_EQ(filtered({.temperature = 1e-40f}, std::vector<float>{1, 3e38f, -3e38f, 2}),
            (Distribution{{1, 1.0}}));
  EXPECT_EQ(filtered({.temperature = 0}, std::vector<float>{1, 5, 5}), (Distribution{{1, 1.0}}));
}

}  // namespace
}  // namespace linnet::sampling::testing
