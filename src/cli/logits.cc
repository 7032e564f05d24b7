#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/npy.h"
#include "cli/statistics.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Args {
  ModelFlags model;
  SessionFlags session;
  TextFlags text;
  std::optional<std::string> tokens;
  std::size_t top = 10;
  std::string npy;
};

// Calls each(position, logits) for every token; what it throws is thrown here, not through the library.
template <class Each>
void for_each_position(Session& session, std::span<const Token> tokens, Each each) {
  const Interrupt interrupt([&session] { session.cancel(); });
  Progress bar("logits");
  std::exception_ptr thrown;
  const auto result = session.append(tokens, [&](std::size_t position, std::span<const float> logits) {
    try {
      bar.show(static_cast<double>(position + 1) / static_cast<double>(tokens.size()));
      each(position, logits);
      return true;
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  });
  if (thrown) std::rethrow_exception(thrown);
  result.value();
}

void write_npy(const Args& args, Session& session, std::span<const Token> tokens) {
  NpyWriter writer(args.npy, tokens.size(), session.model().info().n_vocab);
  for_each_position(session, tokens,
                    [&](std::size_t, std::span<const float> logits) { writer.write(logits); });
  writer.commit();
}

void print_json(const Args& args, Session& session, std::span<const Token> tokens) {
  Json top = Json::array(), next = Json::array();
  for_each_position(session, tokens, [&](std::size_t position, std::span<const float> logits) {
    const double normalizer = log_sum_exp(logits);
    Json row = Json::array();
    for (const std::size_t token : largest(logits, args.top))
      row.push_back({token, logits[token] - normalizer});
    top.push_back(std::move(row));
    if (position + 1 < tokens.size()) {
      next.push_back(logits[static_cast<std::size_t>(tokens[position + 1])] - normalizer);
    }
  });
  const Json json{
      {"tokens", std::vector<Token>(tokens.begin(), tokens.end())}, {"top", top}, {"next_logprob", next}};
  print(json.dump() + "\n");
}

ExitCode logits(const Args& args) {
  std::vector<Token> tokens;
  if (args.tokens) {
    tokens = parse_tokens(*args.tokens);
    if (tokens.empty()) throw UsageError("--tokens is empty");
  }
  const std::string text = args.tokens ? "" : args.text.read();
  const Model model = args.model.load();
  if (!args.tokens) tokens = model.tokenize(text, args.text.options()).value();
  if (tokens.empty()) fail(ErrorCode::kInvalidArgument, "there is no token to compute: the text is empty");
  SessionOptions options = args.session.with(args.model);
  if (options.n_ctx == 0) options.n_ctx = tokens.size();
  Session session = Session::open(model, options).value();
  if (args.npy.empty()) {
    print_json(args, session, tokens);
  } else {
    write_npy(args, session, tokens);
  }
  return kOk;
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  args->model.add(app);
  args->text.add(app);
  app.add_option("--tokens", args->tokens, "Compute these tokens instead of a text")
      ->option_text("\"1 2 3\"")
      ->excludes("TEXT", "--file");
  auto* const top =
      add_number(app, "--top", args->top, "The N likeliest tokens at each position", 0, 1 << 24);
  app.add_option("--npy", args->npy, "Write all logits as float32 (n_tokens, n_vocab) to this NumPy file")
      ->excludes(top);
  args->session.context_default = "as many as there are";
  args->session.add(app);
  return [args] { return logits(*args); };
}

}  // namespace

extern const Command kLogits;
const Command kLogits{
    .name = "logits",
    .summary = "Show what the model expects at each position",
    .examples =
        "linnet logits smollm2-135m-instruct 'The capital of France is' --top 5\n"
        "linnet logits model.gguf --tokens '504 3575 282' --npy logits.npy\n"
        "linnet logits model.gguf --file text.txt --top 1 --threads 2 --chunk 64",
    .configure = &configure,
};

}  // namespace linnet::cli
