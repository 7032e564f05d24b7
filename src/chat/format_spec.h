// What a replacement field asks for, in printf's and in str.format's notation, and how one value is written
// so.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/fail.h"
#include "chat/runtime.h"
#include "chat/text.h"
#include "chat/value.h"

namespace linnet::chat {

struct FormatSpec {
  Text fill = Text(" ", false);
  char align = '\0';  ///< One of < > ^ = or none given.
  char sign = '-';    ///< + or space: written before positive numbers too.
  bool alternate = false;
  char grouping = '\0';  ///< , or _ between thousands.
  std::int64_t width = 0;
  std::optional<std::int64_t> precision;
  char type = '\0';
};

/// `[[fill]align][sign][#][0][width][grouping][.precision][type]`. Error: anything else.
Result<FormatSpec> parse_format_spec(const Text& spec);
/// format(value, spec). Errors: a spec that the type does not know, a result beyond the bounds.
Result<Text> format_value(Runtime& runtime, const Value& value, const FormatSpec& spec);
/// Reads digits at `at`; absent if there are none. Errors: a number beyond the bounds on text.
Result<std::optional<std::int64_t>> parse_width(std::string_view text, std::size_t& at);

}  // namespace linnet::chat
