#include "cli/chat_commands.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/new_file.h"
#include "cli/terminal.h"

namespace linnet::cli {
namespace {

struct ChatCommand {
  std::string_view name;
  std::string_view argument;  // empty: takes none
  std::string_view help;
  void (*run)(std::string_view argument, ChatState& state);
};

std::string conversation_json(const Chat& chat) {
  nlohmann::ordered_json messages = nlohmann::ordered_json::array();
  for (const Message& message : chat.messages()) {
    messages.push_back({{"role", message.role}, {"content", message.content}});
  }
  return messages.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void save(std::string_view argument, ChatState& state) {
  try {
    NewFile file{std::string(argument)};
    file.write(conversation_json(state.chat));
    file.commit();
    note(fmt::format("{} written to {}", counted(state.chat.messages().size(), "message"), argument));
  } catch (const Exception& error) {
    note(error.what());
  }
}

void show_stats(std::string_view, ChatState& state) {
  const Session& session = state.chat.session();
  if (state.last) {
    note(fmt::format("last prompt: {}\nlast answer: {}", format_rate(state.last->prompt),
                     format_rate(state.last->decode)));
  }
  note(fmt::format("context: {} of {} tokens, {:.1f} MB", session.tokens().size(), session.n_ctx(),
                   static_cast<double>(session.n_bytes()) / 1e6));
}

void set_system(std::string_view argument, ChatState& state) {
  state.system = argument;
  start_anew(state);
}

void show_help(std::string_view, ChatState&);

// The one list of chat commands.
constexpr ChatCommand kCommands[] = {
    {"/help", "", "show this", &show_help},
    {"/clear", "", "forget the conversation", [](std::string_view, ChatState& state) { start_anew(state); }},
    {"/system", "TEXT", "start again with TEXT as instructions", &set_system},
    {"/stats", "", "show speeds and how full the context is", &show_stats},
    {"/save", "FILE", "write the conversation as JSON", &save},
    {"/exit", "", "leave (also Ctrl-D)", [](std::string_view, ChatState& state) { state.ended = true; }},
};

void show_help(std::string_view, ChatState&) {
  for (const ChatCommand& command : kCommands) {
    note(fmt::format("{:15} {}", fmt::format("{} {}", command.name, command.argument), command.help));
  }
  note("Ctrl-C stops an answer; pressed three times, the program.");
}

}  // namespace

void start_anew(ChatState& state) {
  state.chat.clear();
  if (!state.system.empty()) state.chat.system(state.system);
}

void run_chat_command(std::string_view line, ChatState& state) {
  const std::size_t space = std::min(line.find(' '), line.size());
  std::string_view argument = line.substr(space);
  argument.remove_prefix(std::min(argument.find_first_not_of(' '), argument.size()));
  for (const ChatCommand& command : kCommands) {
    if (command.name != line.substr(0, space)) continue;
    if (command.argument.empty() == argument.empty()) return command.run(argument, state);
    return note(fmt::format("usage: {} {}", command.name, command.argument));
  }
  note(fmt::format("there is no command {}; /help shows what there is", line.substr(0, space)));
}

}  // namespace linnet::cli
