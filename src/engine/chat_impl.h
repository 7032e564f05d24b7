// What a Chat points to.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <linnet/chat.h>

#include "base/fail.h"
#include "chat/chat_template.h"
#include "chat/reasoning.h"
#include "engine/model_impl.h"

namespace linnet {

struct LINNET_LOCAL Chat::Impl {
  Impl(Session session_, chat::ChatTemplate chat_template_, ChatOptions options_)
      : session(std::move(session_)),
        chat_template(std::move(chat_template_)),
        options(std::move(options_)) {}

  Session session;
  chat::ChatTemplate chat_template;
  const ChatOptions options;
  std::optional<chat::ReasoningMarks> marks;
  std::vector<Message> messages;
  bool lost_message = false;  // there was no memory for it

  void add(std::string_view role, std::string& content) noexcept;
  /// Error: kOutOfMemory, a message was lost.
  Result<void> check_messages() const;
  const Tokenizer& tokenizer() const { return *session.model().impl()->tokenizer; }
  Result<std::vector<chat::RenderedPart>> render() const;
  Result<void> make_fit(std::vector<Token>& prompt, std::optional<std::size_t> keep) const;
  Result<void> catch_up(std::span<const Token> prompt);
  Result<Reply> reply(const PieceCallback& callback, const GenerateOptions& generate_options);
};

}  // namespace linnet
