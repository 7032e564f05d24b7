// A nondeterministic automaton over bytes: what regular expressions and regular parts of a grammar become on
// their way to a Dfa. Belongs to one thread.
// Method: Thompson's construction, top-down: a part of the expression is laid between two given states.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "grammar/characters.h"
#include "grammar/dfa_table.h"

namespace linnet::grammar {

class Nfa {
 public:
  using StateId = std::uint32_t;
  static constexpr StateId kStart = 0;
  static constexpr StateId kAccept = 1;

  /// Has its start and the one state that it accepts in.
  Nfa() : states_(2) {}

  StateId add_state();
  /// From one state to another without a byte.
  void skip(StateId from, StateId to);
  void read(StateId from, std::string_view bytes, StateId to);
  void read(StateId from, const CharacterSet& set, StateId to);
  void read(StateId from, const DfaTable& table, StateId to);

  /// States, edges and whatever else is counted are bounded; past that nothing is added, and determinized()
  /// gives nothing.
  bool is_full() const noexcept { return n_parts_ >= kMaxParts; }
  void count() noexcept { n_parts_ += !is_full(); }

  /// The subset construction, not yet minimized. Nothing if that takes more than `max_states` states or too
  /// much work.
  std::optional<DfaTable> determinized(std::size_t max_states) const;

 private:
  friend class Determinizer;
  static constexpr std::size_t kMaxParts = 400'000;

  struct ByteEdge {
    std::uint8_t first, last;
    StateId to;
  };
  struct NfaState {
    std::vector<ByteEdge> reads{};
    std::vector<StateId> skips{};
  };
  void add_edge(StateId from, std::uint8_t first, std::uint8_t last, StateId to);

  std::vector<NfaState> states_;
  std::size_t n_parts_ = 0;
  std::map<CharacterSet, Utf8Graph> graphs_;
};

/// Parts of an expression still to be laid between two states of `nfa`, so that depth costs no stack. `Part`
/// is how its owner names a part.
template <class Part>
class PartsToLay {
 public:
  struct Item {
    Part part;
    Nfa::StateId from, to;
  };

  explicit PartsToLay(Nfa& nfa) : nfa_(nfa) {}

  bool empty() const noexcept { return items_.empty(); }
  Item take() {
    const Item item = items_.back();
    items_.pop_back();
    return item;
  }
  void add(Part part, Nfa::StateId from, Nfa::StateId to) {
    nfa_.count();
    items_.push_back({part, from, to});
  }

  /// One after the other.
  void add_sequence(const std::vector<Part>& parts, Nfa::StateId from, Nfa::StateId to) {
    for (const Part part : parts) {
      if (nfa_.is_full()) return;
      const Nfa::StateId after = nfa_.add_state();
      add(part, from, after);
      from = after;
    }
    nfa_.skip(from, to);
  }
  /// One of them.
  void add_choice(const std::vector<Part>& parts, Nfa::StateId from, Nfa::StateId to) {
    for (const Part part : parts) add(part, from, to);
  }
  /// `min` to `max` times, kNoLimit for no end.
  void add_repeat(Part part, std::uint32_t min, std::uint32_t max, Nfa::StateId from, Nfa::StateId to) {
    for (std::uint32_t i = 0; i < (max == kNoLimit ? min : max); ++i) {
      if (nfa_.is_full()) return;
      if (i >= min) nfa_.skip(from, to);
      const Nfa::StateId after = nfa_.add_state();
      add(part, from, after);
      from = after;
    }
    if (max == kNoLimit) {
      const Nfa::StateId loop = nfa_.add_state();
      nfa_.skip(from, loop);
      add(part, loop, loop);
      from = loop;
    }
    nfa_.skip(from, to);
  }

 private:
  Nfa& nfa_;
  std::vector<Item> items_;
};

}  // namespace linnet::grammar
