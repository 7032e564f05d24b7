// Python's protocols on values: truth, equality, order, length, iteration, membership, str() and repr().
// Marks of origin do not take part in comparisons. Errors are kInvalidArgument with Python's sentence. Costs
// are those of Value::weight(); who runs a template charges them. Pure functions: any thread.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/fail.h"
#include "chat/value.h"

namespace linnet::chat {

bool truthy(const Value& value) noexcept;
bool equal(const Value& a, const Value& b) noexcept;
/// Equal values hash alike; values that cannot be a key (see is_hashable) hash to 0.
std::size_t hash(const Value& value) noexcept;
std::size_t hash(std::string_view text) noexcept;
bool is_hashable(const Value& value) noexcept;
/// How a stands to b; unordered with NaN. Error: types without an order; `op` is named in it.
Result<std::partial_ordering> compare(const Value& a, const Value& b, std::string_view op);
/// Whether a code point string, list, tuple or view, or a dict's keys, contains `item`.
Result<bool> contains(const Value& container, const Value& item);
/// len().
Result<std::size_t> length(const Value& value);
bool has_length(const Value& value) noexcept;
/// What `for` visits: items, a dict's keys, a text's code points, nothing for undefined.
Result<Value::SequencePtr> iterate(const Value& value);
bool is_iterable(const Value& value) noexcept;

/// str(): text as it is; anything else as repr() and, if any text inside is the caller's, marked so as a
/// whole.
Text to_text(const Value& value);
/// repr().
std::string repr(const Value& value);
std::string repr_float(double value);
std::string repr_text(std::string_view text);

}  // namespace linnet::chat
