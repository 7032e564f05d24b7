// The sampler chain as its definitions say, in double, with full sorts; and what linnet's filters leave,
// beside it.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "base/rng.h"
#include "sampling/filter.h"

namespace linnet::sampling::testing {

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Logits like a model's: mostly low, a few high, with ties (they are multiples of 1/16).
inline std::vector<float> random_logits(std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> logits(n);
  for (float& logit : logits) {
    const double u = rng.next_double();
    logit = static_cast<float>(std::round((12 * u * u * u - 6) * 16) / 16);
  }
  return logits;
}

/// Token to probability, of the tokens that may be picked.
using Distribution = std::map<Token, double>;

inline Distribution normalized(const std::vector<Candidate>& candidates) {
  Distribution result;
  double total = 0;
  float largest = -kInfinity;
  for (const Candidate& c : candidates) largest = std::max(largest, c.logit);
  for (const Candidate& c : candidates) total += std::exp(static_cast<double>(c.logit) - largest);
  for (const Candidate& c : candidates) {
    if (c.logit > -kInfinity) result[c.token] = std::exp(static_cast<double>(c.logit) - largest) / total;
  }
  return result;
}

/// What the steps of `options` leave of `logits`.
inline Distribution filtered(const SamplingOptions& options, std::vector<float> logits,
                             std::span<const Token> history = {}) {
  for (const AdjustmentMaker make : adjustment_makers()) {
    if (auto adjustment = make(options, logits.size())) adjustment->apply(logits, history);
  }
  Candidates candidates;
  candidates.weights.resize(logits.size());
  choose(logits, options.top_k == 0 ? logits.size() : static_cast<std::size_t>(options.top_k), candidates);
  for (const FilterMaker make : filter_makers()) {
    if (auto filter = make(options)) filter->apply(candidates);
  }
  return normalized(candidates.items);
}

/// The same by definition: no penalties and no bias, which have tests of their own.
inline Distribution defined(const SamplingOptions& options, std::span<const float> logits) {
  std::vector<Candidate> sorted;
  for (std::size_t i = 0; i < logits.size(); ++i) sorted.push_back({static_cast<Token>(i), logits[i]});
  std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.logit > b.logit; });
  if (options.top_k > 0) sorted.resize(std::min(sorted.size(), static_cast<std::size_t>(options.top_k)));
  if (options.top_p < 1) {
    const Distribution p = normalized(sorted);
    double sum = 0;
    std::size_t n = 0;
    while (n < sorted.size() && (n == 0 || sum < options.top_p)) sum += p.at(sorted[n++].token);
    sorted.resize(n);
  }
  if (options.min_p > 0) {
    const Distribution p = normalized(sorted);
    const double limit = options.min_p * p.at(sorted.front().token);
    std::erase_if(sorted, [&](auto& c) { return p.at(c.token) < limit; });
  }
  if (options.temperature == 0) sorted.resize(1);
  for (Candidate& c : sorted) c.logit /= options.temperature == 0 ? 1 : options.temperature;
  return normalized(sorted);
}

/// The largest difference of probability of any token; infinity if the tokens themselves differ.
inline double difference(const Distribution& a, const Distribution& b) {
  if (a.size() != b.size()) return kInfinity;
  double largest = 0;
  for (const auto& [token, p] : a) {
    const auto other = b.find(token);
    if (other == b.end()) return kInfinity;
    largest = std::max(largest, std::fabs(p - other->second));
  }
  return largest;
}

}  // namespace linnet::sampling::testing
