// A nondeterministic automaton over bytes: what regular expressions and regular parts of a grammar become on
// their way to a Dfa. Belongs to one thread.
// Method: Thompson's construction, top-down: a part of the expression is laid between two given states.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "grammar/characters.h"
#include "grammar/dfa_table.h"

namespace linnet::grammar {

/// Automata that follow a text from its start, for what an Nfa asks of the text before a place.
using Prefixes = std::vector<DfaTable>;

class Nfa {
 public:
  using StateId = std::uint32_t;
  static constexpr StateId kStart = 0;
  static constexpr StateId kAccept = 1;

  static constexpr std::size_t kMaxParts = 400'000;

  /// Has its start and the one state that it accepts in. May have `max_parts` states, edges and what else is
  /// counted; past that nothing is added, and determinized() gives nothing.
  explicit Nfa(std::size_t max_parts = kMaxParts) : states_(2), max_parts_(max_parts) {}

  StateId add_state();
  /// From one state to another without a byte.
  void skip(StateId from, StateId to);
  void read(StateId from, std::string_view bytes, StateId to);
  void read(StateId from, const CharacterSet& set, StateId to);
  void read(StateId from, const DfaTable& table, StateId to);

  /// Reads any text, none too, and then accepts.
  void read_anything(StateId from);
  /// From one state to another without a byte, but only where the text so far is in the language of
  /// prefixes[prefix] (see determinized), or only where it is not.
  void check_before(StateId from, std::size_t prefix, bool is_wanted, StateId to);
  /// The same where the whole rest of the text is in the language of `rest`, or is valid UTF-8 and not in it.
  void check_after(StateId from, std::shared_ptr<const Nfa> rest, bool is_wanted, StateId to);

  bool is_full() const noexcept { return n_parts_ >= max_parts_; }
  std::size_t n_parts() const noexcept { return n_parts_; }
  void count() noexcept { n_parts_ += !is_full(); }

  /// The subset construction, not yet minimized. Nothing if that takes more than `max_states` states or all
  /// of `work`.
  std::optional<DfaTable> determinized(std::size_t max_states, AutomataWork& work,
                                       const Prefixes& prefixes = {}) const;

 private:
  friend class Determinizer;
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  struct Read {
    std::uint8_t first, last;
    StateId to;
  };
  struct Skip {
    StateId to;
    std::uint32_t check;  // in checks_, or kNone
  };
  struct Check {
    std::size_t prefix;
    std::shared_ptr<const Nfa> rest;  // null: of the text before
    bool is_wanted;
  };
  struct NfaState {
    std::vector<Read> reads{};
    std::vector<Skip> skips{};
  };
  void add_read(StateId from, std::uint8_t first, std::uint8_t last, StateId to);
  void add_skip(StateId from, StateId to, std::uint32_t check);
  void add_check(StateId from, StateId to, Check check);

  std::vector<NfaState> states_;
  std::vector<Check> checks_;
  StateId anything_ = kNone;  // the state that reads anything, once there is one
  std::size_t max_parts_;
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
    const bool is_endless = max == kNoLimit;
    // The last of the rounds is the one to be repeated, so that loops within loops are not laid twice each.
    const std::uint32_t n_rounds = is_endless ? std::max(min, 1U) : max;
    for (std::uint32_t i = 0; i < n_rounds; ++i) {
      if (nfa_.is_full()) return;
      if (i >= min) nfa_.skip(from, to);
      const bool is_loop = is_endless && i + 1 == n_rounds;
      const Nfa::StateId before = is_loop ? nfa_.add_state() : from;
      if (is_loop) nfa_.skip(from, before);
      const Nfa::StateId after = nfa_.add_state();
      add(part, before, after);
      if (is_loop) nfa_.skip(after, before);
      from = after;
    }
    nfa_.skip(from, to);
  }

 private:
  Nfa& nfa_;
  std::vector<Item> items_;
};

}  // namespace linnet::grammar
