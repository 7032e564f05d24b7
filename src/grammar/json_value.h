// JSON as a schema author wrote it: members in their order, numbers as their digits, names once only.
// Values belong to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.h"

namespace linnet::grammar {

/// How deep values may be nested.
inline constexpr std::size_t kMaxJsonDepth = 200;

enum class JsonKind : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

struct JsonValue {
  JsonKind kind = JsonKind::kNull;
  std::string text{};                ///< A string's content as UTF-8; a number as it is written.
  std::vector<std::string> names{};  ///< Of an object's members.
  std::vector<JsonValue> items{};    ///< An array's items; the values of an object's members.

  bool is_boolean() const noexcept { return kind == JsonKind::kTrue || kind == JsonKind::kFalse; }
  /// The member `name` of an object; null if there is none or this is no object.
  const JsonValue* find(std::string_view name) const noexcept;
};

/// Errors: kInvalidArgument, with the byte: not JSON (RFC 8259), nested too deep, a name twice in an object.
Result<JsonValue> parse_json(std::string_view text);

/// "object", "string", ...
std::string_view to_string(JsonKind kind) noexcept;

/// A string's one canonical spelling, with its quotes: only what must be is escaped, as briefly as can be.
std::string json_quoted(std::string_view content);

/// `value` such that equal values, and no others, give equal texts: 1 and 1.0, members in any order.
std::string canonical(const JsonValue& value);

}  // namespace linnet::grammar
