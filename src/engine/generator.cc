#include "engine/generator.h"

#include <algorithm>
#include <cmath>

#include "engine/constraint_impl.h"
#include "engine/logit_summary.h"

namespace linnet {

Result<void> check(const GenerateOptions& options) {
  LINNET_CHECK(options.sampling.check());
  if (options.n_beams == 0) return fail(ErrorCode::kInvalidArgument, "0 beams; 1 is the least");
  for (const std::string& stop : options.stop) {
    if (stop.empty()) return fail(ErrorCode::kInvalidArgument, "a stop text is empty; leave it out");
  }
  return {};
}

std::optional<FinishReason> TextOutput::push(Token token) {
  // A model may have more rows than its tokenizer has tokens; those stand for nothing.
  if (static_cast<std::size_t>(token) >= tokenizer_.n_vocab()) return std::nullopt;
  return hand_out(decoder_.push(token));
}

std::optional<FinishReason> TextOutput::push(std::string_view bytes) {
  return hand_out(decoder_.push(bytes));
}

std::optional<FinishReason> TextOutput::hand_out(const std::string& text) {
  const bool go_on = emit(stop_.push(text));
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
                     sampling::Chain chain, Reasoning reasoning)
    : tokenizer_(*model.tokenizer),
      kernels_(*model.kernels),
      options_(options),
      chain_(std::move(chain)),
      output_(tokenizer_, options, callback),
      model_(model),
      reasoning_(std::move(reasoning)) {
  if (options.max_tokens == 0) finish_ = FinishReason::kMaxTokens;
}

Result<Generator> Generator::create(const Model::Impl& model, const GenerateOptions& options,
                                    const PieceCallback& callback, Reasoning reasoning) {
  LINNET_CHECK(check(options));
  LINNET_TRY(sampling::Chain chain,
             sampling::Chain::make(options.sampling, model.hparams.n_vocab, options.constraint.has_value()));
  Generator generator(model, options, callback, std::move(chain), std::move(reasoning));
  if (options.constraint && !generator.reasoning_.is_opened) LINNET_CHECK(generator.begin_constraint(true));
  return generator;
}

Result<void> Generator::begin_constraint(bool is_first) {
  LINNET_TRY(constrained_, ConstrainedText::begin(options_.constraint->impl()->masks(model_.token_texts()),
                                                  tokenizer_, is_first));
  if (constrained_->is_complete()) finish_ = FinishReason::kEnd;
  if (!is_first || reasoning_.open == kNoToken) return {};
  first_allowed_.assign(constrained_->allowed().begin(), constrained_->allowed().end());
  const auto open = static_cast<std::size_t>(reasoning_.open);
  first_allowed_[open / 64] |= std::uint64_t{1} << (open % 64);
  return {};
}

Generator::Pick Generator::pick(std::span<const float> logits, std::span<const Token> history) noexcept {
  const LogitSummary summary = summarize(kernels_, logits);
  std::span<const std::uint64_t> allowed = first_allowed_;
  if (allowed.empty() && constrained_) allowed = constrained_->allowed();
  return {chain_.pick(logits, summary.likeliest, history, allowed), summary.log_sum_exp};
}

Result<Generator::Change> Generator::take(const Pick& pick, std::span<const float> logits,
                                          std::size_t n_room) {
  if (!std::isfinite(pick.log_sum_exp)) {
    return fail(ErrorCode::kCorrupt, "the model's logits are not finite; its weights must be damaged");
  }
  if (pick.token == kNoToken) {
    return fail(ErrorCode::kInvalidArgument, "no token is left to pick: the logit bias forbids every one");
  }
  changed_.clear();
  std::size_t n_removed = 0;
  const auto index = static_cast<std::size_t>(pick.token);
  const bool is_end = index < tokenizer_.n_vocab() && tokenizer_.is_end_of_generation(pick.token);
  if (is_end && (!options_.ignore_end || constrained_)) {
    finish_ = FinishReason::kEnd;
    return Change{};
  }
  if (n_room == 0) {
    finish_ = FinishReason::kContext;
    return Change{};
  }
  GeneratedToken made{
      pick.token, static_cast<float>(static_cast<double>(logits[index]) - pick.log_sum_exp), {}};
  if (options_.n_top_logprobs > 0)
    made.top = sampling::top_logprobs(logits, pick.log_sum_exp, options_.n_top_logprobs);
  generation_.tokens.push_back(std::move(made));
  changed_.push_back(pick.token);
  finish_ = output_.push(pick.token);
  const bool opens_reasoning = !first_allowed_.empty() && pick.token == reasoning_.open;
  first_allowed_.clear();
  if (opens_reasoning) {
    constrained_.reset();
    reasoning_.is_opened = true;
  } else if (constrained_) {
    LINNET_CHECK(constrained_->take(pick.token));
    LINNET_TRY(n_removed, force(std::min(n_room - 1, n_left())));
  } else if (options_.constraint) {
    LINNET_CHECK(reason(pick.token));
  }
  if (!finish_ && n_left() == 0) finish_ = FinishReason::kMaxTokens;
  return Change{n_removed, changed_};
}

// The constraint begins where the reasoning ends.
Result<void> Generator::reason(Token token) {
  // A model may have more rows of logits than its vocabulary has tokens.
  if (static_cast<std::size_t>(token) < tokenizer_.n_vocab()) reasoned_ += tokenizer_.piece(token);
  if (reasoned_.find(reasoning_.close) != std::string::npos) return begin_constraint(false);
  if (reasoned_.size() > 2 * reasoning_.close.size()) {
    reasoned_.erase(0, reasoned_.size() - reasoning_.close.size());
  }
  return {};
}

Result<std::size_t> Generator::force(std::size_t n_room) {
  if (!finish_ && constrained_->is_complete()) finish_ = FinishReason::kEnd;
  if (finish_) return std::size_t{0};
  LINNET_TRY(const ConstrainedText::Forced forced, constrained_->force(n_room));
  if (forced.tokens.empty()) return std::size_t{0};
  std::vector<GeneratedToken>& made = generation_.tokens;
  made.resize(made.size() - forced.n_removed);
  for (const Token token : forced.tokens) made.push_back({token, 0, {}});
  // The token that was picked may be the first of those that others replace.
  if (forced.n_removed > 0) changed_.clear();
  changed_.insert(changed_.end(), forced.tokens.begin(), forced.tokens.end());
  finish_ = output_.push(forced.text);
  if (!finish_ && constrained_->is_complete()) finish_ = FinishReason::kEnd;
  return forced.n_removed > 0 ? forced.n_removed - 1 : 0;
}

Generation Generator::finish() {
  generation_.text = output_.finish();
  generation_.finish = *finish_;
  return std::move(generation_);
}

}  // namespace linnet
