#include "tasks/task_prompt.h"

#include "tests/engine/support.h"
#include "tests/support/temp_folder.h"

namespace linnet::tasks {
namespace {

using linnet::testing::expect_error;
using linnet::testing::load_tiny;

TEST(TaskPrompt, IsWhatAChatWouldSend) {
  for (const char* name : {"llama_tied", "gemma3"}) {
    const Model model = load_tiny(name);
    if (model.chat_template().empty()) continue;
    const TaskPrompt prompt = TaskPrompt::make(model, "Before ", " after.").value();
    ChatOptions options;
    options.session.n_threads = 1;
    options.date = "2026-01-01";
    Chat chat = Chat::open(model, options).value();
    chat.user("Before what after.");
    std::vector<Token> tokens = prompt.prefix();
    for (const Token token : prompt.text_and_rest("what").value()) tokens.push_back(token);
    EXPECT_EQ(model.detokenize(tokens, true).value(),
              model.detokenize(chat.prompt_tokens().value(), true).value());
  }
}

class TaskPromptFile : public linnet::testing::InTempFolder {};

TEST_F(TaskPromptFile, WithoutATemplateHasATokenBeforeTheText) {
  linnet::testing::ModelFile file(linnet::testing::tiny_model("llama_tied"));
  file.remove("tokenizer.chat_template");
  const Model model = Model::load(file.write(folder() / "plain.gguf")).value();
  const TaskPrompt prompt = TaskPrompt::make(model, "", "").value();
  EXPECT_EQ(prompt.prefix().size(), 1u);
  EXPECT_EQ(model.detokenize(prompt.text_and_rest("a").value()).value(), "a\n");
}

TEST(TaskPrompt, RefusesTextsThatAreNone) {
  const Model model = load_tiny();
  const TaskPrompt prompt = TaskPrompt::make(model, "", "").value();
  expect_error(prompt.text(""), ErrorCode::kInvalidArgument, "the text is empty");
  expect_error(prompt.text("ab\xFFz"), ErrorCode::kInvalidArgument, "byte 2 begins no character");
  expect_error(prompt.text_and_rest(""), ErrorCode::kInvalidArgument, "the text is empty");
}

}  // namespace
}  // namespace linnet::tasks
