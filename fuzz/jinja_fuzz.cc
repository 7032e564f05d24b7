// Any bytes as a chat template: an error that says where, or text whose every part is what it claims to be.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "chat/chat_template.h"
#include "chat/json.h"

namespace linnet::chat {
namespace {

constexpr std::string_view kConversation = R"({"messages": [{"role": "user", "content": "  a\u00e9 <|x|>"},
  {"role": "assistant", "content": null,
   "tool_calls": [{"function": {"name": "f", "arguments": {"k": [1, 2.5]}}}]}],
  "tools": null, "add_generation_prompt": true})";

void require(bool condition) {
  if (!condition) std::abort();
}

void render(std::string_view source) {
  static const Value globals = parse_json(kConversation).value();
  const auto parsed = ChatTemplate::parse(source);
  if (!parsed) return require(parsed.error().message.starts_with("chat template"));
  const auto parts = parsed->render(globals, {});
  if (!parts) return require(parts.error().message.starts_with("chat template, line "));
  bool last = false;
  for (std::size_t i = 0; i < parts->size(); ++i) {
    require(!(*parts)[i].text.empty() && (i == 0 || (*parts)[i].from_input != last));
    last = (*parts)[i].from_input;
  }
}

}  // namespace
}  // namespace linnet::chat

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  linnet::chat::render(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
