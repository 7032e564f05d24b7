// Guesses of the tokens that come next, for speculative decoding: what is guessed is checked by the model, so
// a guess costs or saves time and never changes a token. Leviathan et al. 2023, arXiv:2211.17192.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <linnet/session.h>

#include "base/fail.h"

namespace linnet {

/// What followed the last time that the newest tokens occurred: at most `max` tokens, none if the last
/// kMinMatch tokens never occurred before. Of several places the one whose match is longest, up to kMaxMatch
/// tokens, and then the latest. Saxena 2023, "Prompt lookup decoding".
LINNET_LOCAL std::span<const Token> look_up(std::span<const Token> tokens, std::size_t max) noexcept;
inline constexpr std::size_t kMinMatch = 2;
inline constexpr std::size_t kMaxMatch = 8;

/// Guesses for one generation, as many at a time as guesses were right before.
class LINNET_LOCAL Drafter {
 public:
  /// Tokens guessed at a time at most, because their logits and one more are computed together.
  static constexpr std::size_t kMax = 15;

  /// `target` is the session that generates. Errors: kInvalidArgument, too many guesses at a time or a draft
  /// session that is the target itself or has another vocabulary.
  static Result<Drafter> create(const GenerateOptions& options, const Session::Impl& target);

  /// At most `max` tokens that may follow `tokens`; valid until the next call. Errors: those of the draft
  /// session.
  Result<std::span<const Token>> guess(std::span<const Token> tokens, std::size_t max);
  /// How many of the last guess were right.
  void learn(std::size_t n_right) noexcept;

 private:
  Drafter(std::size_t n_max, Session* session) : n_max_(n_max), session_(session) {}
  Result<void> guess_by_session(std::span<const Token> tokens, std::size_t max);

  std::size_t n_max_;
  Session* session_;
  std::size_t n_next_ = 4;
  std::vector<Token> guess_;
};

}  // namespace linnet
