#include "engine/draft.h"

#include <algorithm>

#include "engine/logit_summary.h"
#include "engine/session_impl.h"

namespace linnet {
namespace {

// Whether a token stands for the same in both: then a guess of the one can be right for the other.
bool same_vocabulary(const Model& a, const Model& b) {
  if (a.impl() == b.impl()) return true;
  const Tokenizer& x = *a.impl()->tokenizer;
  const Tokenizer& y = *b.impl()->tokenizer;
  if (x.n_vocab() != y.n_vocab()) return false;
  for (std::size_t i = 0; i < x.n_vocab(); ++i) {
    if (x.text(static_cast<Token>(i)) != y.text(static_cast<Token>(i))) return false;
  }
  return true;
}

}  // namespace

std::span<const Token> look_up(std::span<const Token> tokens, std::size_t max) noexcept {
  const std::size_t n = tokens.size();
  std::size_t best = 0;  // the place after the match
  std::size_t longest = kMinMatch - 1;
  for (std::size_t end = n; end-- > kMinMatch && longest < kMaxMatch;) {
    std::size_t length = 0;
    while (length < kMaxMatch && length < end && tokens[end - 1 - length] == tokens[n - 1 - length]) ++length;
    if (length <= longest) continue;
    longest = length;
    best = end;
  }
  return best == 0 ? std::span<const Token>() : tokens.subspan(best, std::min(max, n - best));
}

Result<Drafter> Drafter::create(const GenerateOptions& options, const Session::Impl& target) {
  if (options.n_draft > kMax) {
    return fail(ErrorCode::kInvalidArgument, "{} tokens to be guessed at a time; at most {} are possible",
                options.n_draft, kMax);
  }
  Session* session = options.draft_session;
  if (session != nullptr && session->impl_.get() == &target) {
    return fail(ErrorCode::kInvalidArgument, "a session cannot draft for itself");
  }
  if (session != nullptr && !same_vocabulary(session->model(), target.model)) {
    return fail(ErrorCode::kInvalidArgument,
                "the draft session's model has another vocabulary; its guesses would mean something else");
  }
  return Drafter(options.n_draft, session);
}

Result<std::span<const Token>> Drafter::guess(std::span<const Token> tokens, std::size_t max) {
  max = std::min({max, n_max_, n_next_});
  guess_.clear();
  if (max == 0) return std::span<const Token>();
  if (session_ == nullptr) {
    const std::span<const Token> found = look_up(tokens, max);
    guess_.assign(found.begin(), found.end());
  } else {
    LINNET_CHECK(guess_by_session(tokens, max));
  }
  return std::span<const Token>(guess_);
}

// Greedy, whatever the target samples by: the likeliest guess.
Result<void> Drafter::guess_by_session(std::span<const Token> tokens, std::size_t max) {
  if (tokens.size() + max > session_->n_ctx()) return {};
  const auto held = session_->tokens();
  const auto same = static_cast<std::size_t>(
      std::mismatch(held.begin(), held.end(), tokens.begin(), tokens.end()).first - held.begin());
  const std::size_t keep = std::min(same, tokens.size() - 1);
  LINNET_CHECK(session_->rewind(keep));
  LINNET_CHECK(session_->append(tokens.subspan(keep)));
  const kernels::KernelTable& kernels = *session_->model().impl()->kernels;
  for (;;) {
    const Token likeliest = summarize(kernels, session_->logits()).likeliest;
    if (likeliest != kNoToken) guess_.push_back(likeliest);
    if (likeliest == kNoToken || guess_.size() == max) return {};
    LINNET_CHECK(session_->append({&guess_.back(), 1}));
  }
}

void Drafter::learn(std::size_t n_right) noexcept {
  if (guess_.empty()) return;
  n_next_ = n_right == guess_.size() ? std::min(2 * n_next_, kMax) : n_right + 1;
}

}  // namespace linnet
