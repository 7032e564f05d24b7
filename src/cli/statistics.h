// Figures out of numbers: probabilities of logits, medians and ratios of measurements.
#pragma once

#include <cstddef>
#include <optional>
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

struct Interval {
  double low = 0;
  double high = 0;
};

/// Where the ratio a / b lies with 99 % confidence: the Hodges-Lehmann interval of all pairs' ratios, which
/// excludes 1 exactly where a two-sided Mann-Whitney test says that a and b differ (p < 0.01). It takes
/// measurements of one program to scatter alike on both sides, and nothing else; it knows nothing of noise
/// that all rounds of one side share. Empty if there are too few values to say anything: 5 and 5 are enough.
/// All values must be positive.
/// Source: Hollander, Wolfe, Chicken 2014, Nonparametric Statistical Methods, sec. 4.1 to 4.3.
std::optional<Interval> ratio_interval(std::span<const double> a, std::span<const double> b);

}  // namespace linnet::cli
