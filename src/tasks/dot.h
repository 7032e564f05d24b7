// The one reduction that heads need, in the order that docs/numerics.md fixes.
#pragma once

#include <cstddef>

namespace linnet::tasks {

/// sum of x[i] * y[i]: 16 partial sums, element i in sum i mod 16, and one tree.
inline double dot(const double* x, const double* y, std::size_t n) noexcept {
  constexpr std::size_t kSums = 16;
  double sums[kSums] = {};
  std::size_t i = 0;
  for (; i + kSums <= n; i += kSums) {
    for (std::size_t j = 0; j < kSums; ++j) sums[j] += x[i + j] * y[i + j];
  }
  for (std::size_t j = 0; i + j < n; ++j) sums[j] += x[i + j] * y[i + j];
  for (std::size_t width = kSums / 2; width > 0; width /= 2) {
    for (std::size_t j = 0; j < width; ++j) sums[j] += sums[j + width];
  }
  return sums[0];
}

}  // namespace linnet::tasks
