// How a task's text stands in a conversation: in the user's message, between words of the task, as the
// model's own chat template presents it. What comes before the text is the same for all texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <linnet/model.h>

#include "base/fail.h"
#include "chat/chat_template.h"

namespace linnet::tasks {

class TaskPrompt {
 public:
  /// The user's message is before + text + after. Without a chat template in the model's file it stands
  /// alone, and the answer follows on the next line. Errors: of the template; kUnsupported, a template that
  /// leaves the text out. The model must outlive the prompt.
  static Result<TaskPrompt> make(const Model& model, std::string_view before, std::string_view after);

  /// Tokens before the text; never empty.
  const std::vector<Token>& prefix() const noexcept { return prefix_; }
  /// The text's own tokens; no special ones, whatever it says. Errors: kInvalidArgument, no UTF-8, or empty.
  Result<std::vector<Token>> text(std::string_view text) const;
  /// The text's tokens and all up to where the answer begins.
  Result<std::vector<Token>> text_and_rest(std::string_view text) const;

 private:
  const Model::Impl* model_ = nullptr;
  std::vector<Token> prefix_;
  std::vector<chat::RenderedPart> rest_;
};

}  // namespace linnet::tasks
