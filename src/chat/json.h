// JSON text to Value and back, the latter as Python's json.dumps writes it (RFC 8259 apart from NaN and
// Infinity). Pure functions: any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/fail.h"
#include "chat/value.h"

namespace linnet::chat {

/// Containers nested deeper than this are refused, here and in templates.
inline constexpr std::size_t kMaxValueDepth = 128;

/// Objects keep their order; of equal keys the last one wins. All text is marked as input. Errors:
/// kInvalidArgument, not JSON (with the position), nested too deep, or a whole number beyond 64 bits.
Result<Value> parse_json(std::string_view text);

/// json.dumps's parameters of the same names.
struct JsonStyle {
  bool ensure_ascii = false;
  bool sort_keys = false;
  std::optional<std::string> indent{};  ///< What one level is indented by; absent: all on one line.
  std::optional<std::string> item_separator{};
  std::optional<std::string> key_separator{};
};

/// Errors: kInvalidArgument, something inside is no JSON value (undefined, a namespace, a tuple as key), keys
/// that cannot be sorted, or more than `max_bytes` of text.
Result<std::string> dump_json(const Value& value, const JsonStyle& style, std::size_t max_bytes);

}  // namespace linnet::chat
