#include "ops/rope.h"

#include "base/math.h"

namespace linnet::ops {

std::vector<double> rope_frequencies(std::size_t n_rot, double base, double scale,
                                     std::span<const float> factors) {
  std::vector<double> frequencies(n_rot / 2);
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(n_rot);
    const double factor = factors.empty() ? 1.0 : static_cast<double>(factors[i]);
    frequencies[i] = math::pow(base, exponent) / (factor * scale);
  }
  return frequencies;
}

void rope_table(std::span<const double> frequencies, std::size_t position, float* table) {
  for (const double frequency : frequencies) {
    const math::SinCos angle = math::sincos(static_cast<double>(position) * frequency);
    *table++ = static_cast<float>(angle.cos);
    *table++ = static_cast<float>(angle.sin);
  }
}

void rope(float* x, std::size_t n_heads, std::size_t head_dim, std::size_t n_pairs, const float* table,
          RopePairing pairing) {
  const std::size_t first_step = pairing == RopePairing::kNeighbours ? 2 : 1;
  const std::size_t second = pairing == RopePairing::kNeighbours ? 1 : n_pairs;
  for (std::size_t h = 0; h < n_heads; ++h, x += head_dim) {
    for (std::size_t i = 0; i < n_pairs; ++i) {
      const float cos = table[2 * i];
      const float sin = table[2 * i + 1];
      float& a = x[i * first_step];
      float& b = x[i * first_step + second];
      const float rotated = a * cos - b * sin;
      b = a * sin + b * cos;
      a = rotated;
    }
  }
}

}  // namespace linnet::ops
