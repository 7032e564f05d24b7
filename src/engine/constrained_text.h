// A text that is being made under a constraint: which tokens may come next, and which must. Belongs to one
// thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <linnet/model.h>

#include "base/fail.h"
#include "grammar/token_masks.h"
#include "tokenizer/tokenizer.h"

namespace linnet {

class LINNET_LOCAL ConstrainedText {
 public:
  /// Both must outlive the text. is_first: whether it begins with the first token that is made.
  /// Error: kUnsupported, no token of the vocabulary can begin it.
  static Result<ConstrainedText> begin(std::shared_ptr<grammar::TokenMasks> masks, const Tokenizer& tokenizer,
                                       bool is_first);

  /// Tokens that may come next, see sampling::Chain::pick(). Never empty.
  std::span<const std::uint64_t> allowed() const noexcept { return mask_->words(); }
  /// Whether the text must end here.
  bool is_complete() const noexcept { return is_complete_; }

  /// Goes on by a token that is allowed and does not end the text. Error: kUnsupported, no token of the
  /// vocabulary can follow, or too many readings are open.
  Result<void> take(Token token);

  /// What must come next, as the tokens that the tokenizer makes of it. Joined to what comes before, a text
  /// may fall into other tokens, so the last ones may have to be replaced.
  struct Forced {
    std::size_t n_removed = 0;  ///< Tokens to take back, none of them from before the text.
    std::vector<Token> tokens;  ///< To put in their place; none: nothing is forced.
    std::string text;           ///< What that adds to the text.
  };
  /// Goes on by it. n_room: tokens that it may be at most.
  Result<Forced> force(std::size_t n_room);

 private:
  ConstrainedText(std::shared_ptr<grammar::TokenMasks> masks, const Tokenizer& tokenizer, bool is_first);
  Result<void> look();

  std::shared_ptr<grammar::TokenMasks> masks_;
  const Tokenizer* tokenizer_;
  grammar::TokenMasks::Cursor cursor_;
  std::vector<Token> tokens_;  // of the text so far
  std::shared_ptr<const grammar::TokenSet> mask_;
  bool is_complete_ = false;
};

}  // namespace linnet
