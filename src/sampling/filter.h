// What the steps of a sampler chain have in common: adjustments of all tokens' logits, then a list of the
// likeliest, which filters change or shorten. A new sampler is a file with an Adjustment or a Filter, its
// maker below, and rows in registry.cc.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <linnet/generate.h>

#include "base/math.h"

namespace linnet::sampling {

struct Candidate {
  Token token;
  float logit;  ///< Never NaN; -infinity means that it must not be picked.
};

/// The order of likelihood: larger logits first, lower numbers first among equals. A total order, so that
/// partial sorting keeps the same candidates whatever the algorithm of the standard library is.
struct Likelier {
  bool operator()(const Candidate& a, const Candidate& b) const noexcept {
    return a.logit > b.logit || (a.logit == b.logit && a.token < b.token);
  }
};

/// The candidates that are left.
struct Candidates {
  std::vector<Candidate> items;  ///< Never empty while picking.
  std::vector<float> weights;    ///< Scratch, as many as there are items at first.
  bool sorted = false;           ///< Whether the items stand in the order of Likelier.

  const Candidate& likeliest() const noexcept {
    return sorted ? items.front() : *std::min_element(items.begin(), items.end(), Likelier{});
  }
  /// Shortens the list to its first n items, 1 <= n <= items.size().
  void keep_first(std::size_t n) noexcept { items.resize(n); }
};

/// Likelihood of a logit relative to the largest one: e^(logit - largest), at most 1; 0 for NaN, -infinity
/// and where it would be below 1e-37. Written without a branch, see exp_finite().
inline float weight(float logit, float largest) noexcept {
  const float difference = logit - largest;
  const float e = math::exp_finite(difference > -86.0f ? difference : -86.0f);
  return logit == largest ? 1.0f : difference > -86.0f ? e : 0.0f;
}

/// A step before there are candidates. Deterministic, allocation-free, no state from token to token.
class Adjustment {
 public:
  virtual ~Adjustment() = default;
  /// logits: (n_vocab), NaN where a token must not be picked. history: all tokens before, oldest first.
  virtual void apply(std::span<float> logits, std::span<const Token> history) noexcept = 0;
};

/// The candidates: the n likeliest tokens, sorted, or all in their order if there are no more than n. NaN
/// becomes -infinity. Allocates nothing where `items` has room for them.
void choose(std::span<const float> logits, std::size_t n, Candidates& candidates) noexcept;

/// A step after that. Deterministic, allocation-free, no state from token to token.
class Filter {
 public:
  virtual ~Filter() = default;
  virtual void apply(Candidates& candidates) noexcept = 0;
};

/// Makers: the step that the options ask for, or null if it is off.
std::unique_ptr<Adjustment> make_logit_bias(const SamplingOptions& options, std::size_t n_vocab);
std::unique_ptr<Adjustment> make_penalties(const SamplingOptions& options, std::size_t n_vocab);
std::unique_ptr<Filter> make_top_p(const SamplingOptions& options);
std::unique_ptr<Filter> make_min_p(const SamplingOptions& options);
std::unique_ptr<Filter> make_temperature(const SamplingOptions& options);

/// The makers in the order in which the steps are applied: registry.cc.
using AdjustmentMaker = std::unique_ptr<Adjustment> (*)(const SamplingOptions&, std::size_t n_vocab);
std::span<const AdjustmentMaker> adjustment_makers() noexcept;
using FilterMaker = std::unique_ptr<Filter> (*)(const SamplingOptions&);
std::span<const FilterMaker> filter_makers() noexcept;

}  // namespace linnet::sampling
