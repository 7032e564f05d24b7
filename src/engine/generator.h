// One generation, apart from the computing: picks tokens by their logits, turns them into text for the
// caller, and knows when to stop. Belongs to one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <linnet/generate.h>

#include "chat/stop_text.h"
#include "engine/constrained_text.h"
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
  /// The same for bytes that no token stands for by itself.
  std::optional<FinishReason> push(std::string_view bytes);
  /// Hands out what was held back, and returns the whole text.
  std::string finish();

 private:
  std::optional<FinishReason> hand_out(const std::string& text);
  bool emit(const std::string& piece);

  const Tokenizer& tokenizer_;
  StreamDecoder decoder_;
  chat::StopText stop_;
  const PieceCallback& callback_;
  bool wanted_ = true;  // a callback that returned false is not called again
  std::string text_;
};

/// Reasoning before an answer, which no constraint applies to.
struct Reasoning {
  Token open = kNoToken;   ///< Begins it, if it is the first token that is made.
  std::string close{};     ///< Ends it; empty: there is none.
  bool is_opened = false;  ///< Whether the prompt has begun it.
};

class LINNET_LOCAL Generator {
 public:
  /// All but `reasoning` must outlive the generator. Errors: kInvalidArgument, an option out of range;
  /// kUnsupported, a constraint that the vocabulary cannot write.
  static Result<Generator> create(const Model::Impl& model, const GenerateOptions& options,
                                  const PieceCallback& callback, Reasoning reasoning = {});

  /// A token and log(sum(exp(logits))) of the logits that it was picked by.
  struct Pick {
    Token token = kNoToken;
    double log_sum_exp = 0;
  };
  /// Picks the token after `history`. Every pick must be taken. Allocates nothing.
  Pick pick(std::span<const float> logits, std::span<const Token> history) noexcept;

  /// What a pick does to the history.
  struct Change {
    std::size_t n_removed = 0;      ///< Tokens that are taken back from its end, never those of the prompt,
    std::span<const Token> tokens;  ///< and those that stand there instead; valid until the next take().
  };
  /// Goes on with a pick: its token, and what a constraint forces after it, stand behind the history from now
  /// on, or nothing if the text ends before it. Ask is_done() afterwards. Errors: kCorrupt, logits that are
  /// not finite; kInvalidArgument, the logit bias forbids every token; kUnsupported, a constraint wants what
  /// the vocabulary cannot write.
  ///   n_room  tokens that the context can still hold
  Result<Change> take(const Pick& pick, std::span<const float> logits, std::size_t n_room);

  const GenerateOptions& options() const noexcept { return options_; }
  bool is_done() const noexcept { return finish_.has_value(); }
  void stop(FinishReason reason) noexcept { finish_ = reason; }
  /// Tokens that may still be made.
  std::size_t n_left() const noexcept { return options_.max_tokens - generation_.tokens.size(); }

  /// What was made; hands out the text that was held back. Requires is_done().
  Generation finish();

 private:
  Generator(const Model::Impl& model, const GenerateOptions& options, const PieceCallback& callback,
            sampling::Chain chain, Reasoning reasoning);
  Result<void> begin_constraint(bool is_first);
  Result<void> reason(Token token);
  /// Adds to changed_ what is forced after a pick. Returns how many tokens before that are taken back.
  Result<std::size_t> force(std::size_t n_room);

  const Tokenizer& tokenizer_;
  const kernels::KernelTable& kernels_;
  const GenerateOptions& options_;
  sampling::Chain chain_;
  TextOutput output_;
  Generation generation_;
  std::optional<FinishReason> finish_;

  // Of a constraint.
  const Model::Impl& model_;
  Reasoning reasoning_;
  std::string reasoned_;  // the end of it
  std::optional<ConstrainedText> constrained_;
  std::vector<Token> changed_;                // of the last change
  std::vector<std::uint64_t> first_allowed_;  // where reasoning may begin instead
};

}  // namespace linnet
