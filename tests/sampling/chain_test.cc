#include "sampling/chain.h"

#include <gtest/gtest.h>

#include "tests/sampling/reference.h"

namespace linnet::sampling::testing {
namespace {

Token pick(Chain& chain, const std::vector<float>& logits, std::span<const Token> history = {}) {
  Token likeliest = kNoToken;
  float largest = -kInfinity;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (!(logits[i] > largest)) continue;
    largest = logits[i];
    likeliest = static_cast<Token>(i);
  }
  return chain.pick(logits, likeliest, history);
}

// The tokens that a chain picks one after another from changing logits, its own picks as history.
std::vector<Token> picks(const SamplingOptions& options, std::size_t n, std::size_t n_vocab = 1000) {
  Chain chain = Chain::make(options, n_vocab).value();
  std::vector<Token> history;
  for (std::size_t i = 0; i < n; ++i) history.push_back(pick(chain, random_logits(n_vocab, i), history));
  return history;
}

TEST(Chain, IsGreedyByDefault) {
  Chain chain = Chain::make({}, 4).value();
  EXPECT_EQ(pick(chain, {1, 3, 3, 2}), 1);
  EXPECT_EQ(pick(chain, {kNaN, -2, kNaN, -1}), 3);
  EXPECT_EQ(pick(chain, {1, kInfinity, 2, kInfinity}), 1);
}

TEST(Chain, AnyWayToBeGreedyIsTheSame) {
  const auto greedy = picks({}, 50);
  EXPECT_EQ(picks({.top_k = 1, .temperature = 5, .seed = 3}, 50), greedy);
  EXPECT_EQ(picks({.top_p = 0, .temperature = 1, .seed = 4}, 50), greedy);
  EXPECT_EQ(picks({.top_k = 40, .top_p = 0.5, .min_p = 0.1f}, 50), greedy);
}

TEST(Chain, NothingLeftToPickIsNoToken) {
  const std::vector<float> nothing(8, -kInfinity), nan(8, kNaN);
  for (const float temperature : {0.0f, 0.5f, 1.0f}) {
    Chain plain = Chain::make({.temperature = temperature}, 8).value();
    Chain full =
        Chain::make(
            {.repetition_penalty = 2, .top_k = 3, .top_p = 0.5, .min_p = 0.5, .temperature = temperature}, 8)
            .value();
    for (const auto& logits : {nothing, nan}) {
      EXPECT_EQ(pick(plain, logits), kNoToken);
      EXPECT_EQ(pick(full, logits), kNoToken);
    }
  }
}

TEST(Chain, DrawsWhatTheDefinitionSays) {
  const auto logits = random_logits(30, 21);
  const SamplingOptions options{.top_k = 12, .top_p = 0.98f, .min_p = 0.01f, .temperature = 1.5f, .seed = 1};
  const Distribution want = defined(options, logits);
  ASSERT_GE(want.size(), 4u);
  Chain chain = Chain::make(options, logits.size()).value();
  constexpr int kDraws = 100'000;
  std::map<Token, int> counts;
  for (int i = 0; i < kDraws; ++i) ++counts[pick(chain, logits)];
  double chi_square = 0;
  for (const auto& [token, count] : counts) {
    ASSERT_TRUE(want.contains(token)) << token;
    const double expected = kDraws * want.at(token);
    chi_square += (count - expected) * (count - expected) / expected;
  }
  EXPECT_EQ(counts.size(), want.size());
  EXPECT_LT(chi_square, 37.4);  // at most 11 degrees of freedom: once in 10,000 seeds
}

TEST(Chain, OneSeedGivesOneText) {
  const SamplingOptions options{
      .repetition_penalty = 1.1f, .top_k = 50, .top_p = 0.95f, .temperature = 2, .seed = 42};
  SamplingOptions other = options;
  other.seed = 43;
  EXPECT_EQ(picks(options, 100), picks(options, 100));
  EXPECT_NE(picks(options, 100), picks(other, 100));
}

// The tokens themselves: every platform and compiler must pick these.
TEST(Chain, PicksTheSameTokensEverywhere) {
  EXPECT_EQ(picks({.temperature = 1, .seed = 0}, 12),
            (std::vector<Token>{623, 740, 98, 454, 831, 988, 422, 559, 832, 937, 88, 23}));
  EXPECT_EQ(picks({.temperature = 0.7f, .seed = 42}, 12),
            (std::vector<Token>{28, 402, 732, 932, 952, 668, 686, 830, 680, 591, 616, 233}));
  EXPECT_EQ(picks({.repetition_penalty = 1.3f,
                   .frequency_penalty = 0.2f,
                   .presence_penalty = 0.1f,
                   .top_k = 200,
                   .top_p = 0.95f,
                   .min_p = 0.01f,
                   .temperature = 1.5f,
                   .seed = 7},
                  12),
            (std::vector<Token>{958, 834, 828, 694, 173, 914, 615, 139, 167, 570, 907, 933}));
}

TEST(Chain, RefusesBadOptions) {
  EXPECT_EQ(Chain::make({.top_p = 2}, 4).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Chain::make({.logit_bias = {{4, 1.0f}}}, 4).error().message,
            "logit bias for token 4, but the vocabulary has 4 tokens, from 0");
  EXPECT_FALSE(Chain::make({.logit_bias = {{-1, 1.0f}}}, 4));
}

}  // namespace
}  // namespace linnet::sampling::testing
