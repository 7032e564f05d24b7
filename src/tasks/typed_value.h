// What the words of a value mean: the number, the unit, the date or the time of day that they say. English,
// and digits in every language. Pure functions: any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tasks/calendar.h"
#include "tasks/extract_schema.h"

namespace linnet::tasks {

/// `words` as a value of that kind, in its normal form: a JSON number (of
/// any number of digits, but within the range of a double), "mg", "2019-03-03", "19:30"; nothing
/// if they say none. `today` is what "tomorrow" and dates without a year are told from: the next such day.
std::optional<std::string> typed_value(FieldKind kind, std::string_view words,
                                       const std::optional<Day>& today);

}  // namespace linnet::tasks
