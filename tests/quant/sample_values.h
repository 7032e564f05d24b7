// Values that stand in for weights: the same ones on every platform.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

namespace linnet::quant {

enum class Tail { kGaussian, kHeavy };

/// n values. Gaussian: standard deviation 1, as the sum of twelve uniform numbers. Heavy: such a value
/// divided by a uniform number from (1/256, 1]: about one in a hundred is beyond 50 standard deviations of
/// the former.
inline std::vector<float> sample_values(Tail tail, std::size_t n) {
  std::mt19937 random(20261122);
  const auto uniform = [&] { return (static_cast<float>(random() >> 8) + 1.0f) * 0x1p-24f; };
  std::vector<float> values(n);
  for (float& value : values) {
    value = -6.0f;
    for (int i = 0; i < 12; ++i) value += uniform();
    if (tail == Tail::kHeavy) value /= std::max(uniform(), 1.0f / 256.0f);
  }
  return values;
}

}  // namespace linnet::quant
