// Methods of list, tuple and dict; those that would change their owner are refused by runtime.cc.
#include <algorithm>
#include <array>

#include "chat/builtin_lists.h"
#include "chat/runtime.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

using Outcome = Result<Value>;

const Dict& own(const Value& self) { return *self.as_dict(); }

Outcome get(Runtime&, const Value& self, const Bound& arguments) {
  if (!is_hashable(*arguments[0])) {
    return fail(ErrorCode::kInvalidArgument, "unhashable type: '{}'", arguments[0]->type_name());
  }
  if (const Value* value = own(self).find(*arguments[0])) return *value;
  return arguments[1] != nullptr ? *arguments[1] : Value::none();
}

Outcome keys(Runtime& runtime, const Value& self, const Bound&) {
  LINNET_CHECK(runtime.charge_items(own(self).entries.size()));
  std::vector<Value> out;
  for (const auto& entry : own(self).entries) out.push_back(entry.first);
  return Value::view("dict_keys", std::move(out));
}

Outcome values(Runtime& runtime, const Value& self, const Bound&) {
  LINNET_CHECK(runtime.charge_items(own(self).entries.size()));
  std::vector<Value> out;
  for (const auto& entry : own(self).entries) out.push_back(entry.second);
  return Value::view("dict_values", std::move(out));
}

Outcome items(Runtime& runtime, const Value& self, const Bound&) {
  LINNET_CHECK(runtime.charge_items(own(self).entries.size()));
  std::vector<Value> out;
  for (const auto& [key, value] : own(self).entries) out.push_back(Value::tuple({key, value}));
  return Value::view("dict_items", std::move(out));
}

Outcome copy(Runtime&, const Value& self, const Bound&) { return self; }

Outcome index(Runtime& runtime, const Value& self, const Bound& arguments) {
  const auto& list = self.as_sequence()->items;
  LINNET_CHECK(runtime.charge(self.weight()));
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Value& item) { return equal(item, *arguments[0]); });
  if (found != list.end()) return Value::integer(found - list.begin());
  return fail(ErrorCode::kInvalidArgument, "{} is not in the {}", repr(*arguments[0]), self.type_name());
}

Outcome count(Runtime& runtime, const Value& self, const Bound& arguments) {
  const auto& list = self.as_sequence()->items;
  LINNET_CHECK(runtime.charge(self.weight()));
  return Value::integer(
      std::count_if(list.begin(), list.end(), [&](const Value& item) { return equal(item, *arguments[0]); }));
}

constexpr std::array kDictRows = {
    Builtin{"get", "key default?", &get}, Builtin{"items", "", &items}, Builtin{"keys", "", &keys},
    Builtin{"values", "", &values},       Builtin{"copy", "", &copy},
};

constexpr std::array kSequenceRows = {
    Builtin{"index", "value", &index},
    Builtin{"count", "value", &count},
    Builtin{"copy", "", &copy},
};

}  // namespace

std::span<const Builtin> dict_methods() noexcept { return kDictRows; }
std::span<const Builtin> sequence_methods() noexcept { return kSequenceRows; }

}  // namespace linnet::chat
