// The global functions of chat templates: Jinja's and those that transformers adds.
#include <array>

#include "chat/builtin_lists.h"
#include "chat/runtime.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

using Outcome = Result<Value>;

Outcome range(Runtime& runtime, const Value&, const Bound& arguments) {
  LINNET_TRY(const std::int64_t first, arguments.integer(0, 0));
  const bool has_stop = arguments[1] != nullptr;
  LINNET_TRY(const std::int64_t second, arguments.integer(1, 0));
  LINNET_TRY(const std::int64_t step, arguments.integer(2, 1));
  const std::int64_t start = has_stop ? first : 0, stop = has_stop ? second : first;
  if (step == 0) return fail(ErrorCode::kInvalidArgument, "range() arg 3 must not be zero");
  std::vector<Value> out;
  for (std::int64_t at = start; step > 0 ? at < stop : at > stop;) {
    if (out.size() == kMaxRange) {
      return fail(ErrorCode::kInvalidArgument, "Range too big. The sandbox blocks ranges larger than {}.",
                  kMaxRange);
    }
    out.push_back(Value::integer(at));
    if (__builtin_add_overflow(at, step, &at)) break;
  }
  LINNET_CHECK(runtime.charge_items(out.size()));
  return Value::list(std::move(out));
}

/// What dict() and namespace() take: a mapping or pairs, then keywords.
Result<Value::Entries> entries_of(Runtime& runtime, const Arguments& arguments, std::string_view name) {
  if (arguments.positional.size() > 1) {
    return fail(ErrorCode::kInvalidArgument, "{} expected at most 1 argument, got {}", name,
                arguments.positional.size());
  }
  Value::Entries out;
  if (!arguments.positional.empty()) {
    const Value& from = arguments.positional.front();
    if (const Dict* dict = from.as_dict()) {
      LINNET_CHECK(runtime.charge_items(dict->entries.size()));
      out = dict->entries;
    } else {
      LINNET_TRY(const Value::SequencePtr pairs, iterate(from));
      LINNET_CHECK(runtime.charge_items(pairs->items.size()));
      for (const Value& item : pairs->items) {
        LINNET_TRY(const Value::SequencePtr pair, iterate(item));
        if (pair->items.size() != 2)
          return fail(ErrorCode::kInvalidArgument, "{}: an element is not a pair", name);
        out.emplace_back(pair->items[0], pair->items[1]);
      }
    }
  }
  // A name may have come through ** from the caller's values.
  for (const auto& [key, value] : arguments.named) out.emplace_back(Value::string(key), value);
  for (const auto& entry : out) {
    if (!is_hashable(entry.first)) {
      return fail(ErrorCode::kInvalidArgument, "unhashable type: '{}'", entry.first.type_name());
    }
  }
  return out;
}

Outcome dict(Runtime& runtime, const Value&, const Bound& arguments) {
  LINNET_TRY(Value::Entries entries, entries_of(runtime, arguments.all(), "dict"));
  return Value::dict_of(std::move(entries));
}

Outcome make_namespace(Runtime& runtime, const Value&, const Bound& arguments) {
  LINNET_TRY(const Value::Entries entries, entries_of(runtime, arguments.all(), "namespace"));
  LINNET_TRY(Namespace* const made, runtime.make<Namespace>());
  for (const auto& [key, value] : entries) LINNET_CHECK(made->set_attribute(to_text(key).bytes(), value));
  return Value::object(made);
}

Outcome raise_exception(Runtime&, const Value&, const Bound& arguments) {
  return fail(ErrorCode::kInvalidArgument, "{}", to_text(*arguments[0]).bytes());
}

Outcome strftime_now(Runtime& runtime, const Value&, const Bound& arguments) {
  LINNET_TRY(const Text format, arguments.text(0, {}));
  LINNET_CHECK(runtime.charge_text(format.size() * 8));
  return Value::text(Text(runtime.clock().format(format.bytes()), format.any_input()));
}

constexpr std::array kRows = {
    Builtin{"range", "start stop? step?", &range},    Builtin{"dict", "*", &dict},
    Builtin{"namespace", "*", &make_namespace},       Builtin{"raise_exception", "message", &raise_exception},
    Builtin{"strftime_now", "format", &strftime_now},
};

}  // namespace

std::span<const Builtin> functions() noexcept { return kRows; }

}  // namespace linnet::chat
