// What an extraction is to find: the record that a JSON Schema describes. A plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fail.h"

namespace linnet::tasks {

/// The most fields of a record, and the most values of an enum: what one Tagger can tell apart.
inline constexpr std::size_t kMaxFields = 256;

/// What the value of a field is.
enum class FieldKind : std::uint8_t {
  kText,     ///< A copy of the words that were found.
  kNumber,   ///< The number that they say, as JSON.
  kInteger,  ///< The same, whole.
  kDate,     ///< The date, as ISO 8601.
  kTime,     ///< The time of day, as ISO 8601.
  kUnit,     ///< What stands behind their number.
  kChoice,   ///< One of some labels of the whole text: no words.
};

struct Field {
  std::string name;
  std::string description;
  FieldKind kind = FieldKind::kText;
  std::optional<std::size_t> from;   ///< The field whose words it is read from, rather than having its own.
  std::vector<std::string> choices;  ///< Of kChoice.
  bool is_required = false;

  /// Whether words of the text are looked for.
  bool has_span() const noexcept { return kind != FieldKind::kChoice && !from; }
};

struct RecordSchema {
  std::vector<Field> fields;
  std::size_t max_records = std::numeric_limits<std::size_t>::max();

  /// The field of that name, or fields.size().
  std::size_t find(std::string_view name) const noexcept;
};

/// Reads a schema: an object whose properties are the fields; or an array of such, or an object whose one
/// property is such an array. A property is a string ("x-linnet-source": "span" or not: it is always a copy),
/// a number, an integer, a string of format "date", "time" or "unit", or an "enum" of strings.
/// "x-linnet-from": NAME reads it from the words of that field. Errors: kInvalidArgument, no JSON or
/// contradictory; kUnsupported, a keyword that extraction does not enforce; with the place as a JSON pointer.
Result<RecordSchema> parse_schema(std::string_view text);

}  // namespace linnet::tasks
