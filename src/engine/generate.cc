#include <algorithm>
#include <array>

#include "base/stopwatch.h"
#include "engine/beam.h"
#include "engine/context_shift.h"
#include "engine/draft.h"
#include "engine/generator.h"
#include "engine/session_impl.h"

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

Result<Generation> Session::Impl::generate(const GenerateOptions& generate_options,
                                           const PieceCallback& callback, Reasoning reasoning) {
  if (tokens.empty()) {
    return fail(ErrorCode::kInvalidArgument, "nothing to go on from: append() a prompt first");
  }
  LINNET_CHECK(check_shift(generate_options.shift_keep, options.n_ctx));
  const Stopwatch stopwatch;
  Generation generation;
  if (generate_options.n_beams > 1) {
    LINNET_CHECK(check(generate_options));
    LINNET_CHECK(check_beams(generate_options, options.n_beams));
    if (reasoning.is_opened) {
      return fail(ErrorCode::kUnsupported, "several beams answer at once: turn the model's reasoning off");
    }
    LINNET_CHECK(compute(tokens.size(), nullptr));
    LINNET_TRY(BeamSearch search, BeamSearch::create(*this, generate_options));
    LINNET_TRY(generation, search.run(callback));
  } else {
    LINNET_TRY(generation, generate_one(generate_options, callback, std::move(reasoning)));
  }
  generation.stats.load_seconds = stats.load_seconds;
  generation.stats.decode = {generation.tokens.size(), stopwatch.seconds()};
  stats.decode.n_tokens += generation.stats.decode.n_tokens;
  stats.decode.seconds += generation.stats.decode.seconds;
  return generation;
}

Result<Generation> Session::Impl::generate_one(const GenerateOptions& generate_options,
                                               const PieceCallback& callback, Reasoning reasoning) {
  LINNET_TRY(Generator generator,
             Generator::create(*model.impl(), generate_options, callback, std::move(reasoning)));
  LINNET_TRY(Drafter drafter, Drafter::create(generate_options, *this));
  Speculation speculation;
  while (!generator.is_done()) {
    if (take_cancel()) {
      generator.stop(FinishReason::kCancelled);
      break;
    }
    LINNET_CHECK(step(generator, drafter, speculation));
  }
  Generation generation = generator.finish();
  generation.speculation = speculation;
  return generation;
}

Result<void> Session::Impl::step(Generator& generator, Drafter& drafter, Speculation& speculation) {
  std::span<const Token> guess;
  if (n_computed + 1 < tokens.size() && !compute(tokens.size(), nullptr)) {  // after a forget()
    generator.stop(FinishReason::kCancelled);
    return {};
  }
  if (!logits_row) {
    const std::size_t room = std::min(options.n_ctx - tokens.size(), options.n_chunk - 1);
    LINNET_TRY(guess, drafter.guess(tokens, std::min(room, generator.n_left() - 1)));
    std::array<Token, 1 + Drafter::kMax> chunk{tokens.back()};
    std::copy(guess.begin(), guess.end(), chunk.begin() + 1);
    forward(tokens.size() - 1, std::span(chunk).first(1 + guess.size()));
    n_computed = tokens.size();  // and more, if the guess is right
    compute_logits(0, 1 + guess.size());
    logits_row = 0;
  }
  std::size_t n_right = 0;
  for (;;) {
    const std::size_t row = *logits_row;
    const std::span<const float> logits = decoder->logits(row);
    const Generator::Pick pick = generator.pick(logits, tokens);
    const std::optional<std::size_t> keep = generator.options().shift_keep;
    const bool is_full = tokens.size() == options.n_ctx && keep;
    const std::size_t n_room = is_full ? shift_size(options.n_ctx, *keep) : options.n_ctx - tokens.size();
    LINNET_TRY(const Generator::Change change, generator.take(pick, logits, n_room));
    if (change.tokens.empty()) break;
    if (is_full) forget(*keep, n_room);
    truncate(tokens.size() - change.n_removed);
    LINNET_CHECK(hold(change.tokens));
    if (change.tokens.size() > 1 || n_right == guess.size() || change.tokens[0] != guess[n_right]) break;
    ++n_right;
    n_computed = tokens.size();
    logits_row = row + 1;
    if (generator.is_done()) break;
  }
  drafter.learn(n_right);
  speculation.n_guessed += guess.size();
  speculation.n_right += n_right;
  return {};
}

}  // namespace linnet
