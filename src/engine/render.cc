#include "engine/render.h"

#include <algorithm>

namespace linnet {
namespace {

// Some templates build special tokens from roles, as in '<|' + role + '|>'. A plain word cannot forge
// anything else.
chat::Value role_value(const std::string& role) {
  const bool is_word = std::all_of(role.begin(), role.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return is_word ? chat::Value::trusted(role) : chat::Value::string(role);
}

}  // namespace

// With the names that transformers gives to templates.
Result<std::vector<chat::RenderedPart>> render_messages(const chat::ChatTemplate& chat_template,
                                                        const Tokenizer& tokenizer,
                                                        std::span<const Message> messages,
                                                        bool enable_thinking,
                                                        const chat::RenderClock& clock) {
  using chat::Value;
  const auto name_of = [&](Token token) {
    return Value::trusted(token == kNoToken ? std::string() : std::string(tokenizer.text(token)));
  };
  std::vector<Value> list;
  for (const Message& message : messages) {
    list.push_back(
        Value::dict({{"role", role_value(message.role)}, {"content", Value::string(message.content)}}));
  }
  const Value globals = Value::dict({{"messages", Value::list(std::move(list))},
                                     {"tools", Value::none()},
                                     {"documents", Value::none()},
                                     {"add_generation_prompt", Value::boolean(true)},
                                     {"enable_thinking", Value::boolean(enable_thinking)},
                                     {"bos_token", name_of(tokenizer.special().bos)},
                                     {"eos_token", name_of(tokenizer.special().eos)}});
  return chat_template.render(globals, clock);
}

Result<std::vector<Token>> encode_parts(const Tokenizer& tokenizer,
                                        std::span<const chat::RenderedPart> parts) {
  std::vector<Segment> segments;
  for (const chat::RenderedPart& part : parts) segments.push_back({part.text, !part.from_input});
  std::vector<Token> tokens;
  LINNET_CHECK(tokenizer.encode(segments, tokens));
  // Most templates write the first token themselves.
  const SpecialTokens& special = tokenizer.special();
  if (special.add_bos && special.bos != kNoToken && (tokens.empty() || tokens.front() != special.bos)) {
    tokens.insert(tokens.begin(), special.bos);
  }
  return tokens;
}

}  // namespace linnet
