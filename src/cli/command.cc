#include "cli/command.h"

#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cache_formats.h"
#include "cli/interrupt.h"
#include "cli/model_source.h"
#include "cli/terminal.h"

namespace linnet::cli {
namespace {

// "123=-1.5" or "123=-inf".
std::pair<Token, float> parse_bias(const std::string& text) {
  const std::size_t equals = text.find('=');
  Token token = 0;
  double bias = 0;
  const char* const begin = text.data();
  const char* const middle = begin + std::min(equals, text.size());
  const bool is_token = std::from_chars(begin, middle, token).ptr == middle && middle != begin;
  if (!is_token || equals == std::string::npos || !CLI::detail::lexical_cast(text.substr(equals + 1), bias)) {
    throw CLI::ValidationError("--logit-bias", fmt::format("'{}' is not TOKEN=NUMBER", text));
  }
  return {token, static_cast<float>(bias)};
}

}  // namespace

void fail(ErrorCode code, std::string message) { throw Exception({code, std::move(message)}); }

void ModelFlags::add(CLI::App& app) {
  app.add_option("MODEL", model, "Path of a GGUF file, or a name of the manifest: " + known_models())
      ->required();
  add_number(app, "--threads", n_threads, "Threads that compute (default: the physical cores)", 1, 1024);
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
  const auto* const context_help =
      options.n_ctx == 0 ? "Tokens that fit (default: the model's, at most 4096)" : "Tokens that fit";
  add_number(app, "--context", options.n_ctx, context_help, 1, 1 << 24);
  add_number(app, "--chunk", options.n_chunk, "Tokens of a prompt that are computed together", 1, 1 << 20);
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
  app.add_option("-n,--max-tokens", options.max_tokens, "Tokens to make at most (default: the context's end)")
      ->check(CLI::Range(1, 1 << 24))
      ->option_text("N");
  app.add_option("--stop", options.stop, "Stop before this text (may be given again)")
      ->allow_extra_args(false);
  add_number(app, "--guess", options.n_draft,
             "Guess up to N tokens from what the text said before, and check them at once: the same answer, "
             "sooner where it repeats",
             1, 15);
  app.add_option("--draft", draft_model, "A smaller model with the same vocabulary that guesses instead")
      ->option_text("MODEL");
  for (const SamplerParameter& parameter : sampler_parameters()) {
    const std::string name(parameter.name);
    app.add_option_function<double>(
           "--" + name,
           [this, name](double value) {
             const auto result = options.sampling.set(name, value);
             if (!result) throw CLI::ValidationError("--" + name, result.error().message);
           },
           std::string(parameter.help))
        ->option_text(parameter.is_integer ? "INT" : "FLOAT")
        ->group("Sampling");
  }
  app.add_option("--seed", options.sampling.seed, "Start of the random numbers: one seed, one text")
      ->option_text("INT")
      ->check(CLI::NonNegativeNumber)
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
  if (draft_model.empty()) return result;
  ModelFlags flags = model_flags;
  flags.model = draft_model;
  draft.emplace(Session::open(flags.load(), session_flags.with(flags)).value());
  result.draft_session = &*draft;
  if (result.n_draft == 0) result.n_draft = kGuesses;
  return result;
}

std::string format_rate(const Rate& rate) {
  return fmt::format("{} tokens in {:.2f} s, {:.1f} tokens/s", rate.n_tokens, rate.seconds,
                     rate.tokens_per_second());
}

}  // namespace linnet::cli
