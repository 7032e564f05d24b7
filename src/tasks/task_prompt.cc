#include "tasks/task_prompt.h"

#include <algorithm>

#include <linnet/chat.h>

#include "base/check_utf8.h"
#include "engine/model_impl.h"
#include "engine/render.h"

namespace linnet::tasks {
namespace {

// Stands for the text when the template is rendered: what no template looks for.
constexpr std::string_view kMark = "{the text goes here}";

Result<std::vector<chat::RenderedPart>> render(const Model& model, const std::string& content) {
  const Model::Impl& m = *model.impl();
  if (m.chat_template.empty()) return std::vector<chat::RenderedPart>{{content, true}, {"\n", false}};
  LINNET_TRY(const chat::ChatTemplate chat_template, chat::ChatTemplate::parse(m.chat_template));
  // A day that never changes: one text gets one answer.
  LINNET_TRY(const chat::RenderClock clock, chat::RenderClock::from_date("2026-01-01"));
  const Message message{"user", content};
  return render_messages(chat_template, *m.tokenizer, {&message, 1}, /*enable_thinking=*/false, clock);
}

}  // namespace

Result<TaskPrompt> TaskPrompt::make(const Model& model, std::string_view before, std::string_view after) {
  const Tokenizer& tokenizer = *model.impl()->tokenizer;
  LINNET_TRY(std::vector<chat::RenderedPart> parts,
             render(model, fmt::format("{}{}{}", before, kMark, after)));
  // The last one: what stands before the text may say the same.
  const auto last = std::find_if(parts.rbegin(), parts.rend(), [](const chat::RenderedPart& part) {
    return part.text.find(kMark) != std::string::npos;
  });
  if (last == parts.rend()) {
    return fail(ErrorCode::kUnsupported, "{}: the chat template leaves the user's message out",
                model.impl()->file->name());
  }
  const auto marked = last.base() - 1;
  TaskPrompt prompt;
  prompt.model_ = model.impl().get();
  const std::size_t at = marked->text.rfind(kMark);
  prompt.rest_.push_back({marked->text.substr(at + kMark.size()), marked->from_input});
  prompt.rest_.insert(prompt.rest_.end(), marked + 1, parts.end());
  marked->text.resize(at);
  parts.erase(marked + 1, parts.end());
  LINNET_TRY(prompt.prefix_, encode_parts(tokenizer, parts));
  // A sequence's first token gathers attention and has a state like no other: it must not be the text's.
  if (prompt.prefix_.empty()) {
    const SpecialTokens& special = tokenizer.special();
    prompt.prefix_.push_back(special.bos != kNoToken ? special.bos : std::max(special.eos, Token{0}));
  }
  return prompt;
}

Result<std::vector<Token>> TaskPrompt::text(std::string_view text) const {
  LINNET_CHECK(check_utf8(text, "the text"));
  std::vector<Token> tokens;
  LINNET_CHECK(model_->tokenizer->encode(text, /*parse_special=*/false, tokens));
  if (tokens.empty()) return fail(ErrorCode::kInvalidArgument, "the text is empty");
  return tokens;
}

Result<std::vector<Token>> TaskPrompt::text_and_rest(std::string_view text) const {
  LINNET_CHECK(this->text(text));
  std::vector<Segment> segments = {{text, false}};
  for (const chat::RenderedPart& part : rest_) segments.push_back({part.text, !part.from_input});
  std::vector<Token> tokens;
  LINNET_CHECK(model_->tokenizer->encode(segments, tokens));
  return tokens;
}

}  // namespace linnet::tasks
