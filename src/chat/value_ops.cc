#include "chat/value_ops.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/utf8.h"
#include "chat/object.h"

namespace linnet::chat {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

std::partial_ordering order_numbers(const Value& a, const Value& b) noexcept {
  std::int64_t i = 0, j = 0;
  if (a.as_int(i) && b.as_int(j)) return i <=> j;
  double x = 0, y = 0;
  a.as_number(x);
  b.as_number(y);
  return x <=> y;
}

bool equal_items(const std::vector<Value>& a, const std::vector<Value>& b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Value& x, const Value& y) { return equal(x, y); });
}

bool equal_dicts(const Dict& a, const Dict& b) noexcept {
  if (a.entries.size() != b.entries.size()) return false;
  return std::all_of(a.entries.begin(), a.entries.end(), [&](const auto& entry) {
    const Value* other = b.find(entry.first);
    return other != nullptr && equal(entry.second, *other);
  });
}

Result<std::partial_ordering> compare_items(const Sequence& a, const Sequence& b, std::string_view op) {
  const std::size_t n = std::min(a.items.size(), b.items.size());
  for (std::size_t i = 0; i < n; ++i) {
    if (!equal(a.items[i], b.items[i])) return compare(a.items[i], b.items[i], op);
  }
  return std::partial_ordering(a.items.size() <=> b.items.size());
}

std::vector<Value> code_points(const Text& text) {
  std::vector<Value> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = at + utf8::decode(text.bytes().substr(at)).n_bytes;
    out.push_back(Value::text(text.slice(at, end)));
    at = end;
  }
  return out;
}

bool is_generator(const Sequence& sequence) noexcept {
  return sequence.kind == Sequence::Kind::kView && sequence.view_name == "generator";
}

}  // namespace

bool truthy(const Value& value) noexcept {
  if (value.is_none() || value.is_undefined()) return false;
  double number = 0;
  if (value.as_number(number)) return number != 0;
  if (const Text* text = value.as_text()) return !text->empty();
  if (const Sequence* sequence = value.as_sequence())
    return is_generator(*sequence) || !sequence->items.empty();
  if (const Dict* dict = value.as_dict()) return !dict->entries.empty();
  return true;
}

bool equal(const Value& a, const Value& b) noexcept {
  if (const Text* text = a.as_text()) {
    const Text* other = b.as_text();
    return other != nullptr && text->bytes() == other->bytes();
  }
  double number = 0;
  if (a.as_number(number)) return b.as_number(number) && order_numbers(a, b) == 0;
  if (const Sequence* sequence = a.as_sequence()) {
    const Sequence* other = b.as_sequence();
    if (other == nullptr || sequence->kind != other->kind) return false;
    return sequence == other || equal_items(sequence->items, other->items);
  }
  if (const Dict* dict = a.as_dict()) {
    const Dict* other = b.as_dict();
    return other != nullptr && (dict == other || equal_dicts(*dict, *other));
  }
  if (a.is_none()) return b.is_none();
  if (a.is_undefined()) return b.is_undefined();
  return a.as_object() == b.as_object();
}

std::size_t hash(std::string_view text) noexcept { return std::hash<std::string_view>{}(text); }

std::size_t hash(const Value& value) noexcept {
  if (const Text* text = value.as_text()) return hash(text->bytes());
  std::int64_t whole = 0;
  if (value.as_int(whole)) return std::hash<std::int64_t>{}(whole);
  if (const double* number = value.as_float()) {
    const bool is_whole = std::floor(*number) == *number && std::abs(*number) < kTwoTo63;
    return is_whole ? std::hash<std::int64_t>{}(static_cast<std::int64_t>(*number))
                    : std::hash<double>{}(*number);
  }
  if (!value.is_tuple()) return std::hash<Object*>{}(value.as_object());
  std::size_t mixed = 0x9E3779B9;
  for (const Value& item : value.as_sequence()->items) mixed = mixed * 31 + hash(item);
  return mixed;
}

bool is_hashable(const Value& value) noexcept {
  if (value.as_dict() != nullptr || value.is_list()) return false;
  // Python tells NaN keys apart by identity, which numbers here do not have.
  if (const double* number = value.as_float()) return !std::isnan(*number);
  if (!value.is_tuple()) return true;
  const auto& items = value.as_sequence()->items;
  return std::all_of(items.begin(), items.end(), is_hashable);
}

Result<std::partial_ordering> compare(const Value& a, const Value& b, std::string_view op) {
  for (const Value* side : {&a, &b}) {
    if (const Undefined* undefined = side->as_undefined()) {
      return fail(ErrorCode::kInvalidArgument, "{}", undefined->message);
    }
  }
  double x = 0, y = 0;
  if (a.as_number(x) && b.as_number(y)) return order_numbers(a, b);
  const Text *left = a.as_text(), *right = b.as_text();
  // Bytes of UTF-8 compare as code points do.
  if (left != nullptr && right != nullptr)
    return std::partial_ordering(left->bytes().compare(right->bytes()) <=> 0);
  if ((a.is_list() && b.is_list()) || (a.is_tuple() && b.is_tuple())) {
    return compare_items(*a.as_sequence(), *b.as_sequence(), op);
  }
  return fail(ErrorCode::kInvalidArgument, "'{}' not supported between instances of '{}' and '{}'", op,
              a.type_name(), b.type_name());
}

Result<bool> contains(const Value& container, const Value& item) {
  if (const Text* text = container.as_text()) {
    const Text* needle = item.as_text();
    if (needle != nullptr) return find_bytes(text->bytes(), needle->bytes()) != std::string_view::npos;
    return fail(ErrorCode::kInvalidArgument, "'in <string>' requires string as left operand, not {}",
                item.type_name());
  }
  if (const Dict* dict = container.as_dict()) {
    if (is_hashable(item)) return dict->find(item) != nullptr;
    return fail(ErrorCode::kInvalidArgument, "unhashable type: '{}'", item.type_name());
  }
  if (const Sequence* sequence = container.as_sequence()) {
    const auto same = [&](const Value& candidate) { return equal(candidate, item); };
    return std::any_of(sequence->items.begin(), sequence->items.end(), same);
  }
  if (container.is_undefined()) return false;
  return fail(ErrorCode::kInvalidArgument, "argument of type '{}' is not iterable", container.type_name());
}

bool has_length(const Value& value) noexcept {
  if (const Sequence* sequence = value.as_sequence()) return !is_generator(*sequence);
  return value.as_text() != nullptr || value.as_dict() != nullptr || value.is_undefined();
}

Result<std::size_t> length(const Value& value) {
  if (!has_length(value)) {
    return fail(ErrorCode::kInvalidArgument, "object of type '{}' has no len()", value.type_name());
  }
  if (const Text* text = value.as_text()) return count_code_points(text->bytes());
  if (const Sequence* sequence = value.as_sequence()) return sequence->items.size();
  if (const Dict* dict = value.as_dict()) return dict->entries.size();
  return std::size_t{0};
}

bool is_iterable(const Value& value) noexcept {
  return value.as_text() != nullptr || value.as_sequence() != nullptr || value.as_dict() != nullptr ||
         value.is_undefined();
}

Result<Value::SequencePtr> iterate(const Value& value) {
  if (auto shared = value.share_sequence()) return shared;
  if (const Text* text = value.as_text()) return Value::list(code_points(*text)).share_sequence();
  if (const Dict* dict = value.as_dict()) {
    std::vector<Value> keys;
    keys.reserve(dict->entries.size());
    for (const auto& entry : dict->entries) keys.push_back(entry.first);
    return Value::list(std::move(keys)).share_sequence();
  }
  if (value.is_undefined()) return Value::list({}).share_sequence();
  return fail(ErrorCode::kInvalidArgument, "'{}' object is not iterable", value.type_name());
}

}  // namespace linnet::chat
