// Texts whose records are known, for training.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tasks/extract_schema.h"
#include "tasks/words.h"

namespace linnet::tasks {

/// A value that stands in a text.
struct ExampleSpan {
  std::size_t field;  ///< Of RecordSchema::fields.
  ByteSpan bytes;

  bool operator==(const ExampleSpan&) const = default;
};

struct Example {
  std::string text;
  /// Where values stand, none overlapping, in ascending order: a value without a place is wherever it occurs.
  std::vector<ExampleSpan> spans;
  /// What each record has, a value that occurs more than once where it is nearest to the others.
  std::vector<std::vector<ExampleSpan>> records;
  /// Of kChoice: field and choice.
  std::vector<std::pair<std::size_t, std::size_t>> choices;
};

/// Reads JSON lines: {"text": T, "records": [{FIELD: VALUE, ...}, ...]}, where VALUE is a string that occurs
/// in the text, or {"value", "begin", "end"} with its place in bytes, or null; the
/// value of a typed field may also be what its words mean, as 1250 for "1,250 mg", where that needs no today.
/// "items" is another name of "records"; "slots": [{"slot": FIELD, "text", "begin", "end"}, ...] lists values
/// without records, and "label" is the value of the one enum. Fields that the schema lacks are passed over.
/// Errors:
/// kInvalidArgument, with the line: no JSON, no such text, a value that is not in it.
Result<std::vector<Example>> parse_examples(std::string_view lines, const RecordSchema& schema);

}  // namespace linnet::tasks
