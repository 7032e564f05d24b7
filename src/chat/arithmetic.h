// Python's arithmetic operators on values.
#pragma once

#include <string_view>

#include "base/fail.h"
#include "chat/runtime.h"
#include "chat/value.h"

namespace linnet::chat {

/// a op b for +, -, *, /, //, %, **. Text and lists are concatenated, repeated and formatted as in Python;
/// marks of origin go along. Errors: types that do not go together, division by zero, whole numbers beyond 64
/// bits, too large a result.
Result<Value> arithmetic(Runtime& runtime, std::string_view op, const Value& a, const Value& b);

/// -a, +a.
Result<Value> signed_value(const Value& a, bool negative);

}  // namespace linnet::chat
