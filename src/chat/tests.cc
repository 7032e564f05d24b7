// Jinja's tests: what may follow `is`.
#include <array>

#include "chat/arithmetic.h"
#include "chat/builtin_lists.h"
#include "chat/text_ops.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

using Outcome = Result<Value>;

template <bool (*kHolds)(const Value&)>
Outcome plain(Runtime&, const Value& self, const Bound&) {
  return Value::boolean(kHolds(self));
}

bool is_defined(const Value& v) { return !v.is_undefined(); }
bool is_undefined(const Value& v) { return v.is_undefined(); }
bool is_none(const Value& v) { return v.is_none(); }
bool is_boolean(const Value& v) { return v.as_bool() != nullptr; }
bool is_true(const Value& v) { return v.as_bool() != nullptr && *v.as_bool(); }
bool is_false(const Value& v) { return v.as_bool() != nullptr && !*v.as_bool(); }
bool is_integer(const Value& v) { return v.as_exact_int() != nullptr; }
bool is_float(const Value& v) { return v.as_float() != nullptr; }
bool is_number(const Value& v) { return is_boolean(v) || is_integer(v) || is_float(v); }
bool is_string(const Value& v) { return v.as_text() != nullptr; }
bool is_mapping(const Value& v) { return v.as_dict() != nullptr; }
bool is_sequence(const Value& v) { return has_length(v) && !v.is_view(); }
bool is_callable(const Value& v) {
  return v.is_undefined() || (v.as_object() != nullptr && v.as_object()->callable());
}
bool is_markup(const Value& v) { return v.as_text() != nullptr && v.as_text()->is_markup(); }
bool is_lower_text(const Value& v) { return is_lower(to_text(v).bytes()); }
bool is_upper_text(const Value& v) { return is_upper(to_text(v).bytes()); }
bool is_filter(const Value& v) {
  return v.as_text() != nullptr && find_filter(v.as_text()->bytes()) != nullptr;
}
bool is_test(const Value& v) { return v.as_text() != nullptr && find_test(v.as_text()->bytes()) != nullptr; }

Result<bool> leaves(Runtime& runtime, const Value& self, const Value& divisor, std::int64_t rest) {
  LINNET_TRY(const Value remainder, arithmetic(runtime, "%", self, divisor));
  return equal(remainder, Value::integer(rest));
}

template <std::int64_t kRest>
Outcome parity(Runtime& runtime, const Value& self, const Bound&) {
  LINNET_TRY(const bool holds, leaves(runtime, self, Value::integer(2), kRest));
  return Value::boolean(holds);
}

Outcome divisible(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const bool holds, leaves(runtime, self, *arguments[0], 0));
  return Value::boolean(holds);
}

Outcome same_as(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_CHECK(runtime.charge(self.weight()));
  return Value::boolean(self.type_name() == arguments[0]->type_name() && equal(self, *arguments[0]));
}

Outcome in(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_CHECK(runtime.charge(arguments[0]->weight()));
  LINNET_TRY(const bool found, contains(*arguments[0], self));
  return Value::boolean(found);
}

template <bool kWanted>
Outcome equals(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_CHECK(runtime.charge(self.weight()));
  return Value::boolean(equal(self, *arguments[0]) == kWanted);
}

template <char kFirst, bool kOrEqual>
Outcome ordered(Runtime& runtime, const Value& self, const Bound& arguments) {
  constexpr std::string_view kOp = kFirst == '<' ? "<" : ">";
  LINNET_CHECK(runtime.charge(self.weight()));
  LINNET_TRY(const std::partial_ordering order, compare(self, *arguments[0], kOp));
  return Value::boolean((kFirst == '<' ? order < 0 : order > 0) || (kOrEqual && order == 0));
}

constexpr std::array kRows = {
    Builtin{"defined", "", &plain<&is_defined>},
    Builtin{"undefined", "", &plain<&is_undefined>},
    Builtin{"none", "", &plain<&is_none>},
    Builtin{"boolean", "", &plain<&is_boolean>},
    Builtin{"true", "", &plain<&is_true>},
    Builtin{"false", "", &plain<&is_false>},
    Builtin{"integer", "", &plain<&is_integer>},
    Builtin{"float", "", &plain<&is_float>},
    Builtin{"number", "", &plain<&is_number>},
    Builtin{"string", "", &plain<&is_string>},
    Builtin{"mapping", "", &plain<&is_mapping>},
    Builtin{"sequence", "", &plain<&is_sequence>},
    Builtin{"iterable", "", &plain<&is_iterable>},
    Builtin{"callable", "", &plain<&is_callable>},
    Builtin{"escaped", "", &plain<&is_markup>},
    Builtin{"lower", "", &plain<&is_lower_text>},
    Builtin{"upper", "", &plain<&is_upper_text>},
    Builtin{"filter", "", &plain<&is_filter>},
    Builtin{"test", "", &plain<&is_test>},
    Builtin{"odd", "", &parity<1>},
    Builtin{"even", "", &parity<0>},
    Builtin{"divisibleby", "num", &divisible},
    Builtin{"sameas", "other", &same_as},
    Builtin{"in", "seq", &in},
    Builtin{"==", "other", &equals<true>},
    Builtin{"eq", "other", &equals<true>},
    Builtin{"equalto", "other", &equals<true>},
    Builtin{"!=", "other", &equals<false>},
    Builtin{"ne", "other", &equals<false>},
    Builtin{">", "other", &ordered<'>', false>},
    Builtin{"gt", "other", &ordered<'>', false>},
    Builtin{"greaterthan", "other", &ordered<'>', false>},
    Builtin{">=", "other", &ordered<'>', true>},
    Builtin{"ge", "other", &ordered<'>', true>},
    Builtin{"<", "other", &ordered<'<', false>},
    Builtin{"lt", "other", &ordered<'<', false>},
    Builtin{"lessthan", "other", &ordered<'<', false>},
    Builtin{"<=", "other", &ordered<'<', true>},
    Builtin{"le", "other", &ordered<'<', true>},
};

}  // namespace

std::span<const Builtin> tests() noexcept { return kRows; }

}  // namespace linnet::chat
