#include "sampling/pick.h"

#include <gtest/gtest.h>

#include "tests/sampling/reference.h"

namespace linnet::sampling::testing {
namespace {

TEST(Pick, DrawsInProportion) {
  const std::vector<double> p{0.5, 0.25, 0.125, 0.0625, 0.0625};
  Rng rng(11);
  Candidates candidates;
  candidates.weights.resize(p.size() + 1);
  for (std::size_t i = 0; i < p.size(); ++i) {
    candidates.items.push_back({static_cast<Token>(i), static_cast<float>(std::log(p[i]))});
  }
  candidates.items.push_back({5, -kInfinity});
  constexpr int kDraws = 100'000;
  std::vector<int> counts(p.size() + 1);
  for (int i = 0; i < kDraws; ++i) ++counts[static_cast<std::size_t>(pick(candidates, rng))];
  EXPECT_EQ(counts[5], 0);
  double chi_square = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    chi_square += (counts[i] - kDraws * p[i]) * (counts[i] - kDraws * p[i]) / (kDraws * p[i]);
  }
  EXPECT_LT(chi_square, 23.5);  // 4 degrees of freedom: once in 10,000 seeds
}

TEST(Pick, InfinitelyLikelyTokensShareEverything) {
  Candidates candidates{{{0, 5.0f}, {1, kInfinity}, {2, kInfinity}}, std::vector<float>(3)};
  Rng rng(1);
  std::array<int, 3> counts{};
  for (int i = 0; i < 100; ++i) ++counts[static_cast<std::size_t>(pick(candidates, rng))];
  EXPECT_EQ(counts[0], 0);
  EXPECT_GT(counts[1], 0);
  EXPECT_GT(counts[2], 0);
}

}  // namespace
}  // namespace linnet::sampling::testing
