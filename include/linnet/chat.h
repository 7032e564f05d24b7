/// \file
/// Chat: a conversation through the model's own chat template. A chat owns its session and keeps its model
/// alive. It belongs to one thread at a time; only cancel() may be called from another. A chat that was moved
/// from may only be assigned to or destroyed.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <linnet/generate.h>
#include <linnet/session.h>

namespace linnet {

/// One turn of a conversation.
struct Message {
  std::string role;     ///< "system", "user", "assistant", or what else the template knows.
  std::string content;  ///< UTF-8.
};

/// How to open a chat.
struct ChatOptions {
  /// Of the session that the chat opens.
  SessionOptions session{};
  /// A Jinja template to use instead of the file's.
  std::string chat_template{};
  /// Whether a model that can reason before it answers should: the template's `enable_thinking`.
  bool enable_thinking = true;
  /// Today's date for templates that ask, "YYYY-MM-DD"; empty means the system clock.
  std::string date{};
};

/// An answer.
struct Reply {
  std::string text;       ///< The answer, without reasoning.
  std::string reasoning;  ///< What stood between the model's thinking marks; empty for most models.
  std::vector<GeneratedToken> tokens;        ///< All that were made, those of the reasoning included.
  FinishReason finish = FinishReason::kEnd;  ///< Why it ended there.
  Stats stats;              ///< Of this reply; prompt counts the tokens that were not already in the cache.
  Speculation speculation;  ///< Of this reply.
};

/// A conversation; see the top of this page.
class LINNET_API Chat {
 public:
  /// Errors: kNotFound, neither the file nor the options have a chat template; kUnsupported, the template
  /// uses a Jinja feature that linnet lacks; else as Session::open().
  static Result<Chat> open(const Model& model, const ChatOptions& options = {});

  /// Takes over; `other` may then only be assigned to or destroyed.
  Chat(Chat&& other) noexcept;
  /// Takes over and gives back what this chat held; `other` may then only be assigned to or destroyed.
  Chat& operator=(Chat&& other) noexcept;
  ~Chat();

  /// Adds instructions. This and its siblings compute nothing: reply() does. Text in a message cannot forge
  /// special tokens. A message that there is no memory for makes prompt() and reply() fail with kOutOfMemory
  /// until clear().
  void system(std::string content) noexcept;
  /// Adds what the user says; see system().
  void user(std::string content) noexcept;
  /// Adds an answer, as an example or from an earlier conversation; see system().
  void assistant(std::string content) noexcept;
  /// Adds a message of any role; see system().
  void add(Message message) noexcept;

  /// Renders the conversation, computes what the cache does not hold yet, and makes the assistant's answer,
  /// which is then part of the conversation. The callback receives the answer as it is made, without
  /// reasoning. With GenerateOptions::shift_keep a conversation that does not fit is read without its oldest
  /// tokens after the first that many, in steps of half of the context. Errors: kContextFull, it does not fit
  /// and shift_keep is not set; kInvalidArgument, the template refuses it or an option is out of range. After
  /// an error the conversation is as it was before the call.
  Result<Reply> reply(const PieceCallback& callback = {}, const GenerateOptions& options = {});

  /// The conversation as the model will read it, special tokens by their names. Errors: as reply().
  Result<std::string> prompt() const;
  /// The same as tokens, for a Session or a Batch: text of messages is plain text there too. Errors: as
  /// reply().
  Result<std::vector<Token>> prompt_tokens() const;

  /// Writes the conversation and the session to a file, as Session::save() does. Errors: as there;
  /// kInvalidArgument, more than 256 MiB of text; kOutOfMemory, a message was lost.
  Result<void> save(const std::filesystem::path& path) const;
  /// Goes on where a saved chat was, in place of the conversation that this one holds: the next reply()
  /// computes only what is new. Template, date and thinking are this chat's own. Errors, which leave the chat
  /// as it was: as Session::restore(), to which the file of a session is not that of a chat.
  Result<void> restore(const std::filesystem::path& path);

  /// The conversation so far.
  const std::vector<Message>& messages() const noexcept;
  /// Forgets the conversation.
  void clear() noexcept;
  /// Ends a running reply() soon, from any thread; see Session::cancel().
  void cancel() noexcept;
  /// The session underneath.
  const Session& session() const noexcept;

 private:
  struct LINNET_LOCAL Impl;
  explicit Chat(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace linnet
