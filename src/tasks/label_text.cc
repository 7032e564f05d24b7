#include "tasks/label_text.h"

namespace linnet::tasks {

std::string label_text(std::string_view name) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  std::string text;
  bool has_word = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool is_break = c == '_' || c == '-' || c == '.' || c == '/' || c == ' ';
    if (i > 0 && is_upper(c) && is_lower(name[i - 1])) text += ' ';
    text += is_break ? ' ' : is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    has_word = has_word || !is_break;
  }
  return has_word ? text : std::string(name);
}

}  // namespace linnet::tasks
