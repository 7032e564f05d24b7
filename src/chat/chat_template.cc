#include "chat/chat_template.h"

#include "base/guard.h"
#include "chat/ast.h"
#include "chat/evaluator.h"
#include "chat/json.h"
#include "chat/parser.h"

namespace linnet::chat {

struct ChatTemplate::Impl {
  ast::Body body;
};

ChatTemplate::ChatTemplate(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;

Result<ChatTemplate> ChatTemplate::parse(std::string_view source) {
  return guard([&]() -> Result<ChatTemplate> {
    LINNET_TRY(ast::Body body, parse_template(source));
    return ChatTemplate(std::make_unique<Impl>(Impl{std::move(body)}));
  });
}

Result<std::vector<RenderedPart>> ChatTemplate::render(const Value& globals, const RenderClock& now) const {
  return guard([&]() -> Result<std::vector<RenderedPart>> {
    if (globals.as_dict() == nullptr) {
      return fail(ErrorCode::kInvalidArgument, "a chat template is rendered with a dict, not {}",
                  globals.type_name());
    }
    if (globals.depth() > kMaxValueDepth) {
      return fail(ErrorCode::kInvalidArgument, "the template's values nest deeper than {} levels",
                  kMaxValueDepth);
    }
    LINNET_TRY(const Text text, Evaluator(globals, now).run(impl_->body));
    std::vector<RenderedPart> parts;
    std::size_t begin = 0;
    for (const Text::Run& run : text.runs()) {
      parts.push_back({std::string(text.bytes().substr(begin, run.end - begin)), run.from_input});
      begin = run.end;
    }
    return parts;
  });
}

}  // namespace linnet::chat
