// The sampler chain: logits in, one token out. A Chain owns its scratch memory and random state and belongs
// to one thread; it allocates only when it is made. Deterministic: the same logits, history and seed give the
// same token on every platform (own random numbers, own exp and log, ties broken by the lower token number).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <linnet/generate.h>

#include "base/fail.h"

namespace linnet::sampling {

class Chain {
 public:
  /// Errors: kInvalidArgument, an option out of range or a biased token outside the vocabulary.
  ///   is_masked  whether pick() may be told which tokens are allowed
  static Result<Chain> make(const SamplingOptions& options, std::size_t n_vocab, bool is_masked = false);
  Chain(Chain&&) noexcept;
  Chain& operator=(Chain&&) noexcept;
  ~Chain();

  /// Picks the next token. logits: (n_vocab), unchanged. likeliest: the lowest of those with the largest
  /// logit, kNoToken if all are -infinity. history: all tokens before, oldest first; the penalties look at
  /// its end. allowed: bit t % 64 of word t / 64 for token t, tokens beyond the last word are not; empty if
  /// all are. NaN logits count as -infinity; kNoToken if nothing is left to pick.
  Token pick(std::span<const float> logits, Token likeliest, std::span<const Token> history,
             std::span<const std::uint64_t> allowed = {});

 private:
  struct Impl;
  explicit Chain(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

/// Calls f with the number of every allowed token below n, in ascending order; see Chain::pick().
template <class F>
void for_each_token(std::span<const std::uint64_t> allowed, std::size_t n, F&& f) {
  for (std::size_t w = 0; w < allowed.size(); ++w) {
    for (std::uint64_t word = allowed[w]; word != 0; word &= word - 1) {
      const std::size_t token = 64 * w + static_cast<std::size_t>(std::countr_zero(word));
      if (token < n) f(token);
    }
  }
}

/// The n likeliest tokens with natural log-probabilities, likeliest first, ties by lower number. NaN counts
/// as -infinity.
std::vector<TokenLogprob> top_logprobs(std::span<const float> logits, double log_sum_exp, std::size_t n);

}  // namespace linnet::sampling
