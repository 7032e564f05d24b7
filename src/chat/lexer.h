// Template text to tokens, with Jinja's whitespace control as chat templates use it: trim_blocks and
// lstrip_blocks on, one trailing newline dropped, all newlines read as \n.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fail.h"

namespace linnet::chat {

struct Token {
  enum class Kind : std::uint8_t {
    kData,
    kOutputBegin,
    kOutputEnd,
    kBlockBegin,
    kBlockEnd,
    kName,
    kString,  ///< `text` is unescaped.
    kInteger,
    kFloat,
    kOperator,
    kEnd,
  };
  Kind kind;
  std::uint32_t line;  ///< From 1.
  std::string text;

  bool is_operator(std::string_view op) const { return kind == Kind::kOperator && text == op; }
  bool is_name(std::string_view name) const { return kind == Kind::kName && text == name; }
};

/// The last token is kEnd. Errors: kInvalidArgument, with the line.
Result<std::vector<Token>> tokenize(std::string_view source);

}  // namespace linnet::chat
