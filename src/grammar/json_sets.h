// Sets of JSON values: for each type a union of conjunctions of what JSON Schema can say about it. What a
// schema is compiled to before it becomes a grammar.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/json_expression.h"
#include "grammar/json_number.h"

namespace linnet::grammar {

/// A language of strings that Patterns knows, from 0.
using PatternId = std::uint32_t;

/// For lists that are short, or whose owner counts what it compares.
template <class T>
void add_once(std::vector<T>& into, const T& value) {
  if (std::find(into.begin(), into.end(), value) == into.end()) into.push_back(value);
}

inline constexpr std::uint64_t kNoMaximum = std::numeric_limits<std::uint64_t>::max();

/// From `min` to `max`, both included.
struct CountRange {
  std::uint64_t min = 0;
  std::uint64_t max = kNoMaximum;
  friend bool operator==(const CountRange&, const CountRange&) = default;

  /// Leaves what is in both; false if nothing is.
  bool intersect(const CountRange& other) {
    min = std::max(min, other.min);
    max = std::min(max, other.max);
    return min <= max;
  }
};

/// Strings that satisfy all of this.
struct StringSet {
  CountRange length{};                               ///< In code points.
  std::optional<std::vector<std::string>> one_of{};  ///< Sorted, each once.
  std::vector<std::string> none_of{};                ///< Sorted, each once.
  std::vector<PatternId> patterns{};
  std::vector<PatternId> not_patterns{};
  friend bool operator==(const StringSet&, const StringSet&) = default;
};

/// "`range` of the items from the one with number `from` on satisfy `value`."
struct ItemCount {
  ExpressionId value = kAlways;
  std::uint64_t from = 0;
  CountRange range{};
  friend bool operator==(const ItemCount&, const ItemCount&) = default;
};

/// Arrays that satisfy all of this.
struct ArraySet {
  std::vector<ExpressionId> prefix{};  ///< What the first items satisfy, as far as they are there ...
  ExpressionId rest = kAlways;         ///< ... and all others.
  CountRange length{};
  std::vector<ItemCount> counts{};
  const JsonValue* unique = nullptr;      ///< Not null: no two items are equal, says this schema.
  const JsonValue* not_unique = nullptr;  ///< Not null: two items are.

  /// Items that schemas at the same place have looked at: the first `n`, and those which satisfy one of
  /// `values`.
  struct Evaluated {
    std::uint64_t n = 0;
    std::vector<ExpressionId> values{};
    friend bool operator==(const Evaluated&, const Evaluated&) = default;
  } evaluated{};
  friend bool operator==(const ArraySet&, const ArraySet&) = default;

  ExpressionId at(std::uint64_t i) const {
    return i < prefix.size() ? prefix[static_cast<std::size_t>(i)] : rest;
  }
};

/// Names of members: these and what these patterns hold, or all but these.
struct KeySet {
  bool is_complement = false;
  std::vector<std::string> names{};
  std::vector<PatternId> patterns{};
  friend bool operator==(const KeySet&, const KeySet&) = default;

  static KeySet everything() { return {.is_complement = true}; }
  static KeySet single(std::string name) { return {.names = {std::move(name)}}; }
  bool is_everything() const { return is_complement && names.empty() && patterns.empty(); }
  /// The one name that is in the set, or null.
  const std::string* name() const {
    return !is_complement && patterns.empty() && names.size() == 1 ? &names.front() : nullptr;
  }
  void unite(const KeySet& other);
};

/// "Members whose names are in `keys` satisfy `value`", or "there is such a member".
struct MemberRule {
  KeySet keys{};
  ExpressionId value = kAlways;
  friend bool operator==(const MemberRule&, const MemberRule&) = default;
};

/// Objects that satisfy all of this.
struct ObjectSet {
  std::vector<MemberRule> rules{};
  std::vector<MemberRule> wanted{};  ///< There is a member like each of these.
  CountRange n_members{};
  KeySet evaluated{};  ///< Members that schemas at the same place have looked at.
  friend bool operator==(const ObjectSet&, const ObjectSet&) = default;
};

/// The union of all this.
struct ValueSet {
  bool has_null = false;
  bool has_true = false;
  bool has_false = false;
  std::vector<NumberSet> numbers{};
  std::vector<StringSet> strings{};
  std::vector<ArraySet> arrays{};
  std::vector<ObjectSet> objects{};

  static ValueSet everything() { return {true, true, true, {{}}, {{}}, {{}}, {{}}}; }
  bool is_empty() const {
    return !has_null && !has_true && !has_false && numbers.empty() && strings.empty() && arrays.empty() &&
           objects.empty();
  }
};

}  // namespace linnet::grammar
