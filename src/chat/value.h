// The values that templates compute with: Python's, as far as JSON and Jinja need them. A Value is cheap to
// copy (lists, dicts and strings are shared) and immutable, so values may be read from several threads; only
// Objects, which belong to one rendering, have state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "chat/clock.h"
#include "chat/text.h"

namespace linnet::chat {

class Object;
class Value;
struct Dict;
struct Sequence;

/// A name or an element that is not there, and what to say if it is used.
struct Undefined {
  std::string message;
};

class Value {
 public:
  using TextPtr = std::shared_ptr<const Text>;
  using SequencePtr = std::shared_ptr<const Sequence>;
  using DictPtr = std::shared_ptr<const Dict>;
  using UndefinedPtr = std::shared_ptr<const Undefined>;
  using Entries = std::vector<std::pair<Value, Value>>;

  /// None.
  Value() = default;
  static Value none() { return {}; }
  static Value boolean(bool value) { return Value(Storage(value)); }
  static Value integer(std::int64_t value) { return Value(Storage(value)); }
  static Value number(double value) { return Value(Storage(value)); }
  /// Text from the caller's user, a tool or a document: rendered as RenderedPart::from_input.
  static Value string(std::string value) { return text(Text(std::move(value), true)); }
  /// Text that the caller vouches for: bos_token, eos_token, and roles that it chose itself. May name special
  /// tokens.
  static Value trusted(std::string value) { return text(Text(std::move(value), false)); }
  static Value text(Text value);
  static Value list(std::vector<Value> items);
  static Value tuple(std::vector<Value> items);
  /// A dict with string keys, which count as input. A key that comes again replaces the earlier value.
  static Value dict(std::vector<std::pair<std::string, Value>> entries);
  /// A dict with any hashable keys.
  static Value dict_of(Entries entries);
  /// What a dict's keys(), values(), items() give (`name` is a literal) and what filters that yield give
  /// ("generator").
  static Value view(std::string_view name, std::vector<Value> items);
  static Value object(Object* object) { return Value(Storage(object)); }
  static Value undefined(std::string message);

  bool is_none() const noexcept { return std::holds_alternative<std::monostate>(storage_); }
  bool is_undefined() const noexcept { return std::holds_alternative<UndefinedPtr>(storage_); }
  bool is_list() const noexcept;
  bool is_tuple() const noexcept;
  bool is_view() const noexcept;

  /// What the value is, or nullptr where it is something else. as_int() also takes bools, as Python does.
  const bool* as_bool() const noexcept { return std::get_if<bool>(&storage_); }
  const std::int64_t* as_exact_int() const noexcept { return std::get_if<std::int64_t>(&storage_); }
  bool as_int(std::int64_t& out) const noexcept;
  const double* as_float() const noexcept { return std::get_if<double>(&storage_); }
  /// Any of bool, int, float.
  bool as_number(double& out) const noexcept;
  const Text* as_text() const noexcept;
  /// Lists, tuples and views.
  const Sequence* as_sequence() const noexcept;
  SequencePtr share_sequence() const noexcept;
  const Dict* as_dict() const noexcept;
  const Undefined* as_undefined() const noexcept;
  Object* as_object() const noexcept;

  /// Python's name of the type: "str", "NoneType", ...
  std::string_view type_name() const noexcept;
  /// How deep containers nest in it: 0 for anything that is not a container.
  std::size_t depth() const noexcept;
  /// How many values a walk through it meets (shared ones each time), itself included; saturates. Text counts
  /// by length.
  std::uint64_t weight() const noexcept;
  /// Whether any text inside is the caller's.
  bool any_input() const noexcept;

 private:
  using Storage = std::variant<std::monostate, bool, std::int64_t, double, TextPtr, SequencePtr, DictPtr,
                               UndefinedPtr, Object*>;
  explicit Value(Storage storage) noexcept : storage_(std::move(storage)) {}
  Storage storage_;
};

/// What a walk through a container costs and finds, known when it is made because containers are immutable.
struct Extent {
  std::size_t depth = 1;
  std::uint64_t weight = 1;
  bool any_input = false;
  void add(const Value& child) noexcept;
};

struct Sequence {
  enum class Kind : std::uint8_t { kList, kTuple, kView };
  Kind kind;
  std::string_view view_name;  ///< of kView only, e.g. "dict_items".
  std::vector<Value> items;
  Extent extent;
};

/// Entries in the order of insertion.
struct Dict {
  Value::Entries entries;
  std::unordered_multimap<std::size_t, std::size_t> index;  ///< hash -> entry; empty while a scan is quicker.
  Extent extent;

  /// nullptr if absent.
  const Value* find(const Value& key) const noexcept;
  const Value* find(std::string_view key) const noexcept;
};

}  // namespace linnet::chat
