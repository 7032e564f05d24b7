// Rotary embedding against its definition: a pair is a complex number, multiplied by e^(i m theta).
#include "ops/rope.h"

#include <cmath>
#include <complex>

#include "tests/ops/support.h"

namespace linnet::ops {
namespace {

void check(RopePairing pairing, std::size_t n_rot, std::size_t head_dim, double base, double scale,
           const std::vector<float>& factors, std::size_t position) {
  Rng rng(position);
  constexpr std::size_t kHeads = 3;
  const std::vector<float> x = random_floats(rng, kHeads * head_dim);
  std::vector<float> table(n_rot);
  rope_table(rope_frequencies(n_rot, base, scale, factors), position, table.data());
  std::vector<float> y = x;
  rope(y.data(), kHeads, head_dim, n_rot / 2, table.data(), pairing);
  for (std::size_t h = 0; h < kHeads; ++h) {
    for (std::size_t i = 0; i < n_rot / 2; ++i) {
      const bool neighbours = pairing == RopePairing::kNeighbours;
      const std::size_t first = h * head_dim + (neighbours ? 2 * i : i);
      const std::size_t second = neighbours ? first + 1 : first + n_rot / 2;
      const double factor = factors.empty() ? 1.0 : static_cast<double>(factors[i]);
      const double theta =
          std::pow(base, -2.0 * static_cast<double>(i) / static_cast<double>(n_rot)) / (factor * scale);
      const std::complex<double> turned =
          std::complex<double>(x[first], x[second]) * std::polar(1.0, static_cast<double>(position) * theta);
      // Cosine and sine to float, two products and a sum: three roundings of numbers below 2.
      EXPECT_NEAR(static_cast<double>(y[first]), turned.real(), 3e-7) << i;
      EXPECT_NEAR(static_cast<double>(y[second]), turned.imag(), 3e-7) << i;
    }
    for (std::size_t d = n_rot; d < head_dim; ++d) EXPECT_EQ(y[h * head_dim + d], x[h * head_dim + d]);
  }
}

TEST(Rope, TurnsPairsAsComplexNumbers) {
  for (const RopePairing pairing : {RopePairing::kNeighbours, RopePairing::kHalves}) {
    for (const std::size_t position : {0, 1, 17, 255, 4096, 131071}) {
      check(pairing, 64, 64, 10000.0, 1.0, {}, position);
      check(pairing, 32, 80, 1e6, 8.0, {}, position);
      check(pairing, 8, 8, 5e5, 1.0, {1.0f, 2.0f, 4.0f, 8.0f}, position);
    }
  }
}

TEST(Rope, ThePositionZeroChangesNothing) {
  Rng rng(1);
  const std::vector<float> x = random_floats(rng, 64);
  std::vector<float> y = x;
  std::vector<float> table(32);
  rope_table(rope_frequencies(32, 10000.0, 1.0, {}), 0, table.data());
  rope(y.data(), 2, 32, 16, table.data(), RopePairing::kHalves);
  EXPECT_EQ(y, x);
}

}  // namespace
}  // namespace linnet::ops
