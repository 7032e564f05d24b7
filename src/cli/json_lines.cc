#include "cli/json_lines.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

constexpr int kMaxDepth = 100;  // what is copied and printed has to fit the stack

}  // namespace

std::optional<Json> parse_json(const std::string& text) {
  bool is_deep = false;
  const auto look = [&is_deep](int depth, Json::parse_event_t, const Json&) {
    is_deep = is_deep || depth > kMaxDepth;
    return !is_deep;
  };
  Json value = Json::parse(text, look, /*allow_exceptions=*/false);
  if (is_deep || value.is_discarded()) return std::nullopt;
  return value;
}

Json parse_json(const std::string& text, const std::string& where) {
  std::optional<Json> value = parse_json(text);
  if (!value) fail(ErrorCode::kInvalidArgument, fmt::format("{}: not valid JSON", where));
  return *std::move(value);
}

void for_each_json_line(const std::string& text, const std::string& name,
                        const std::function<void(const Json& value, const std::string& where)>& take) {
  for_each_line(text, [&](const std::string& line, std::size_t number) {
    const std::string where = fmt::format("{}, line {}", name, number);
    take(parse_json(line, where), where);
  });
}

std::string text_of(const Json& value, const char* key, const std::string& where) {
  if (!value.is_object() || !value.contains(key) || !value[key].is_string()) {
    fail(ErrorCode::kInvalidArgument, fmt::format("{}: an object with a text \"{}\" is wanted", where, key));
  }
  return value[key].get<std::string>();
}

std::string to_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace linnet::cli
