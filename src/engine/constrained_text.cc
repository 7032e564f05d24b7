#include "engine/constrained_text.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace linnet {
namespace {

// Forced bytes that are looked for at a time.
constexpr std::size_t kMaxForcedBytes = 512;
// Tokens before them that may fall into others together with them.
constexpr std::size_t kMaxRemoved = 4;
// Tokens before those that the tokenizer is shown, so that it cuts as it would in the whole text.
constexpr std::size_t kMaxShown = 32;

}  // namespace

ConstrainedText::ConstrainedText(std::shared_ptr<grammar::TokenMasks> masks, const Tokenizer& tokenizer,
                                 bool is_first)
    : masks_(std::move(masks)), tokenizer_(&tokenizer), cursor_(is_first && tokenizer.adds_space_prefix()) {}

Result<ConstrainedText> ConstrainedText::begin(std::shared_ptr<grammar::TokenMasks> masks,
                                               const Tokenizer& tokenizer, bool is_first) {
  ConstrainedText text(std::move(masks), tokenizer, is_first);
  LINNET_CHECK(text.look());
  return text;
}

Result<void> ConstrainedText::look() {
  const grammar::TokenMasks::Place place = masks_->place(cursor_);
  is_complete_ = place.accepts && !place.continues;
  mask_ = masks_->mask(cursor_);
  if (!mask_) {
    return fail(ErrorCode::kUnsupported, "after '{}' the text can be read in too many ways to follow",
                utf8::printable(cursor_.text()));
  }
  if (is_complete_ || !mask_->is_empty()) return {};
  return fail(ErrorCode::kUnsupported,
              "after '{}' the constraint wants what no token of the vocabulary writes",
              utf8::printable(cursor_.text()));
}

Result<void> ConstrainedText::take(Token token) {
  if (!masks_->advance(cursor_, tokenizer_->piece(token))) {
    return fail(ErrorCode::kInternal, "token {} leaves the constraint that allowed it", token);
  }
  tokens_.push_back(token);
  return look();
}

Result<ConstrainedText::Forced> ConstrainedText::force(std::size_t n_room) {
  const std::string bytes = masks_->forced(cursor_, kMaxForcedBytes);
  if (bytes.empty()) return Forced{};

  const std::size_t n_shown = std::min(tokens_.size(), kMaxShown);
  const std::span<const Token> shown = std::span(tokens_).last(n_shown);
  std::string text;
  for (const Token token : shown) text += tokenizer_->piece(token);
  const std::size_t n_before = text.size();
  text += bytes;
  std::vector<Token> tokens;
  LINNET_CHECK(tokenizer_->encode_inside(text, tokens));
  // What follows may join the last token, so that is left to the model.
  grammar::TokenMasks::Cursor after = cursor_;
  if (masks_->advance(after, bytes) && masks_->place(after).continues) tokens.pop_back();

  const auto n_kept = static_cast<std::size_t>(
      std::mismatch(shown.begin(), shown.end(), tokens.begin(), tokens.end()).first - shown.begin());
  std::string written;
  for (const Token token : tokens) written += tokenizer_->piece(token);
  const std::size_t n_added = tokens.size() - n_kept;
  if (written.size() <= n_before || n_shown - n_kept > kMaxRemoved || n_added > n_room) return Forced{};
  // A vocabulary that lacks a byte writes another in its place.
  if (!text.starts_with(written)) return Forced{};

  Forced forced{n_shown - n_kept,
                {tokens.begin() + static_cast<std::ptrdiff_t>(n_kept), tokens.end()},
                written.substr(n_before)};
  if (!masks_->advance(cursor_, forced.text)) return Forced{};
  tokens_.resize(tokens_.size() - forced.n_removed);
  tokens_.insert(tokens_.end(), forced.tokens.begin(), forced.tokens.end());
  LINNET_CHECK(look());
  return forced;
}

}  // namespace linnet
