// What a line that begins with "/" does in a chat.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <linnet/linnet.h>

namespace linnet::cli {

/// What the commands of a chat work on.
struct ChatState {
  Chat& chat;
  std::string system;         ///< Instructions that stand before the conversation; may be empty.
  std::optional<Stats> last;  ///< Of the last answer.
  bool has_failed = false;    ///< A question got no answer.
  bool ended = false;
};

/// Forgets the conversation and begins anew with the instructions.
void start_anew(ChatState& state);

/// Carries out a line such as "/save talk.json". Complaints go to stderr; a chat goes on after them.
void run_chat_command(std::string_view line, ChatState& state);

}  // namespace linnet::cli
