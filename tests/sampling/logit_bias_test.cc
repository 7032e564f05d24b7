#include <gtest/gtest.h>

#include "tests/sampling/reference.h"

namespace linnet::sampling::testing {
namespace {

TEST(LogitBias, AddsAndForbids) {
  const SamplingOptions options{.temperature = 1, .logit_bias = {{0, 1.0f}, {0, 1.0f}, {2, -kInfinity}}};
  EXPECT_EQ(filtered(options, std::vector<float>{0, 2, 9}), (Distribution{{0, 0.5}, {1, 0.5}}));
}

TEST(LogitBias, ForbidsAlsoWhatTheModelIsSureOf) {
  EXPECT_EQ(filtered({.temperature = 1, .logit_bias = {{0, -kInfinity}}}, std::vector<float>{kInfinity, 2}),
            (Distribution{{1, 1.0}}));
}

}  // namespace
}  // namespace linnet::sampling::testing
