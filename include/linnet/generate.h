/// \file
/// How text is made from a model's probabilities: options, results, statistics. Plain values that own what
/// they hold; nothing here is shared between threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <linnet/constraint.h>
#include <linnet/model.h>

namespace linnet {

class Session;

/// How the next token is picked. Each field is off at its default, which is greedy: always the likeliest
/// token, the same text every time. The steps are applied in the order of the fields. Fields can also be set
/// by name, see sampler_parameters().
struct SamplingOptions {
  /// Divides the logit of every token among the last `penalty_window` if positive, multiplies it if negative.
  /// 1 = off.
  float repetition_penalty = 1.0f;
  /// Subtracted from a token's logit for each time it stands in the window. 0 = off.
  float frequency_penalty = 0.0f;
  /// Subtracted once from the logit of every token in the window. 0 = off.
  float presence_penalty = 0.0f;
  /// How many of the last tokens (prompt included) the penalties look at.
  std::int32_t penalty_window = 64;
  /// Keep the k likeliest tokens. 0 = all.
  std::int32_t top_k = 0;
  /// Keep the smallest set of likeliest tokens whose probabilities reach this sum. 1 = all.
  float top_p = 1.0f;
  /// Keep tokens at least this fraction as likely as the likeliest. 0 = all.
  float min_p = 0.0f;
  /// Divides the logits of what is left; 0 = always the likeliest, 1 = as the model says.
  float temperature = 0.0f;
  /// Start of the random numbers: the same seed gives the same text on every machine.
  std::uint64_t seed = 0;
  /// Added to the logits of these tokens before everything else; -infinity forbids a token.
  std::vector<std::pair<Token, float>> logit_bias{};

  /// Sets the field called `name` ("top-k", "temperature", ...). Errors: kNotFound, no such name;
  /// kInvalidArgument, NaN or outside the field's range.
  LINNET_API Result<void> set(std::string_view name, double value);
  /// Checks every field against its range. Error: kInvalidArgument, naming the first that is outside.
  LINNET_API Result<void> check() const;
};

/// A numeric field of SamplingOptions: the one list behind command-line flags, documentation and set().
struct SamplerParameter {
  std::string_view name;  ///< E.g. "top-k".
  std::string_view help;  ///< One line.
  double minimum;         ///< The least value that is allowed.
  double maximum;         ///< The largest.
  double off;             ///< The value at which the step does nothing, which is also the default.
  bool is_integer;        ///< Whether only whole numbers are.
};

/// Every parameter, in the order of the steps. Never fails; lives as long as the program.
LINNET_API std::span<const SamplerParameter> sampler_parameters() noexcept;

/// When and how to stop, and what to report.
struct GenerateOptions {
  /// How each token is picked.
  SamplingOptions sampling{};
  /// Tokens to make at most; the context's end is the other limit, unless shift_keep is set.
  std::size_t max_tokens = std::numeric_limits<std::size_t>::max();
  /// What to do when the context is full. Unset: stop with kContext. A number: go on with the first that many
  /// tokens and the newer half of the others, see Session::forget(). Then half of the context is computed
  /// again, and what the model says no longer depends on what was forgotten. Must be less than
  /// Session::n_ctx(). For sessions and chats; a Batch refuses it.
  std::optional<std::size_t> shift_keep{};
  /// What the text must look like. It ends where the constraint leaves nothing to add, or where it allows an
  /// end and the model wants one; a limit may cut it short. A model's reasoning is not under it, only the
  /// answer that follows. Text that can be but one is not picked token by token: it is appended as the
  /// tokenizer cuts it.
  std::optional<Constraint> constraint{};
  /// Texts at which to stop, none of them empty; they are not part of the result, also where they straddle
  /// tokens.
  std::vector<std::string> stop{};
  /// Report this many of the likeliest tokens, with log-probabilities, for each token made. 0 = only the one
  /// made.
  std::size_t n_top_logprobs = 0;
  /// Go on after the model's end-of-generation tokens: for measuring.
  bool ignore_end = false;
  /// Follow this many of the likeliest beginnings at once, and return the likeliest whole text that is found:
  /// for short answers under a constraint. At most SessionOptions::n_beams; goes together with max_tokens,
  /// constraint and ignore_end only. The callback receives the text at its end. 1 = off.
  std::size_t n_beams = 1;
  /// Guess up to this many tokens ahead, at most 15, and check them in one pass of the model: the same text,
  /// sooner where guesses are right. 0 = off.
  std::size_t n_draft = 0;
  /// Who guesses: a session of a smaller model with the same vocabulary, which generate() fills as it needs;
  /// null = the text itself, which guesses what followed the last time that the newest tokens occurred.
  Session* draft_session = nullptr;
};

/// How well tokens were guessed, see GenerateOptions::n_draft.
struct Speculation {
  std::size_t n_guessed = 0;  ///< Tokens guessed,
  std::size_t n_right = 0;    ///< and of them those that the model would have made.
};

/// Why generation ended.
enum class FinishReason : std::uint8_t {
  kEnd,        ///< The model said that it is done, or a constraint leaves nothing to add.
  kStopText,   ///< One of GenerateOptions::stop appeared.
  kMaxTokens,  ///< GenerateOptions::max_tokens were made.
  kContext,    ///< The context is full and GenerateOptions::shift_keep is not set.
  kCallback,   ///< The callback returned false.
  kCancelled,  ///< cancel() was called.
};

/// "end", "stop-text", "max-tokens", "context", "callback" or "cancelled".
LINNET_API std::string_view to_string(FinishReason reason) noexcept;

/// A token and its natural logarithm of probability under the model, before any sampling option.
struct TokenLogprob {
  Token token = kNoToken;  ///< Its number in the vocabulary.
  float logprob = 0;       ///< At most 0.
};

/// One token that was made.
struct GeneratedToken {
  Token token = kNoToken;  ///< Its number in the vocabulary.
  float logprob = 0;  ///< Under the model, before any sampling option; 0 where a constraint left no choice.
  std::vector<TokenLogprob> top;  ///< The GenerateOptions::n_top_logprobs likeliest, likeliest first.
};

/// A count and the wall-clock time that it took.
struct Rate {
  std::size_t n_tokens = 0;  ///< How many.
  double seconds = 0;        ///< How long they took.
  /// Tokens a second; 0 if nothing was measured.
  double tokens_per_second() const noexcept {
    return seconds > 0 ? static_cast<double>(n_tokens) / seconds : 0;
  }
};

/// Where the time went.
struct Stats {
  double load_seconds = 0;  ///< Model::load().
  Rate prompt;              ///< Tokens read.
  Rate decode;              ///< Tokens made, sampling included.
};

/// What Session::generate() made.
struct Generation {
  std::string text;                          ///< Without the stop text.
  std::vector<GeneratedToken> tokens;        ///< As they went into the session.
  FinishReason finish = FinishReason::kEnd;  ///< Why it ended there.
  Stats stats;                               ///< Of this call.
  Speculation speculation;                   ///< Of this call.
};

/// Receives the text as it is made: whole UTF-8 characters, never part of a stop text. Returning false ends
/// the generation. Called on the thread that generates; must not throw.
using PieceCallback = std::function<bool(std::string_view piece)>;

}  // namespace linnet
