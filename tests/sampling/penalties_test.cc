#include <gtest/gtest.h>

#include "tests/sampling/reference.h"

namespace linnet::sampling::testing {
namespace {

// The logits after them, -infinity allowed.
std::vector<float> penalized(const SamplingOptions& options, const std::vector<float>& logits,
                             const std::vector<Token>& history) {
  const auto penalties = make_penalties(options, logits.size());
  std::vector<float> result;
  for (int twice = 0; twice < 2; ++twice) {  // the second time shows that nothing is left from the first
    result = logits;
    penalties->apply(result, history);
  }
  return result;
}

TEST(Penalties, RepetitionDividesPositiveAndMultipliesNegativeOnce) {
  EXPECT_EQ(penalized({.repetition_penalty = 2}, {4, -4, 0, 4}, {0, 1, 2, 0, 1}),
            (std::vector<float>{2, -8, 0, 4}));
}

TEST(Penalties, FrequencyCountsAndPresenceDoesNot) {
  EXPECT_EQ(penalized({.frequency_penalty = 0.5}, {4, 4, 4}, {0, 1, 0, 0}),
            (std::vector<float>{2.5, 3.5, 4}));
  EXPECT_EQ(penalized({.presence_penalty = 0.5}, {4, 4, 4}, {0, 1, 0, 0}), (std::vector<float>{3.5, 3.5, 4}));
}

TEST(Penalties, OnlyTheWindowCounts) {
  const SamplingOptions options{.presence_penalty = 1, .penalty_window = 2};
  EXPECT_EQ(penalized(options, {4, 4, 4, 4}, {0, 1, 2, 3}), (std::vector<float>{4, 4, 3, 3}));
  EXPECT_EQ(penalized(options, {4, 4, 4, 4}, {0}), (std::vector<float>{3, 4, 4, 4}));
}

TEST(Penalties, ForeignTokensAndInfiniteLogitsAreHarmless) {
  const SamplingOptions options{.repetition_penalty = 2, .frequency_penalty = 1};
  EXPECT_EQ(penalized(options, {-kInfinity, kInfinity}, {-5, 0, 1, 99}),
            (std::vector<float>{-kInfinity, kInfinity}));
}

TEST(Penalties, AreOffByDefaultAndWithoutAWindow) {
  EXPECT_EQ(make_penalties({}, 4), nullptr);
  EXPECT_EQ(make_penalties({.presence_penalty = 1, .penalty_window = 0}, 4), nullptr);
}

}  // namespace
}  // namespace linnet::sampling::testing
