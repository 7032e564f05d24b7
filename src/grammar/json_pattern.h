// The languages of strings that a schema speaks of: patterns, formats, conditions on names. Belongs to one
// thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "grammar/dfa.h"
#include "grammar/json_sets.h"

namespace linnet::grammar {

class Patterns {
 public:
  /// Strings in which the regular expression `source` finds something. Errors: kInvalidArgument,
  /// kUnsupported.
  Result<PatternId> add_pattern(const std::string& source);
  /// Strings of the format `name`; nothing if no such format is known.
  Result<std::optional<PatternId>> add_format(const std::string& name);
  /// Strings in one of `sets`.
  Result<PatternId> add_strings(const std::vector<StringSet>& sets);

  /// What is left for the automata of the schema, whoever makes them.
  AutomataWork& work() const noexcept { return work_; }

  const Dfa& operator[](PatternId id) const noexcept { return *languages_[id]; }
  /// Strings in `set`, whose lengths are part of the language. May be empty.
  Result<DfaPtr> language(const StringSet& set) const;
  /// Whether `text` is in `set`.
  bool contains(const StringSet& set, std::string_view text) const;
  /// Whether the name `name` is in `keys`.
  bool contains(const KeySet& keys, std::string_view name) const;

 private:
  PatternId add(DfaPtr language);

  std::vector<DfaPtr> languages_;
  std::map<std::string, PatternId> ids_, format_ids_;
  mutable AutomataWork work_{60'000'000};  // a schema may well have dozens of patterns
};

/// Strings of `min` to `max` code points. Nothing if that takes too large an automaton or all of `work`.
std::optional<DfaPtr> texts_of_length(std::uint64_t min, std::uint64_t max, AutomataWork& work);
/// These very strings; the same.
std::optional<DfaPtr> texts_of(const std::vector<std::string>& texts, AutomataWork& work);

}  // namespace linnet::grammar
