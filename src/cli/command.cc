#include "cli/command.h"

#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cache_formats.h"
#include "cli/interrupt.h"
#include "cli/model_source.h"
#include "cli/terminal.h"

namespace linnet::cli {
namespace {

// The number that all of `text` is.
template <class T>
std::optional<T> parse_all(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || next != end) return std::nullopt;
  return value;
}

// "123=-1.5" or "123=-inf".
std::pair<Token, float> parse_bias(const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const auto token = parse_all<Token>(std::string_view(text).substr(0, equals));
  const auto bias = parse_all<double>(std::string_view(text).substr(std::min(equals + 1, text.size())));
  if (token && bias) return {*token, static_cast<float>(*bias)};
  throw CLI::ValidationError("--logit-bias", fmt::format("'{}' is not TOKEN=NUMBER", text));
}

}  // namespace

void fail(ErrorCode code, std::string message) { throw Exception({code, std::move(message)}); }

std::uint64_t parse_whole(const std::string& flag, const std::string& text, std::uint64_t low,
                          std::uint64_t high) {
  const auto value = parse_all<std::uint64_t>(text);
  if (value && *value >= low && *value <= high) return *value;
  throw CLI::ValidationError(flag, fmt::format("'{}' is not a whole number from {} to {}", text, low, high));
}

double parse_real(const std::string& flag, const std::string& text) {
  if (const auto value = parse_all<double>(text)) return *value;
  throw CLI::ValidationError(flag, fmt::format("'{}' is not a number", text));
}

void ModelFlags::add(CLI::App& app) {
  app.add_option("MODEL", model, "Path of a GGUF file, or a name of the manifest: " + known_models())
      ->required();
  add_number(app, "--threads", n_threads, "Threads that compute (default: the physical performance cores)", 1,
             kMaxThreads);
  app.add_option("--isa", isa, "Instruction set, e.g. portable, avx2 (default: LINNET_ISA, else the best)");
}

Model ModelFlags::load() const {
  LoadOptions options{.n_threads = n_threads, .isa = isa};
  Progress bar("loading");
  const Interrupt interrupt;
  options.progress = [&](double fraction) {
    bar.show(fraction);
    return !interrupt.happened();
  };
  return Model::load(find_model(model), options).value();
}

void SessionFlags::add_sizes(CLI::App& app) {
  const std::string unset = options.n_ctx == 0 ? fmt::format(" (default: {})", context_default) : "";
  add_number(app, "--context", options.n_ctx, context_help + unset, least_context, kMaxContext);
  add_number(app, "--chunk", options.n_chunk, "Tokens of a prompt that are computed together", 1, kMaxChunk);
}

void SessionFlags::add(CLI::App& app) {
  add_sizes(app);
  app.add_option_function<std::string>(
         "--cache", [this](const std::string& name) { options.cache = cache_format(name).format; },
         "What keys and values are stored as (default: f16)")
      ->option_text(fmt::to_string(fmt::join(cache_format_names(), "|")))
      ->check(CLI::IsMember(cache_format_names()).description(""));
}

SessionOptions SessionFlags::with(const ModelFlags& model_flags) const {
  SessionOptions result = options;
  result.n_threads = model_flags.n_threads;
  return result;
}

void GenerateFlags::add(CLI::App& app) {
  app.add_option_function<std::string>(
         "-n,--max-tokens",
         [this](const std::string& text) {
           options.max_tokens = parse_whole("--max-tokens", text, 1, kMaxContext);
         },
         "Tokens to make at most (default: the context's end)")
      ->option_text("N");
  app.add_option("--shift-keep", options.shift_keep,
                 "Where the context is full, go on with the first N tokens and the newer half of the others "
                 "(default: stop)")
      ->check(CLI::Range(0, 1 << 24))
      ->option_text("N");
  app.add_option("--stop", options.stop, "Stop before this text (may be given again)")
      ->allow_extra_args(false)
      ->check([](const std::string& text) { return text.empty() ? "the text is empty" : ""; }, "");
  constraint.add(app);
  add_number(app, "--beam", options.n_beams,
             "Follow the N likeliest beginnings at once and give the likeliest whole text: for short answers",
             1, kMaxBeams);
  add_number(app, "--guess", options.n_draft,
             "Guess up to N tokens from what the text said before, and check them at once: the same answer, "
             "sooner where it repeats",
             1, 15);
  app.add_option("--draft", draft_model, "A smaller model with the same vocabulary that guesses instead")
      ->option_text("MODEL");
  for (const SamplerParameter& parameter : sampler_parameters()) {
    const std::string name(parameter.name);
    app.add_option_function<std::string>(
           "--" + name,
           [this, name](const std::string& text) {
             const auto result = options.sampling.set(name, parse_real("--" + name, text));
             if (!result) throw CLI::ValidationError("--" + name, result.error().message);
           },
           std::string(parameter.help))
        ->option_text(parameter.is_integer ? "INT" : "FLOAT")
        ->group("Sampling");
  }
  add_number(app, "--seed", options.sampling.seed, "Start of the random numbers: one seed, one text", 0,
             std::numeric_limits<std::uint64_t>::max())
      ->group("Sampling");
  app.add_option_function<std::vector<std::string>>(
         "--logit-bias",
         [this](const std::vector<std::string>& biases) {
           for (const std::string& bias : biases) options.sampling.logit_bias.push_back(parse_bias(bias));
           const auto result = options.sampling.check();
           if (!result) throw CLI::ValidationError("--logit-bias", result.error().message);
         },
         "Add NUMBER to a token's logit; -inf forbids it (may be given again)")
      ->allow_extra_args(false)
      ->option_text("TOKEN=NUMBER")
      ->group("Sampling");
}

GenerateOptions GenerateFlags::with(const ModelFlags& model_flags, const SessionFlags& session_flags,
                                    std::optional<Session>& draft) const {
  constexpr std::size_t kGuesses = 8;
  GenerateOptions result = options;
  if (const auto made = constraint.make()) {
    result.constraint = *made;
  } else {
    throw UsageError(made.error().message);
  }
  if (draft_model.empty()) return result;
  ModelFlags flags = model_flags;
  flags.model = draft_model;
  draft.emplace(Session::open(flags.load(), session_flags.with(flags)).value());
  result.draft_session = &*draft;
  if (result.n_draft == 0) result.n_draft = kGuesses;
  return result;
}

std::string counted(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string format_rate(const Rate& rate) {
  return fmt::format("{} in {:.2f} s, {:.1f} tokens/s", counted(rate.n_tokens, "token"), rate.seconds,
                     rate.tokens_per_second());
}

}  // namespace linnet::cli
