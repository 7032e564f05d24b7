// The numbers that a JSON Schema allows, and an automaton over their texts.
#pragma once

#include <optional>
#include <vector>

#include "base/fail.h"
#include "grammar/automaton.h"
#include "grammar/dfa_table.h"
#include "grammar/json_decimal.h"

namespace linnet::grammar {

/// An end of a range.
struct Bound {
  Decimal value;
  bool is_exclusive = false;
  friend bool operator==(const Bound&, const Bound&) = default;
};

/// Numbers that satisfy all of this.
struct NumberSet {
  std::optional<Bound> lower{};
  std::optional<Bound> upper{};
  std::optional<bool> is_integer{};      ///< Whether they are integers, as 1.0 is; either if not set.
  std::vector<Decimal> multiples{};      ///< They are multiples of each of these, which are above 0 ...
  std::vector<Decimal> not_multiples{};  ///< ... and of none of these.
  friend bool operator==(const NumberSet&, const NumberSet&) = default;

  void raise_lower(const Bound& bound);
  void lower_upper(const Bound& bound);
  /// Leaves those of both; false if there is evidently none.
  bool intersect(const NumberSet& other);
  /// Whether there is no such number, as far as a glance at range and integers tells.
  bool is_evidently_empty() const;
  /// The number, if the range leaves only one.
  const Decimal* single() const noexcept;
};

/// The texts of the numbers in `set`, in plain notation; where `set` is all numbers, with exponents too. Null
/// if there are none. Errors: kUnsupported, the automaton would be too large or take all of `work`.
Result<AutomatonPtr> number_automaton(const NumberSet& set, AutomataWork& work);

}  // namespace linnet::grammar
