#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/answer_stream.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Args {
  ModelFlags model;
  SessionFlags session;
  GenerateFlags generate;
  std::optional<std::string> prompt;
  std::string system;
  std::string session_file;
  bool raw = false;
  bool special = false;
  bool no_thinking = false;
  bool json = false;
  bool quiet = false;
};

std::string read_prompt(const Args& args) {
  if (args.prompt && *args.prompt != "-") return *args.prompt;
  if (!args.prompt && stdin_is_terminal()) throw UsageError("give a prompt, or pipe one to standard input");
  std::string prompt = read_stdin();
  if (!args.raw && prompt.ends_with('\n')) prompt.pop_back();  // the line's end is echo's, not the user's
  return prompt;
}

Reply answer_chat(const Args& args, const GenerateOptions& generate, const Model& model,
                  const std::string& prompt, const PieceCallback& callback) {
  ChatOptions options;
  options.session = args.session.with(args.model);
  options.session.n_beams = generate.n_beams;
  options.enable_thinking = !args.no_thinking;
  auto opened = Chat::open(model, options);
  if (!opened && opened.error().code == ErrorCode::kNotFound) {
    fail(ErrorCode::kNotFound,
         fmt::format("{}; --raw continues the prompt without a template", opened.error().message));
  }
  Chat chat = std::move(opened).value();
  if (!args.system.empty()) chat.system(args.system);
  chat.user(prompt);
  const Interrupt interrupt([&chat] { chat.cancel(); });
  return chat.reply(callback, generate).value();
}

Reply continue_raw(const Args& args, const GenerateOptions& generate, const Model& model,
                   const std::string& prompt, const PieceCallback& callback) {
  SessionOptions options = args.session.with(args.model);
  options.n_beams = generate.n_beams;
  Session session = Session::open(model, options).value();
  if (!args.session_file.empty()) {
    const auto restored = session.restore(args.session_file);
    if (!restored && restored.error().code != ErrorCode::kNotFound) throw Exception(restored.error());
  }
  const bool is_new = session.tokens().empty();
  const auto tokens = model.tokenize(prompt, {.parse_special = args.special, .add_bos = is_new}).value();
  const Interrupt interrupt([&session] { session.cancel(); });
  session.append(tokens).value();
  Generation made = session.generate(generate, callback).value();
  if (!args.session_file.empty()) session.save(args.session_file).value();
  Reply reply;
  reply.text = std::move(made.text);
  reply.tokens = std::move(made.tokens);
  reply.finish = made.finish;
  reply.stats = made.stats;
  reply.speculation = made.speculation;
  reply.stats.prompt = session.stats().prompt;
  return reply;
}

Json rate_json(const Rate& rate) {
  return {
      {"tokens", rate.n_tokens}, {"seconds", rate.seconds}, {"tokens_per_second", rate.tokens_per_second()}};
}

Json to_json(const Reply& reply, const Model& model) {
  Json json{{"text", reply.text}};
  if (!reply.reasoning.empty()) json["reasoning"] = reply.reasoning;
  json["tokens"] = Json::array();
  for (const GeneratedToken& token : reply.tokens) {
    Json item{{"id", token.token}, {"logprob", token.logprob}};
    for (const TokenLogprob& other : token.top) item["top"].push_back({other.token, other.logprob});
    json["tokens"].push_back(std::move(item));
  }
  json["finish"] = to_string(reply.finish);
  json["stats"] = {{"load_seconds", model.info().load_seconds},
                   {"prompt", rate_json(reply.stats.prompt)},
                   {"decode", rate_json(reply.stats.decode)}};
  if (reply.speculation.n_guessed > 0) {
    json["stats"]["guesses"] = {{"made", reply.speculation.n_guessed}, {"right", reply.speculation.n_right}};
  }
  return json;
}

std::string format_guesses(const Speculation& speculation) {
  if (speculation.n_guessed == 0) return "";
  return fmt::format(", {} of {} guesses right", speculation.n_right, speculation.n_guessed);
}

ExitCode run(const Args& args) {
  const std::string prompt = read_prompt(args);
  std::optional<Session> draft;
  const GenerateOptions generate = args.generate.with(args.model, args.session, draft);
  const Model model = args.model.load();
  AnswerStream stream;
  const PieceCallback callback = args.json ? PieceCallback{} : stream.callback();
  const Reply reply = args.raw ? continue_raw(args, generate, model, prompt, callback)
                               : answer_chat(args, generate, model, prompt, callback);
  if (!args.json) stream.finish();
  if (args.json) print(to_json(reply, model).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  if (!args.quiet) {
    note(styled("2", fmt::format("prompt: {} | answer: {}{} | {}", format_rate(reply.stats.prompt),
                                 format_rate(reply.stats.decode), format_guesses(reply.speculation),
                                 to_string(reply.finish))));
  }
  return reply.finish == FinishReason::kCancelled ? kInterrupted : kOk;
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  args->model.add(app);
  app.add_option("PROMPT", args->prompt, "What to answer; \"-\" or nothing: standard input");
  auto* const system = app.add_option("--system", args->system, "Instructions that stand before the prompt");
  auto* const raw =
      app.add_flag("--raw", args->raw, "Continue the prompt as it is, without the chat template");
  system->excludes(raw);
  app.add_flag("--special", args->special,
               "With --raw: names of special tokens in the prompt mean the tokens")
      ->needs(raw);
  app.add_option("--session", args->session_file,
                 "With --raw: go on from the session in FILE, if there is one, and save it there")
      ->option_text("FILE")
      ->needs(raw);
  app.add_flag("--no-thinking", args->no_thinking, "Ask a model that can reason to answer at once")
      ->excludes(raw);
  auto* const json = app.add_flag("--json", args->json, "Print one JSON object: text, tokens, finish, stats");
  add_number(app, "--logprobs", args->generate.options.n_top_logprobs,
             "With --json: the N likeliest for each token", 1, 1000)
      ->needs(json);
  app.add_flag("-q,--quiet", args->quiet, "No closing line with speeds");
  args->session.add(app);
  args->generate.add(app);
  return [args] { return run(*args); };
}

}  // namespace

extern const Command kRun;
const Command kRun{
    .name = "run",
    .summary = "Answer one prompt",
    .examples =
        "linnet run smollm2-135m-instruct 'What is the capital of France?'\n"
        "cat letter.txt | linnet run model.gguf --system 'Summarize in one sentence.'\n"
        "linnet run model.gguf 'Once upon a time' --raw --max-tokens 50 --temperature 0.8 --seed 7\n"
        "linnet run model.gguf 'Say yes or no.' --json --logprobs 5",
    .configure = &configure,
};

}  // namespace linnet::cli
