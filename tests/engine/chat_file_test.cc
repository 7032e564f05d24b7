// Saved chats: that a restored one goes on as the first would have, and what a file may be refused for.
#include "engine/chat_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/byte_reader.h"
#include "base/hash64.h"
#include "tests/engine/support.h"
#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

using testing::at_most;
using testing::copy;
using testing::expect_error;
using testing::file_text;
using testing::load_tiny;
using testing::tokens_of;

Chat open_chat(const Model& model, std::size_t n_ctx = 256, CacheFormat cache = CacheFormat::kF16) {
  ChatOptions options;
  options.session.n_threads = 1;
  options.session.n_ctx = n_ctx;
  options.session.cache = cache;
  return Chat::open(model, options).value();
}

std::string with_hash(std::string head) {
  Hash64 hash;
  hash.add(std::as_bytes(std::span(head)));
  const auto bytes = to_little(hash.value());
  return head.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<SavedChat> parse(const std::string& file) {
  return parse_chat_file_head(std::as_bytes(std::span(file)), "a.chat");
}

class ChatFile : public testing::InTempFolder {
 protected:
  const std::filesystem::path path_ = folder() / "chat";
  const Model model_ = load_tiny();

  // A chat after one answer, saved.
  Chat chat_ = [this] {
    Chat chat = open_chat(model_);
    chat.system("Be brief.");
    chat.user("Hi");
    chat.reply({}, at_most(8)).value();
    chat.save(path_).value();
    return chat;
  }();
  const std::string file_ = file_text(path_);

  void expect_refusal(const std::string& file, ErrorCode code, std::string_view part) {
    const auto path = write_file("refused", file);
    const auto tokens = copy(chat_.session().tokens());
    const std::string prompt = chat_.prompt().value();
    const auto restored = chat_.restore(path);
    expect_error(restored, code, part);
    EXPECT_TRUE(restored.error().message.starts_with(path.string() + ": "));
    EXPECT_EQ(copy(chat_.session().tokens()), tokens);
    EXPECT_EQ(chat_.prompt().value(), prompt);
  }
};

TEST_F(ChatFile, ARestoredChatGoesOnAsTheFirstWouldHave) {
  Chat restored = open_chat(model_, 200);
  restored.user("forgotten");
  restored.restore(path_).value();
  EXPECT_EQ(restored.prompt().value(), chat_.prompt().value());
  ASSERT_EQ(restored.messages().size(), 3u);
  EXPECT_EQ(restored.messages()[0].role, "system");
  for (Chat* const chat : {&chat_, &restored}) chat->user("And now?");
  const Reply want = chat_.reply({}, at_most(8)).value();
  const Reply got = restored.reply({}, at_most(8)).value();
  EXPECT_EQ(got.text, want.text);
  EXPECT_EQ(tokens_of(got.tokens), tokens_of(want.tokens));
  EXPECT_EQ(got.stats.prompt.n_tokens, want.stats.prompt.n_tokens) << "the history was computed again";
}

TEST_F(ChatFile, AnEmptyChatAndAnyTextCanBeSaved) {
  Chat empty = open_chat(model_);
  empty.save(path_).value();
  chat_.restore(path_).value();
  EXPECT_TRUE(chat_.messages().empty());
  EXPECT_TRUE(chat_.session().tokens().empty());
  const std::string odd("\xff\0<|im_end|>\n", 14);
  chat_.add({odd, odd});
  chat_.save(path_).value();
  empty.restore(path_).value();
  EXPECT_EQ(empty.messages().at(0).role, odd);
  EXPECT_EQ(empty.messages().at(0).content, odd);
}

TEST_F(ChatFile, AFolderThatIsNotThereIsAnError) {
  expect_error(chat_.save(folder() / "no/such"), ErrorCode::kNotFound, "no/such");
  expect_error(chat_.restore(folder() / "none"), ErrorCode::kNotFound, "none");
  expect_error(chat_.restore(folder()), ErrorCode::kIo, "");
  EXPECT_EQ(n_files(), 1);
}

TEST_F(ChatFile, WhatDoesNotFitIsRefused) {
  Chat small = open_chat(model_, 16);
  expect_error(small.restore(path_), ErrorCode::kContextFull, "16");
  Chat wide = open_chat(model_, 256, CacheFormat::kF32);
  expect_error(wide.restore(path_), ErrorCode::kInvalidArgument, "f16");
  Chat other = open_chat(load_tiny("llama_untied"));
  expect_error(other.restore(path_), ErrorCode::kInvalidArgument, "another model");
  for (const Chat* const chat : {&small, &wide, &other}) EXPECT_TRUE(chat->messages().empty());
  Session session = testing::open_session(model_, 256);
  expect_error(session.restore(path_), ErrorCode::kCorrupt, "not a session file");
  session.append(testing::some_tokens(3)).value();
  session.save(folder() / "session").value();
  expect_refusal(file_text(folder() / "session"), ErrorCode::kCorrupt, "not the file of a chat");
}

TEST_F(ChatFile, DamageIsFound) {
  expect_refusal("", ErrorCode::kCorrupt, "not the file of a chat");
  std::string version = file_;
  version[8] = 9;
  expect_refusal(version, ErrorCode::kUnsupported, "version 9");
  for (std::size_t n = 0; n < file_.size(); n += n < 200 ? 1 : 611) {
    expect_refusal(file_.substr(0, n), ErrorCode::kCorrupt, "");
  }
  expect_refusal(file_ + '\0', ErrorCode::kCorrupt, "");
  for (std::size_t at = 12; at < file_.size(); at += at < 200 ? 1 : 613) {
    std::string file = file_;
    file[at] = static_cast<char>(file[at] ^ 0x10);
    const auto restored = chat_.restore(write_file("refused", file));
    EXPECT_FALSE(restored.has_value()) << "byte " << at;
  }
  chat_.restore(path_).value();
}

// With a checksum that is right.
TEST(ChatFileHead, CountsAndLengthsThatLieAreRefused) {
  const std::string start("LNTCHAT\n\1\0\0\0", 12);
  EXPECT_TRUE(parse(with_hash(start + std::string(4, '\0'))).has_value());
  for (const std::string& rest :
       {std::string(4, '\xff'), std::string("\1\0\0\0", 4) + std::string(8, '\xff'),
        std::string("\1\0\0\0", 4) + std::string(8, '\0') + std::string(8, '\x7f')}) {
    expect_error(parse(with_hash(start + rest)), ErrorCode::kCorrupt, "a.chat: ");
  }
  const Message messages[] = {{"user", "Hi"}, {"", ""}};
  const auto head = make_chat_file_head(messages).value();
  const auto saved = parse_chat_file_head(head, "a.chat").value();
  EXPECT_EQ(saved.n_head_bytes, head.size());
  ASSERT_EQ(saved.messages.size(), 2u);
  EXPECT_EQ(saved.messages[0].content, "Hi");
}

}  // namespace
}  // namespace linnet
