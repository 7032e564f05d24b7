// The file that a chat is saved in: its messages and its session in one, so that they cannot get out of step.
// Little-endian:
//
//   8 bytes  "LNTCHAT\n"
//   u32      version: kChatFileVersion
//   u32      messages
//   for each message: u64 bytes of its role, the role, u64 bytes of its content, the content
//   u64      hash of everything before
//   the session, as session_file.h says
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <linnet/chat.h>

#include "base/fail.h"

namespace linnet {

/// To be raised with every change of the layout above.
inline constexpr std::uint32_t kChatFileVersion = 1;
/// What stands before the session has at most so many bytes.
inline constexpr std::size_t kMaxChatFileHead = std::size_t{1} << 28;

/// What stands before the session. Error: kInvalidArgument, more than kMaxChatFileHead bytes.
Result<std::vector<std::byte>> make_chat_file_head(std::span<const Message> messages);

/// The messages of a file, and where its session begins.
struct SavedChat {
  std::vector<Message> messages;
  std::size_t n_head_bytes = 0;
};

/// Checks everything before the session, whoever wrote it. `name` stands for the file in errors: kCorrupt, no
/// chat file, or cut off or damaged; kUnsupported, a file of another version.
Result<SavedChat> parse_chat_file_head(std::span<const std::byte> file, std::string_view name);

}  // namespace linnet
