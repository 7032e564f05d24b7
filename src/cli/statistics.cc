#include "cli/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace linnet::cli {
namespace {

constexpr double kTail = 0.005;       // on either side: 99 % between them
constexpr double kTailScore = 2.576;  // the same in standard deviations
constexpr std::size_t kExact = 40;    // up to as many values a side the distribution is counted out

// The largest c with P(U < c) <= kTail, where U counts the pairs in which the value of a is the larger one
// and all orders of the n + m values are equally likely. Recurrence over the largest value of all: with
// probability i / (i + j) it is an a, which is larger than all j of b, else it is a b.
std::size_t exact_cut(std::size_t n, std::size_t m) {
  const std::size_t n_u = n * m + 1;
  std::vector<std::vector<double>> chance(m + 1, std::vector<double>(n_u));  // P(U = u) of i and j values
  for (auto& row : chance) row[0] = 1;
  for (std::size_t i = 1; i <= n; ++i) {
    for (std::size_t j = 1; j <= m; ++j) {
      const double total = static_cast<double>(i + j);
      std::vector<double> next(n_u);
      for (std::size_t u = 0; u < n_u; ++u) {
        const double largest_is_a = u >= j ? chance[j][u - j] : 0;
        next[u] = (static_cast<double>(i) * largest_is_a + static_cast<double>(j) * chance[j - 1][u]) / total;
      }
      chance[j] = std::move(next);
    }
  }
  std::size_t cut = 0;
  for (double sum = chance[m][0]; sum <= kTail; sum += chance[m][cut]) ++cut;
  return cut;
}

// How many of the sorted ratios lie outside the interval at either end.
std::size_t cut_of(std::size_t n, std::size_t m) {
  if (n <= kExact && m <= kExact) return exact_cut(n, m);
  const double pairs = static_cast<double>(n) * static_cast<double>(m);
  const double deviation = std::sqrt(pairs * static_cast<double>(n + m + 1) / 12);
  return static_cast<std::size_t>(std::max(0.0, std::floor(pairs / 2 - kTailScore * deviation)));
}

}  // namespace

double log_sum_exp(std::span<const float> logits) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - top);
  return top + std::log(sum);
}

std::vector<std::size_t> largest(std::span<const float> logits, std::size_t n) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  n = std::min(n, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
                    });
  order.resize(n);
  return order;
}

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  const double median = values.size() % 2 != 0 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

std::optional<Interval> ratio_interval(std::span<const double> a, std::span<const double> b) {
  const std::size_t cut = cut_of(a.size(), b.size());
  if (cut == 0) return std::nullopt;
  std::vector<double> ratios;
  ratios.reserve(a.size() * b.size());
  for (const double x : a) {
    for (const double y : b) ratios.push_back(x / y);
  }
  std::sort(ratios.begin(), ratios.end());
  return Interval{ratios[cut - 1], ratios[ratios.size() - cut]};
}

}  // namespace linnet::cli
