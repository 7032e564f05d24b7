#include "engine/generator.h"

#include <cmath>

#include "engine/logit_summary.h"

namespace linnet {

Result<void> check(const GenerateOptions& options) {
  LINNET_CHECK(options.sampling.check());
  for (const std::string& stop : options.stop) {
    if (stop.empty()) return fail(ErrorCode::kInvalidArgument, "a stop text is empty; leave it out");
  }
  return {};
}

std::optional<FinishReason> TextOutput::push(Token token) {
  // A model may have more rows than its tokenizer has tokens; those stand for nothing.
  if (static_cast<std::size_t>(token) >= tokenizer_.n_vocab()) return std::nullopt;
  const bool go_on = emit(stop_.push(decoder_.push(token)));
  if (stop_.stopped()) return FinishReason::kStopText;
  return go_on ? std::nullopt : std::optional(FinishReason::kCallback);
}

std::string TextOutput::finish() {
  if (!stop_.stopped()) {
    emit(stop_.push(decoder_.flush()));
    emit(stop_.flush());
  }
  return std::move(text_);
}

bool TextOutput::emit(const std::string& piece) {
  if (piece.empty()) return true;
  text_ += piece;
  if (callback_ && wanted_) wanted_ = callback_(piece);
  return wanted_;
}

Generator::Generator(const Model::Impl& model, const GenerateOptions& options, const PieceCallback& callback,
                     sampling::Chain chain)
    : tokenizer_(*model.tokenizer),
      kernels_(*model.kernels),
      options_(options),
      chain_(std::move(chain)),
      output_(tokenizer_, options, callback) {
  if (options.max_tokens == 0) finish_ = FinishReason::kMaxTokens;
}

Result<Generator> Generator::create(const Model::Impl& model, const GenerateOptions& options,
                                    const PieceCallback& callback) {
  LINNET_CHECK(check(options));
  LINNET_TRY(sampling::Chain chain, sampling::Chain::make(options.sampling, model.hparams.n_vocab));
  return Generator(model, options, callback, std::move(chain));
}

Generator::Pick Generator::pick(std::span<const float> logits, std::span<const Token> history) noexcept {
  const LogitSummary summary = summarize(kernels_, logits);
  return {chain_.pick(logits, summary.likeliest, history), summary.log_sum_exp};
}

Result<std::optional<Token>> Generator::take(const Pick& pick, std::span<const float> logits, bool has_room) {
  if (!std::isfinite(pick.log_sum_exp)) {
    return fail(ErrorCode::kCorrupt, "the model's logits are not finite; its weights must be damaged");
  }
  if (pick.token == kNoToken) {
    return fail(ErrorCode::kInvalidArgument, "no token is left to pick: the logit bias forbids every one");
  }
  const auto index = static_cast<std::size_t>(pick.token);
  if (!options_.ignore_end && index < tokenizer_.n_vocab() && tokenizer_.is_end_of_generation(pick.token)) {
    finish_ = FinishReason::kEnd;
    return std::optional<Token>();
  }
  if (!has_room) {
    finish_ = FinishReason::kContext;
    return std::optional<Token>();
  }
  GeneratedToken made{
      pick.token, static_cast<float>(static_cast<double>(logits[index]) - pick.log_sum_exp), {}};
  if (options_.n_top_logprobs > 0)
    made.top = sampling::top_logprobs(logits, pick.log_sum_exp, options_.n_top_logprobs);
  generation_.tokens.push_back(std::move(made));
  finish_ = output_.push(pick.token);
  if (!finish_ && n_left() == 0) finish_ = FinishReason::kMaxTokens;
  return std::optional(pick.token);
}

Generation Generator::finish() {
  generation_.text = output_.finish();
  generation_.finish = *finish_;
  return std::move(generation_);
}

}  // namespace linnet
