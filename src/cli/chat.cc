#include <csignal>
#include <memory>

#include <fmt/format.h>

#include "cli/answer_stream.h"
#include "cli/chat_commands.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/line_reader.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

struct Args {
  ModelFlags model;
  SessionFlags session;
  GenerateFlags generate;
  std::string system;
  std::string session_file;
  bool no_thinking = false;
};

// One turn. An error is told and the conversation goes on without the question, unless stdout is gone.
void answer(const GenerateOptions& options, const std::string& line, ChatState& state) {
  const std::vector<Message> before = state.chat.messages();
  state.chat.user(line);
  AnswerStream stream;
  const Result<Reply> reply = [&] {
    const Interrupt interrupt([&state] { state.chat.cancel(); });
    return state.chat.reply(stream.callback(), options);
  }();
  stream.finish();
  if (!reply) {
    note(reply.error().message);
    state.has_failed = true;
    state.chat.clear();
    for (const Message& message : before) state.chat.add(message);
    return;
  }
  state.last = reply->stats;
  if (reply->finish != FinishReason::kEnd) note(styled("2", fmt::format("[{}]", to_string(reply->finish))));
}

// Whether a file that is not there can be made is told before a long talk, not after it.
void go_on_from(const std::string& file, ChatState& state) {
  const auto restored = state.chat.restore(file);
  if (!restored) {
    if (restored.error().code != ErrorCode::kNotFound) throw Exception(restored.error());
    return state.chat.save(file).value();
  }
  const std::vector<Message>& messages = state.chat.messages();
  const bool has_system = !messages.empty() && messages.front().role == "system";
  const std::string system = has_system ? messages.front().content : "";
  if (!state.system.empty() && state.system != system) {
    throw UsageError(fmt::format(
        "{} goes on with other instructions than --system; leave that out, or begin a new file", file));
  }
  state.system = system;
  if (stdin_is_terminal()) note(styled("2", fmt::format("[{}]", counted(messages.size(), "message"))));
}

ExitCode chat(const Args& args) {
  std::optional<Session> draft;
  const GenerateOptions generate = args.generate.with(args.model, args.session, draft);
  const Model model = args.model.load();
  ChatOptions options;
  options.session = args.session.with(args.model);
  options.session.n_beams = generate.n_beams;
  options.enable_thinking = !args.no_thinking;
  Chat conversation = Chat::open(model, options).value();
  ChatState state{.chat = conversation, .system = args.system, .last = {}};
  start_anew(state);
  if (!args.session_file.empty()) go_on_from(args.session_file, state);
  LineReader reader("> ");
  if (stdin_is_terminal()) {
    std::signal(SIGINT, SIG_IGN);  // between answers: a Ctrl-C too many is not meant for the program
    note(styled("2", fmt::format("{}. /help shows what else there is.", model.info().name)));
  }
  while (!state.ended) {
    const std::optional<std::string> line = reader.read();
    if (!line) break;
    if (is_blank(*line)) continue;
    if (line->starts_with('/')) {
      run_chat_command(*line, state);
    } else {
      answer(generate, *line, state);
    }
  }
  if (!args.session_file.empty()) conversation.save(args.session_file).value();
  // A person has read what went wrong; a program that pipes questions in learns it from the exit code.
  return state.has_failed && !stdin_is_terminal() ? kFailure : kOk;
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  args->model.add(app);
  app.add_option("--system", args->system, "Instructions that stand before the conversation");
  app.add_option("--session", args->session_file,
                 "Go on with the conversation in FILE, if there is one, and save it there on leaving")
      ->option_text("FILE");
  app.add_flag("--no-thinking", args->no_thinking, "Ask a model that can reason to answer at once");
  args->session.add(app);
  args->generate.add(app);
  return [args] { return chat(*args); };
}

}  // namespace

extern const Command kChat;
const Command kChat{
    .name = "chat",
    .summary = "Talk with a model",
    .examples =
        "linnet chat smollm2-135m-instruct\n"
        "linnet chat model.gguf --system 'You are a pirate.' --temperature 0.7\n"
        "linnet chat model.gguf --session talk\n"
        "printf 'Hello!\\nAnd again!\\n' | linnet chat model.gguf",
    .configure = &configure,
};

}  // namespace linnet::cli
