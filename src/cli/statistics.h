// Figures out of numbers: probabilities of logits, medians of measurements.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace linnet::cli {

/// log(sum(exp(logits))) in double.
double log_sum_exp(std::span<const float> logits);
/// Numbers of the n largest logits, largest first, ties by lower number.
std::vector<std::size_t> largest(std::span<const float> logits, std::size_t n);

/// The median of some measurements and how far they lie apart.
struct Spread {
  double median = 0;
  double low = 0;   ///< The smallest.
  double high = 0;  ///< The largest.
};
/// Requires at least one value.
Spread spread_of(std::vector<double> values);

}  // namespace linnet::cli
