// The functions that templates find ready: filters, tests, global functions and methods, each kind one list
// of rows.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "chat/value.h"

namespace linnet::chat {

class Runtime;

/// What a call passes, as written.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

/// Arguments matched to a builtin's parameters.
class Bound {
 public:
  /// `all` must outlive the result, as must `slots`.
  Bound(std::span<const Value* const> slots, const Arguments& all) : slots_(slots), all_(all) {}
  /// nullptr if the call does not give parameter `i`.
  const Value* operator[](std::size_t i) const { return slots_[i]; }
  bool flag(std::size_t i) const;
  /// Errors: the argument is given but of another type.
  Result<std::int64_t> integer(std::size_t i, std::int64_t absent) const;
  Result<Text> text(std::size_t i, Text absent) const;
  const Arguments& all() const { return all_; }

 private:
  std::span<const Value* const> slots_;
  const Arguments& all_;
};

/// One row of a list. `parameters` names them in order, "a b? c?": a question mark where one may be left out;
/// "*" takes whatever comes, unmatched. `self` is the value before the bar, the subject of a test, the owner
/// of a method.
struct Builtin {
  std::string_view name;
  std::string_view parameters;
  Result<Value> (*function)(Runtime& runtime, const Value& self, const Bound& arguments);
};

/// Rows by name, or nullptr.
const Builtin* find_filter(std::string_view name) noexcept;
const Builtin* find_test(std::string_view name) noexcept;
const Builtin* find_function(std::string_view name) noexcept;
/// A method of text, list, tuple or dict.
const Builtin* find_method(const Value& owner, std::string_view name) noexcept;
/// Whether Python has this method but the sandbox forbids it because it changes its owner.
bool is_forbidden_method(const Value& owner, std::string_view name) noexcept;
/// Whether Jinja has this filter though linnet does not.
bool is_missing_filter(std::string_view name) noexcept;

/// Matches `arguments` to the row's parameters and calls it. Errors: too many, too few or unknown arguments,
/// and the builtin's own.
Result<Value> call_builtin(Runtime& runtime, const Builtin& builtin, const Value& self,
                           const Arguments& arguments);

}  // namespace linnet::chat
