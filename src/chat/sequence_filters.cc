// Jinja's filters for lists and dicts.
#include <algorithm>
#include <array>
#include <bit>
#include <unordered_map>

#include "chat/arithmetic.h"
#include "chat/builtin_lists.h"
#include "chat/runtime.h"
#include "chat/text_ops.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

using Outcome = Result<Value>;
using Items = std::vector<Value>;

/// The items of `value`, paid for.
Result<Value::SequencePtr> items_of(Runtime& runtime, const Value& value) {
  LINNET_TRY(Value::SequencePtr items, iterate(value));
  LINNET_CHECK(runtime.charge(items->items.size()));
  return items;
}

/// The same for filters that Jinja wrote as generators over `value` if it is true: None and 0 give nothing.
Result<Value::SequencePtr> items_if_any(Runtime& runtime, const Value& value) {
  return items_of(runtime, truthy(value) ? value : Value::list({}));
}

Value generator(Items items) { return Value::view("generator", std::move(items)); }

/// item.a.b.0 for "a.b.0"; the item itself where `path` is null or None.
Outcome attribute_of(Runtime& runtime, Value item, const Value* path) {
  if (path == nullptr || path->is_none()) return item;
  const Text* text = path->as_text();
  if (text == nullptr) return runtime.get_item(item, *path);
  const Text dot(".", false);
  LINNET_TRY(const Items parts, split(*text, &dot, -1, false));
  for (const Value& part : parts) {
    const std::string_view name = part.as_text()->bytes();
    std::int64_t index = 0;
    const bool is_index =
        name.size() <= 18 && all_code_points(name, [](char32_t c) { return c >= '0' && c <= '9'; });
    for (std::size_t i = 0; is_index && i < name.size(); ++i) index = index * 10 + (name[i] - '0');
    LINNET_TRY(item, runtime.get_item(item, is_index ? Value::integer(index) : part));
  }
  return item;
}

Value without_case(const Value& value) {
  const Text* text = value.as_text();
  return text != nullptr ? Value::text(lower(*text)) : value;
}

/// What sort, unique, min, max and groupby compare by.
Outcome key_of(Runtime& runtime, const Value& item, const Value* path, bool case_sensitive) {
  LINNET_TRY(Value key, attribute_of(runtime, item, path));
  return case_sensitive ? key : without_case(key);
}

struct Keyed {
  Value key, item;
};

/// Stable; `keyed` may be reversed as Python's sorted(reverse=True) does, which keeps equal elements in
/// order.
Result<void> sort_by_key(Runtime& runtime, std::vector<Keyed>& keyed, bool reverse) {
  std::uint64_t weight = 0;
  for (const Keyed& entry : keyed) weight += std::min<std::uint64_t>(entry.key.weight(), kMaxSteps);
  LINNET_CHECK(runtime.charge(weight * static_cast<std::uint64_t>(std::bit_width(keyed.size()))));
  Result<void> problem;
  std::stable_sort(keyed.begin(), keyed.end(), [&](const Keyed& a, const Keyed& b) {
    const auto order = reverse ? compare(b.key, a.key, "<") : compare(a.key, b.key, "<");
    if (!order && problem) problem = order.error();
    return order && *order == std::partial_ordering::less;
  });
  return problem;
}

Outcome items_only(const std::vector<Keyed>& keyed) {
  Items out;
  for (const Keyed& entry : keyed) out.push_back(entry.item);
  return Value::list(std::move(out));
}

Outcome sort_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  Items paths{arguments[2] != nullptr ? *arguments[2] : Value()};
  if (const Text* list = paths.front().as_text()) {
    const Text comma(",", false);
    LINNET_TRY(paths, split(*list, &comma, -1, false));
  }
  std::vector<Keyed> keyed;
  for (const Value& item : items->items) {
    Items keys;
    for (const Value& path : paths) {
      LINNET_TRY(Value key, key_of(runtime, item, &path, arguments.flag(1)));
      keys.push_back(std::move(key));
    }
    keyed.push_back({Value::list(std::move(keys)), item});
  }
  LINNET_CHECK(sort_by_key(runtime, keyed, arguments.flag(0)));
  return items_only(keyed);
}

Outcome dictsort_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  const Dict* dict = self.as_dict();
  if (dict == nullptr)
    return fail(ErrorCode::kInvalidArgument, "dictsort needs a dict, not {}", self.type_name());
  LINNET_TRY(const Text by, arguments.text(1, Text("key", false)));
  if (by.bytes() != "key" && by.bytes() != "value") {
    return fail(ErrorCode::kInvalidArgument, "You can only sort by either \"key\" or \"value\"");
  }
  std::vector<Keyed> keyed;
  for (const auto& [key, value] : dict->entries) {
    const Value& by_this = by.bytes() == "key" ? key : value;
    keyed.push_back({arguments.flag(0) ? by_this : without_case(by_this), Value::tuple({key, value})});
  }
  LINNET_CHECK(sort_by_key(runtime, keyed, arguments.flag(2)));
  return items_only(keyed);
}

Outcome groupby_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  std::vector<Keyed> keyed;
  for (const Value& item : items->items) {
    LINNET_TRY(Value key, attribute_of(runtime, item, arguments[0]));
    if (key.is_undefined() && arguments[1] != nullptr) key = *arguments[1];
    keyed.push_back({arguments.flag(2) ? key : without_case(key), Value::tuple({key, item})});
  }
  LINNET_CHECK(sort_by_key(runtime, keyed, false));
  Items groups;
  for (std::size_t i = 0; i < keyed.size();) {
    const std::size_t first = i;
    Items members;
    for (; i < keyed.size() && equal(keyed[i].key, keyed[first].key); ++i) {
      members.push_back(keyed[i].item.as_sequence()->items[1]);
    }
    i = std::max(i, first + 1);  // a key that is not equal to itself
    groups.push_back(
        Value::tuple({keyed[first].item.as_sequence()->items[0], Value::list(std::move(members))}));
  }
  return Value::list(std::move(groups));
}

Outcome unique_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  Value::Entries seen;
  for (const Value& item : items->items) {
    LINNET_TRY(Value key, key_of(runtime, item, arguments[1], arguments.flag(0)));
    LINNET_CHECK(runtime.charge(key.weight()));
    if (!is_hashable(key)) return fail(ErrorCode::kInvalidArgument, "unhashable type: '{}'", key.type_name());
    seen.emplace_back(std::move(key), item);
  }
  Items out;
  std::unordered_multimap<std::size_t, const Value*> firsts;
  for (const auto& [key, item] : seen) {
    const auto [begin, end] = firsts.equal_range(hash(key));
    const Value& wanted = key;
    if (std::any_of(begin, end, [&](const auto& entry) { return equal(*entry.second, wanted); })) continue;
    firsts.emplace(hash(key), &key);
    out.push_back(item);
  }
  return generator(std::move(out));
}

template <bool kMax>
Outcome extreme_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  if (items->items.empty()) return Value::undefined("No aggregated item, sequence was empty.");
  Keyed best;
  bool first = true;
  for (const Value& item : items->items) {
    LINNET_TRY(Value key, key_of(runtime, item, arguments[1], arguments.flag(0)));
    LINNET_CHECK(runtime.charge(key.weight()));
    if (!first) {
      LINNET_TRY(const std::partial_ordering order, compare(key, best.key, kMax ? ">" : "<"));
      if (kMax ? !(order > 0) : !(order < 0)) continue;
    }
    first = false;
    best = {std::move(key), item};
  }
  return best.item;
}

Outcome length_filter(Runtime&, const Value& self, const Bound&) {
  LINNET_TRY(const std::size_t n, length(self));
  return Value::integer(static_cast<std::int64_t>(n));
}

Outcome first_filter(Runtime& runtime, const Value& self, const Bound&) {
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  return items->items.empty() ? Value::undefined("No first item, sequence was empty.") : items->items.front();
}

Outcome last_filter(Runtime& runtime, const Value& self, const Bound&) {
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  return items->items.empty() ? Value::undefined("No last item, sequence was empty.") : items->items.back();
}

Outcome list_filter(Runtime& runtime, const Value& self, const Bound&) {
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  return Value::list(items->items);
}

Outcome items_filter(Runtime& runtime, const Value& self, const Bound&) {
  if (self.is_undefined()) return generator({});
  const Dict* dict = self.as_dict();
  if (dict == nullptr) return fail(ErrorCode::kInvalidArgument, "Can only get item pairs from a mapping.");
  LINNET_CHECK(runtime.charge_items(dict->entries.size()));
  Items out;
  for (const auto& [key, value] : dict->entries) out.push_back(Value::tuple({key, value}));
  return generator(std::move(out));
}

Outcome reverse_filter(Runtime& runtime, const Value& self, const Bound&) {
  if (self.as_text() != nullptr) return runtime.get_slice(self, {}, {}, Value::integer(-1));
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  return generator(Items(items->items.rbegin(), items->items.rend()));
}

Outcome join_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  LINNET_CHECK(runtime.charge(self.weight()));
  std::vector<Text> pieces;
  for (const Value& item : items->items) {
    LINNET_TRY(const Value part, attribute_of(runtime, item, arguments[1]));
    pieces.push_back(to_text(part));
  }
  const Text separator = arguments[0] != nullptr ? to_text(*arguments[0]) : Text();
  LINNET_TRY(Text out, join(runtime, separator, pieces));
  return Value::text(std::move(out));
}

Outcome sum_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  Value total = arguments[1] != nullptr ? *arguments[1] : Value::integer(0);
  if (total.as_text() != nullptr) return fail(ErrorCode::kInvalidArgument, "sum() can't sum strings");
  for (const Value& item : items->items) {
    LINNET_TRY(const Value part, attribute_of(runtime, item, arguments[0]));
    LINNET_TRY(total, arithmetic(runtime, "+", total, part));
  }
  return total;
}

Outcome batch_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  LINNET_TRY(const std::int64_t size, arguments.integer(0, 1));
  if (size < 1) return fail(ErrorCode::kInvalidArgument, "batch needs a size of at least 1, not {}", size);
  Items out, row;
  for (const Value& item : items->items) {
    if (row.size() == static_cast<std::size_t>(size)) out.push_back(Value::list(std::exchange(row, {})));
    row.push_back(item);
  }
  const bool fills = !row.empty() && arguments[1] != nullptr && !arguments[1]->is_none();
  if (fills) {
    LINNET_CHECK(runtime.charge_items(static_cast<std::size_t>(size)));
    row.resize(static_cast<std::size_t>(size), *arguments[1]);
  }
  if (!row.empty()) out.push_back(Value::list(std::move(row)));
  return generator(std::move(out));
}

Outcome slice_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Value::SequencePtr items, items_of(runtime, self));
  LINNET_TRY(const std::int64_t wanted, arguments.integer(0, 1));
  if (wanted < 1) return fail(ErrorCode::kInvalidArgument, "slice needs at least 1 slice, not {}", wanted);
  const auto n = static_cast<std::size_t>(wanted);
  LINNET_CHECK(runtime.charge_items(n));
  const std::size_t each = items->items.size() / n, with_extra = items->items.size() % n;
  const bool fills = arguments[1] != nullptr && !arguments[1]->is_none();
  Items out;
  auto at = items->items.begin();
  for (std::size_t i = 0; i < n; ++i) {
    const auto end = at + static_cast<std::ptrdiff_t>(each + (i < with_extra ? 1 : 0));
    Items column(at, end);
    if (fills && i >= with_extra) column.push_back(*arguments[1]);
    out.push_back(Value::list(std::move(column)));
    at = end;
  }
  return generator(std::move(out));
}

/// The arguments that a filter or test named by argument `at` gets.
Arguments rest_of(const Arguments& all, std::size_t at) {
  return {Items(all.positional.begin() + static_cast<std::ptrdiff_t>(at + 1), all.positional.end()),
          all.named};
}

/// The row that argument `at` names.
Result<const Builtin*> named_row(const Arguments& all, std::size_t at, bool is_filter) {
  const Text* name = all.positional[at].as_text();
  const std::string_view kind = is_filter ? "filter" : "test";
  if (name == nullptr) return fail(ErrorCode::kInvalidArgument, "the name of a {} must be a str", kind);
  const Builtin* row = is_filter ? find_filter(name->bytes()) : find_test(name->bytes());
  if (row != nullptr) return row;
  return fail(ErrorCode::kInvalidArgument, "No {} named '{}'.", kind, name->bytes());
}

Outcome map_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  const Arguments& all = arguments.all();
  LINNET_TRY(const Value::SequencePtr items, items_if_any(runtime, self));
  Items out;
  if (all.positional.empty()) {
    const Value *path = nullptr, *absent = nullptr;
    for (const auto& [name, value] : all.named) {
      if (name == "attribute")
        path = &value;
      else if (name == "default")
        absent = &value;
      else
        return fail(ErrorCode::kInvalidArgument, "Unexpected keyword argument '{}'", name);
    }
    if (path == nullptr) return fail(ErrorCode::kInvalidArgument, "map requires a filter argument");
    for (const Value& item : items->items) {
      LINNET_TRY(Value part, attribute_of(runtime, item, path));
      out.push_back(part.is_undefined() && absent != nullptr ? *absent : std::move(part));
    }
    return generator(std::move(out));
  }
  LINNET_TRY(const Builtin* const filter, named_row(all, 0, true));
  const Arguments rest = rest_of(all, 0);
  for (const Value& item : items->items) {
    LINNET_TRY(Value part, call_builtin(runtime, *filter, item, rest));
    out.push_back(std::move(part));
  }
  return generator(std::move(out));
}

template <bool kByAttribute, bool kKeep>
Outcome select_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  const Arguments& all = arguments.all();
  constexpr std::size_t kTestAt = kByAttribute ? 1 : 0;
  if (all.positional.size() < kTestAt) {
    return fail(ErrorCode::kInvalidArgument, "Missing parameter for attribute name");
  }
  LINNET_TRY(const Value::SequencePtr items, items_if_any(runtime, self));
  const Builtin* test = nullptr;
  if (all.positional.size() > kTestAt) {
    LINNET_TRY(test, named_row(all, kTestAt, false));
  }
  const Arguments rest = test != nullptr ? rest_of(all, kTestAt) : Arguments();
  Items out;
  for (const Value& item : items->items) {
    LINNET_TRY(Value subject, attribute_of(runtime, item, kByAttribute ? &all.positional.front() : nullptr));
    if (test != nullptr) {
      LINNET_TRY(subject, call_builtin(runtime, *test, subject, rest));
    }
    if (truthy(subject) == kKeep) out.push_back(item);
  }
  return generator(std::move(out));
}

constexpr std::array kRows = {
    Builtin{"batch", "linecount fill_with?", &batch_filter},
    Builtin{"count", "", &length_filter},
    Builtin{"dictsort", "case_sensitive? by? reverse?", &dictsort_filter},
    Builtin{"first", "", &first_filter},
    Builtin{"groupby", "attribute default? case_sensitive?", &groupby_filter},
    Builtin{"items", "", &items_filter},
    Builtin{"join", "d? attribute?", &join_filter},
    Builtin{"last", "", &last_filter},
    Builtin{"length", "", &length_filter},
    Builtin{"list", "", &list_filter},
    Builtin{"map", "*", &map_filter},
    Builtin{"max", "case_sensitive? attribute?", &extreme_filter<true>},
    Builtin{"min", "case_sensitive? attribute?", &extreme_filter<false>},
    Builtin{"reject", "*", &select_filter<false, false>},
    Builtin{"rejectattr", "*", &select_filter<true, false>},
    Builtin{"reverse", "", &reverse_filter},
    Builtin{"select", "*", &select_filter<false, true>},
    Builtin{"selectattr", "*", &select_filter<true, true>},
    Builtin{"slice", "slices fill_with?", &slice_filter},
    Builtin{"sort", "reverse? case_sensitive? attribute?", &sort_filter},
    Builtin{"sum", "attribute? start?", &sum_filter},
    Builtin{"unique", "case_sensitive? attribute?", &unique_filter},
};

}  // namespace

std::span<const Builtin> sequence_filters() noexcept { return kRows; }

}  // namespace linnet::chat
