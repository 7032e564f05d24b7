// What the subset construction remembers besides states where an Nfa checks the text around a place: where
// the prefixes' automata stand, and which automata have yet to accept the rest of the text. Both are numbered
// so that sets of states can be compared. Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "grammar/dfa_table.h"
#include "grammar/nfa.h"

namespace linnet::grammar {

/// Where all prefixes' automata stand after a text.
class PrefixStates {
 public:
  using States = std::vector<std::uint32_t>;

  /// `start` has number 0.
  PrefixStates(const Prefixes& prefixes, States start) : prefixes_(prefixes) { number(std::move(start)); }

  std::uint32_t after(std::uint32_t id, std::uint8_t byte);
  bool accepts(std::uint32_t id, std::size_t prefix) const noexcept;
  const States& states(std::uint32_t id) const noexcept { return all_[id]; }

 private:
  std::uint32_t number(States states);

  const Prefixes& prefixes_;
  std::vector<States> all_;
  std::map<States, std::uint32_t> ids_;
  std::map<std::pair<std::uint32_t, std::uint8_t>, std::uint32_t> steps_;
};

/// Sets of demands. A demand is an automaton at a state: it must accept the rest of the text. Number 0 is the
/// set without demands.
class Demands {
 public:
  Demands() { number({}); }

  /// Makes an automaton over valid UTF-8 known; its number. Requires a minimal table.
  std::size_t add_automaton(DfaTable table);
  /// The set with one demand more: the whole of an automaton. Nothing if no rest can satisfy it.
  std::optional<std::uint32_t> with(std::uint32_t id, std::size_t automaton);
  /// After a byte; nothing if a demand can no longer be satisfied.
  std::optional<std::uint32_t> after(std::uint32_t id, std::uint8_t byte);
  std::size_t size(std::uint32_t id) const noexcept { return all_[id].size(); }
  /// Whether the text may end.
  bool accepts(std::uint32_t id) const noexcept;

 private:
  struct Demand {
    std::uint32_t automaton, state;
    friend auto operator<=>(const Demand&, const Demand&) = default;
  };
  using Set = std::vector<Demand>;
  struct Known {
    DfaTable table;
    std::uint32_t satisfied;  // the state whose language is all of valid UTF-8, or kDead
  };
  std::uint32_t number(Set set);

  std::vector<Known> automata_;
  std::vector<Set> all_;
  std::map<Set, std::uint32_t> ids_;
  std::map<std::pair<std::uint32_t, std::uint8_t>, std::optional<std::uint32_t>> steps_;
};

}  // namespace linnet::grammar
