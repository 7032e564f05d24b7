#include "chat/builtins.h"

#include <algorithm>
#include <array>

#include "chat/builtin_lists.h"
#include "chat/runtime.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

constexpr std::size_t kMaxParameters = 8;

constexpr std::array<std::string_view, 9> kMissingFilters = {"filesizeformat", "forceescape", "pprint",
                                                             "random",         "striptags",   "urlencode",
                                                             "urlize",         "wordwrap",    "xmlattr"};

constexpr std::array<std::string_view, 5> kForbiddenDictMethods = {"clear", "pop", "popitem", "setdefault",
                                                                   "update"};
constexpr std::array<std::string_view, 8> kForbiddenListMethods = {"append", "clear",  "extend",  "insert",
                                                                   "pop",    "remove", "reverse", "sort"};

const Builtin* find_in(std::span<const Builtin> rows, std::string_view name) noexcept {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Builtin& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

template <class List>
bool holds(const List& list, std::string_view name) noexcept {
  return std::find(list.begin(), list.end(), name) != list.end();
}

struct Parameter {
  std::string_view name;
  bool optional;
};

/// Takes the first parameter off the row's list.
Parameter next_parameter(std::string_view& list) {
  const std::size_t end = std::min(list.find(' '), list.size());
  std::string_view name = list.substr(0, end);
  list.remove_prefix(std::min(end + 1, list.size()));
  const bool optional = !name.empty() && name.back() == '?';
  if (optional) name.remove_suffix(1);
  return {name, optional};
}

}  // namespace

bool Bound::flag(std::size_t i) const { return slots_[i] != nullptr && truthy(*slots_[i]); }

Result<std::int64_t> Bound::integer(std::size_t i, std::int64_t absent) const {
  if (slots_[i] == nullptr) return absent;
  std::int64_t out = 0;
  if (slots_[i]->as_int(out)) return out;
  return fail(ErrorCode::kInvalidArgument, "'{}' object cannot be interpreted as an integer",
              slots_[i]->type_name());
}

Result<Text> Bound::text(std::size_t i, Text absent) const {
  if (slots_[i] == nullptr) return absent;
  if (const Text* text = slots_[i]->as_text()) return *text;
  return fail(ErrorCode::kInvalidArgument, "expected str, not {}", slots_[i]->type_name());
}

const Builtin* find_filter(std::string_view name) noexcept {
  const Builtin* row = find_in(text_filters(), name);
  return row != nullptr ? row : find_in(sequence_filters(), name);
}

const Builtin* find_test(std::string_view name) noexcept { return find_in(tests(), name); }
const Builtin* find_function(std::string_view name) noexcept { return find_in(functions(), name); }

const Builtin* find_method(const Value& owner, std::string_view name) noexcept {
  if (owner.as_text() != nullptr) return find_in(text_methods(), name);
  if (owner.as_dict() != nullptr) return find_in(dict_methods(), name);
  if (owner.is_list() || owner.is_tuple()) return find_in(sequence_methods(), name);
  return nullptr;
}

bool is_forbidden_method(const Value& owner, std::string_view name) noexcept {
  if (owner.as_dict() != nullptr) return holds(kForbiddenDictMethods, name);
  return owner.is_list() && holds(kForbiddenListMethods, name);
}

bool is_missing_filter(std::string_view name) noexcept { return holds(kMissingFilters, name); }

Result<Value> call_builtin(Runtime& runtime, const Builtin& builtin, const Value& self,
                           const Arguments& arguments) {
  const Runtime::Level level(runtime);
  LINNET_CHECK(runtime.check_depth());
  LINNET_CHECK(runtime.charge(1));
  if (const Text* text = self.as_text()) LINNET_CHECK(runtime.charge_text(text->size()));
  std::array<const Value*, kMaxParameters> slots{};
  if (builtin.parameters == "*") return builtin.function(runtime, self, Bound(slots, arguments));
  std::size_t n = 0, named = 0;
  for (std::string_view list = builtin.parameters; !list.empty(); ++n) {
    const Parameter parameter = next_parameter(list);
    if (n < arguments.positional.size()) slots[n] = &arguments.positional[n];
    for (const auto& [name, value] : arguments.named) {
      if (name != parameter.name) continue;
      if (slots[n] != nullptr) {
        return fail(ErrorCode::kInvalidArgument, "{}() got multiple values for argument '{}'", builtin.name,
                    name);
      }
      slots[n] = &value;
      ++named;
    }
    if (slots[n] == nullptr && !parameter.optional) {
      return fail(ErrorCode::kInvalidArgument, "{}() needs the argument '{}'", builtin.name, parameter.name);
    }
  }
  if (arguments.positional.size() > n) {
    return fail(ErrorCode::kInvalidArgument, "{}() takes at most {} arguments, got {}", builtin.name, n,
                arguments.positional.size());
  }
  if (named < arguments.named.size()) {
    return fail(ErrorCode::kInvalidArgument, "{}() got an unexpected keyword argument", builtin.name);
  }
  return builtin.function(runtime, self, Bound(slots, arguments));
}

}  // namespace linnet::chat
