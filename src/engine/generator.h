// One generation, apart from the computing: picks tokens by their logits, turns them into text for the
// caller, and knows when to stop. Belongs to one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <linnet/generate.h>

#include "chat/stop_text.h"
#include "engine/model_impl.h"
#include "sampling/chain.h"

namespace linnet {

/// Refuses options that are out of range. Error: kInvalidArgument.
Result<void> check(const GenerateOptions& options);

/// Tokens as text, in whole characters and without the stop text.
class LINNET_LOCAL TextOutput {
 public:
  TextOutput(const Tokenizer& tokenizer, const GenerateOptions& options, const PieceCallback& callback)
      : tokenizer_(tokenizer), decoder_(tokenizer), stop_(options.stop), callback_(callback) {}

  /// Hands out what became whole with `token`. Returns why to stop, if so.
  std::optional<FinishReason> push(Token token);
  /// Hands out what was held back, and returns the whole text.
  std::string finish();

 private:
  bool emit(const std::string& piece);

  const Tokenizer& tokenizer_;
  StreamDecoder decoder_;
  chat::StopText stop_;
  const PieceCallback& callback_;
  bool wanted_ = true;  // a callback that returned false is not called again
  std::string text_;
};

class LINNET_LOCAL Generator {
 public:
  /// All three must outlive the generator. Errors: kInvalidArgument, an option out of range.
  static Result<Generator> create(const Model::Impl& model, const GenerateOptions& options,
                                  const PieceCallback& callback);

  /// A token and log(sum(exp(logits))) of the logits that it was picked by.
  struct Pick {
    Token token = kNoToken;
    double log_sum_exp = 0;
  };
  /// Picks the token after `history`. Every pick must be taken. Allocates nothing.
  Pick pick(std::span<const float> logits, std::span<const Token> history) noexcept;

  /// Goes on with a pick: its token, which stands behind the history from now on, or none if the text ends
  /// before it. Ask is_done() afterwards. Errors: kCorrupt, logits that are not finite; kInvalidArgument, the
  /// logit bias forbids every token.
  ///   has_room  whether the context holds another token
  Result<std::optional<Token>> take(const Pick& pick, std::span<const float> logits, bool has_room);

  const GenerateOptions& options() const noexcept { return options_; }
  bool is_done() const noexcept { return finish_.has_value(); }
  void stop(FinishReason reason) noexcept { finish_ = reason; }
  /// Tokens that may still be made.
  std::size_t n_left() const noexcept { return options_.max_tokens - generation_.tokens.size(); }

  /// What was made; hands out the text that was held back. Requires is_done().
  Generation finish();

 private:
  Generator(const Model::Impl& model, const GenerateOptions& options, const PieceCallback& callback,
            sampling::Chain chain);

  const Tokenizer& tokenizer_;
  const kernels::KernelTable& kernels_;
  const GenerateOptions& options_;
  sampling::Chain chain_;
  TextOutput output_;
  Generation generation_;
  std::optional<FinishReason> finish_;
};

}  // namespace linnet
