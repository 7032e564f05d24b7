#include "chat/runtime.h"

#include <algorithm>

#include "chat/json.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

constexpr std::size_t kBytesPerStep = 64;
constexpr std::size_t kMaxAttributes = 1000;  // a namespace finds them by scanning

/// Python's name of a type as Jinja's messages have it.
std::string type_in_words(const Value& value) {
  return value.is_none() ? "None" : fmt::format("{} object", value.type_name());
}

std::int64_t clamp_index(std::int64_t index, std::int64_t size, std::int64_t low, std::int64_t high) {
  return std::clamp(index < 0 ? index + size : index, low, high);
}

struct Bounds {
  std::int64_t start, stop, step;

  std::size_t count() const {
    const std::int64_t span = step > 0 ? stop - start : start - stop;
    const std::uint64_t stride =
        step > 0 ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
    return span <= 0 ? 0 : static_cast<std::size_t>((static_cast<std::uint64_t>(span) - 1) / stride + 1);
  }
};

/// `value` as a slice's bound; absent where it is None.
Result<bool> bound_of(const Value& value, std::int64_t& out) {
  if (value.is_none()) return false;
  if (value.as_int(out)) return true;
  return fail(ErrorCode::kInvalidArgument, "slice indices must be integers or None, not {}",
              value.type_name());
}

Result<Bounds> slice_bounds(std::size_t n, const Value& start, const Value& stop, const Value& step) {
  const auto size = static_cast<std::int64_t>(n);
  std::int64_t first = 0, last = 0, stride = 1;
  LINNET_TRY(const bool has_first, bound_of(start, first));
  LINNET_TRY(const bool has_last, bound_of(stop, last));
  LINNET_TRY(const bool has_stride, bound_of(step, stride));
  if (!has_stride) stride = 1;
  if (stride == 0) return fail(ErrorCode::kInvalidArgument, "slice step cannot be zero");
  const std::int64_t low = stride > 0 ? 0 : -1, high = stride > 0 ? size : size - 1;
  Bounds out{stride > 0 ? low : high, stride > 0 ? high : low, stride};
  if (has_first) out.start = clamp_index(first, size, low, high);
  if (has_last) out.stop = clamp_index(last, size, low, high);
  return out;
}

Value slice_text(const Text& text, const Bounds& bounds) {
  if (bounds.step == 1) {
    const std::size_t first = byte_of_code_point(text.bytes(), static_cast<std::size_t>(bounds.start));
    const std::size_t size = byte_of_code_point(text.bytes().substr(first), bounds.count());
    return Value::text(text.slice(first, first + size));
  }
  std::vector<std::size_t> starts;  // byte offsets of the code points
  for (std::size_t at = 0; at < text.size();) {
    starts.push_back(at);
    at = byte_of_code_point(text.bytes().substr(at), 1) + at;
  }
  starts.push_back(text.size());
  Text out;
  std::int64_t at = bounds.start;
  for (std::size_t left = bounds.count(); left > 0; --left, at += left > 0 ? bounds.step : 0) {
    const auto index = static_cast<std::size_t>(at);
    out.append(text, starts[index], starts[index + 1]);
  }
  return Value::text(std::move(out));
}

Value slice_sequence(const Sequence& sequence, const Bounds& bounds) {
  std::vector<Value> out;
  std::int64_t at = bounds.start;
  for (std::size_t left = bounds.count(); left > 0; --left, at += left > 0 ? bounds.step : 0) {
    out.push_back(sequence.items[static_cast<std::size_t>(at)]);
  }
  return sequence.kind == Sequence::Kind::kTuple ? Value::tuple(std::move(out)) : Value::list(std::move(out));
}

/// The element at a position counted from either end, or undefined's absence as false.
bool element(const Value& value, std::int64_t index, Value& out) {
  if (const Sequence* sequence = value.as_sequence()) {
    const auto size = static_cast<std::int64_t>(sequence->items.size());
    if (sequence->kind == Sequence::Kind::kView || index < -size || index >= size) return false;
    out = sequence->items[static_cast<std::size_t>(index < 0 ? index + size : index)];
    return true;
  }
  const Text* text = value.as_text();
  if (text == nullptr) return false;
  const auto size = static_cast<std::int64_t>(count_code_points(text->bytes()));
  if (index < -size || index >= size) return false;
  const std::size_t start =
      byte_of_code_point(text->bytes(), static_cast<std::size_t>(index < 0 ? index + size : index));
  out = Value::text(text->slice(start, start + byte_of_code_point(text->bytes().substr(start), 1)));
  return true;
}

/// Attributes proper: methods of containers and text, what objects have. Null if there is none.
Result<bool> own_attribute(Runtime& runtime, const Value& value, std::string_view name, Value& out) {
  if (Object* object = value.as_object()) {
    const Value* found = object->attribute(name);
    if (found != nullptr) out = *found;
    return found != nullptr;
  }
  if (is_forbidden_method(value, name)) {
    out = Value::undefined(
        fmt::format("access to attribute '{}' of '{}' object is unsafe.", name, value.type_name()));
    return true;
  }
  const Builtin* method = find_method(value, name);
  if (method == nullptr) return false;
  LINNET_TRY(BuiltinObject* const bound, runtime.make<BuiltinObject>(*method, value));
  out = Value::object(bound);
  return true;
}

}  // namespace

Result<void> Runtime::check_depth() const {
  if (depth_ <= kMaxLevels) return {};
  return fail(ErrorCode::kInvalidArgument,
              "evaluation nested deeper than {} levels; does a macro call itself for ever?", kMaxLevels);
}

Result<void> Runtime::charge(std::uint64_t steps) {
  if (steps > steps_left_) {
    steps_left_ = 0;
    return fail(ErrorCode::kInvalidArgument, "stopped after {} steps; the template loops too long",
                kMaxSteps);
  }
  steps_left_ -= steps;
  return {};
}

Result<void> Runtime::charge_text(std::size_t bytes) {
  if (bytes > kMaxTextBytes) {
    return fail(ErrorCode::kInvalidArgument, "text of {} bytes; linnet allows {}", bytes, kMaxTextBytes);
  }
  return charge(bytes / kBytesPerStep);
}

Result<void> Runtime::charge_items(std::size_t n_items) {
  if (n_items > kMaxItems) {
    return fail(ErrorCode::kInvalidArgument, "a list of {} items; linnet allows {}", n_items, kMaxItems);
  }
  return charge(n_items);
}

Result<Value> Runtime::get_attribute(const Value& value, std::string_view name) {
  if (const Undefined* undefined = value.as_undefined()) {
    return fail(ErrorCode::kInvalidArgument, "{}", undefined->message);
  }
  Value out;
  LINNET_TRY(const bool found, own_attribute(*this, value, name, out));
  if (found) return out;
  if (const Dict* dict = value.as_dict()) {
    if (const Value* item = dict->find(name)) return *item;
  }
  return Value::undefined(fmt::format("'{}' has no attribute '{}'", type_in_words(value), name));
}

Result<Value> Runtime::get_item(const Value& value, const Value& key) {
  if (const Undefined* undefined = value.as_undefined()) {
    return fail(ErrorCode::kInvalidArgument, "{}", undefined->message);
  }
  LINNET_CHECK(charge_text(value.as_text() != nullptr ? value.as_text()->size() : 0));
  if (const Dict* dict = value.as_dict()) {
    if (const Value* item = is_hashable(key) ? dict->find(key) : nullptr) return *item;
  }
  Value out;
  std::int64_t index = 0;
  if (key.as_int(index) && element(value, index, out)) return out;
  const Text* name = key.as_text();
  if (name == nullptr) {
    return Value::undefined(fmt::format("{} has no element {}", type_in_words(value), repr(key)));
  }
  LINNET_TRY(const bool found, own_attribute(*this, value, name->bytes(), out));
  if (found) return out;
  return Value::undefined(fmt::format("'{}' has no attribute '{}'", type_in_words(value), name->bytes()));
}

Result<Value> Runtime::get_slice(const Value& value, const Value& start, const Value& stop,
                                 const Value& step) {
  if (const Undefined* undefined = value.as_undefined()) {
    return fail(ErrorCode::kInvalidArgument, "{}", undefined->message);
  }
  const Sequence* sequence = value.as_sequence();
  const Text* text = value.as_text();
  if (text == nullptr && (sequence == nullptr || value.is_view())) {
    return Value::undefined(fmt::format("{} has no element slice", type_in_words(value)));
  }
  const std::size_t size = text != nullptr ? count_code_points(text->bytes()) : sequence->items.size();
  LINNET_CHECK(charge(size));
  LINNET_TRY(const Bounds bounds, slice_bounds(size, start, stop, step));
  return text != nullptr ? slice_text(*text, bounds) : slice_sequence(*sequence, bounds);
}

Result<Value> Runtime::call(const Value& callee, const Arguments& arguments) {
  if (const Undefined* undefined = callee.as_undefined()) {
    return fail(ErrorCode::kInvalidArgument, "{}", undefined->message);
  }
  if (Object* object = callee.as_object()) return object->call(*this, arguments);
  return fail(ErrorCode::kInvalidArgument, "'{}' object is not callable", callee.type_name());
}

const Value* Object::attribute(std::string_view) { return nullptr; }

Result<void> Object::set_attribute(std::string_view, Value) {
  return fail(ErrorCode::kInvalidArgument, "cannot assign attribute on non-namespace object");
}

Result<Value> Object::call(Runtime&, const Arguments&) {
  return fail(ErrorCode::kInvalidArgument, "'{}' object is not callable", type_name());
}

Result<Value> BuiltinObject::call(Runtime& runtime, const Arguments& arguments) {
  return call_builtin(runtime, builtin_, self_, arguments);
}

const Value* Namespace::attribute(std::string_view name) {
  const auto found = std::find_if(attributes_.begin(), attributes_.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == attributes_.end() ? nullptr : &found->second;
}

Result<void> Namespace::set_attribute(std::string_view name, Value value) {
  if (name.substr(0, 1) == "_") {
    return fail(ErrorCode::kInvalidArgument,
                "a namespace cannot store the underscore-prefixed attribute '{}'", name);
  }
  if (const Value* found = attribute(name))
    *const_cast<Value*>(found) = std::move(value);
  else if (attributes_.size() < kMaxAttributes)
    attributes_.emplace_back(name, std::move(value));
  else
    return fail(ErrorCode::kInvalidArgument, "a namespace of more than {} attributes", kMaxAttributes);
  return {};
}

}  // namespace linnet::chat
