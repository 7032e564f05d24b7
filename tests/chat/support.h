// What several of this folder's tests need.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "chat/chat_template.h"
#include "chat/json.h"

namespace linnet::chat {

inline constexpr RenderClock kNoon{2026, 1, 15, 12, 0, 0};

inline Result<std::vector<RenderedPart>> render(std::string_view source, const Value& globals) {
  LINNET_TRY(const ChatTemplate parsed, ChatTemplate::parse(source));
  return parsed.render(globals, kNoon);
}

inline std::string join_parts(const std::vector<RenderedPart>& parts) {
  std::string out;
  for (const RenderedPart& part : parts) out += part.text;
  return out;
}

/// The rendered text, or "error: ...".
inline std::string render_text(std::string_view source, const Value& globals = Value::dict({})) {
  const auto parts = render(source, globals);
  return parts ? join_parts(*parts) : "error: " + parts.error().message;
}

/// tests/golden/chat/cases.json.
inline Value golden_cases() {
  std::ifstream in(LINNET_GOLDEN_DIR "/chat/cases.json");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return parse_json(text).value();
}

}  // namespace linnet::chat
