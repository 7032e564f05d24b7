#include <cmath>

#include "base/stopwatch.h"
#include "chat/stop_text.h"
#include "engine/session_impl.h"
#include "sampling/chain.h"

namespace linnet {

std::string_view to_string(FinishReason reason) noexcept {
  switch (reason) {
    case FinishReason::kEnd: return "end";
    case FinishReason::kStopText: return "stop-text";
    case FinishReason::kMaxTokens: return "max-tokens";
    case FinishReason::kContext: return "context";
    case FinishReason::kCallback: return "callback";
    case FinishReason::kCancelled: return "cancelled";
  }
  return "unknown";
}

namespace {

// Turns tokens into text for the caller and says when to stop.
class Output {
 public:
  Output(const Tokenizer& tokenizer, const GenerateOptions& options, const PieceCallback& callback,
         std::string& text)
      : tokenizer_(tokenizer), decoder_(tokenizer), stop_(options.stop), callback_(callback), text_(text) {}

  /// Hands out what became whole with `token`. Returns why to stop, if so.
  std::optional<FinishReason> push(Token token) {
    // A model may have more rows than its tokenizer has tokens; those stand for nothing.
    if (static_cast<std::size_t>(token) >= tokenizer_.n_vocab()) return std::nullopt;
    const bool go_on = emit(stop_.push(decoder_.push(token)));
    if (stop_.stopped()) return FinishReason::kStopText;
    return go_on ? std::nullopt : std::optional(FinishReason::kCallback);
  }

  /// Hands out what was held back.
  void flush() {
    if (stop_.stopped()) return;
    emit(stop_.push(decoder_.flush()));
    emit(stop_.flush());
  }

 private:
  bool emit(const std::string& piece) {
    if (piece.empty()) return true;
    text_ += piece;
    if (callback_ && wanted_) wanted_ = callback_(piece);
    return wanted_;
  }

  const Tokenizer& tokenizer_;
  StreamDecoder decoder_;
  chat::StopText stop_;
  const PieceCallback& callback_;
  bool wanted_ = true;  // a callback that returned false is not called again
  std::string& text_;
};

Result<GeneratedToken> describe(Token token, std::span<const float> logits, std::size_t n_top) {
  const double total = sampling::log_sum_exp(logits);
  if (!std::isfinite(total)) {
    return fail(ErrorCode::kCorrupt, "the model's logits are not finite; its weights must be damaged");
  }
  GeneratedToken generated{
      token, static_cast<float>(static_cast<double>(logits[static_cast<std::size_t>(token)]) - total), {}};
  if (n_top > 0) generated.top = sampling::top_logprobs(logits, n_top);
  return generated;
}

}  // namespace

Result<Generation> Session::Impl::generate(const GenerateOptions& generate_options,
                                           const PieceCallback& callback) {
  if (tokens.empty())
    return fail(ErrorCode::kInvalidArgument, "nothing to go on from: append() a prompt first");
  const Tokenizer& tokenizer = *model.impl()->tokenizer;
  const std::size_t n_vocab = model.impl()->hparams.n_vocab;
  LINNET_TRY(sampling::Chain chain, sampling::Chain::make(generate_options.sampling, n_vocab));
  const Stopwatch stopwatch;
  Generation generation;
  Output output(tokenizer, generate_options, callback, generation.text);
  std::optional<FinishReason> finish;
  while (!finish) {
    if (take_cancel()) {
      finish = FinishReason::kCancelled;
    } else if (generation.tokens.size() >= generate_options.max_tokens) {
      finish = FinishReason::kMaxTokens;
    } else {
      LINNET_CHECK(compute(tokens.size(), nullptr));
      const std::span<const float> logits = decoder->logits(*logits_row);
      const Token token = chain.pick(logits, tokens);
      if (!generate_options.ignore_end && static_cast<std::size_t>(token) < tokenizer.n_vocab() &&
          tokenizer.is_end_of_generation(token)) {
        finish = FinishReason::kEnd;
      } else if (tokens.size() == options.n_ctx) {
        finish = FinishReason::kContext;
      } else {
        LINNET_TRY(GeneratedToken generated, describe(token, logits, generate_options.n_top_logprobs));
        generation.tokens.push_back(std::move(generated));
        LINNET_CHECK(hold({&token, 1}));
        finish = output.push(token);
      }
    }
  }
  output.flush();
  generation.finish = *finish;
  generation.stats.load_seconds = stats.load_seconds;
  generation.stats.decode = {generation.tokens.size(), stopwatch.seconds()};
  stats.decode.n_tokens += generation.stats.decode.n_tokens;
  stats.decode.seconds += generation.stats.decode.seconds;
  return generation;
}

}  // namespace linnet
