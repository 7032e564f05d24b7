// An explicit deterministic finite automaton over bytes, with every state alive (trimmed) and a table over
// classes of bytes. Made from regular parts of a grammar or from regular expressions; closed under the
// Boolean operations, which JSON Schema needs of patterns. Immutable: threads may share one.
// Method: subset construction and minimization (Hopcroft, Motwani, Ullman, "Introduction to Automata Theory,
// Languages, and Computation", chapters 2 to 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/automaton.h"
#include "grammar/dfa_table.h"
#include "grammar/grammar.h"

namespace linnet::grammar {

class Dfa;
using DfaPtr = std::shared_ptr<const Dfa>;

/// The most states, of the automaton or on the way to it.
inline constexpr std::size_t kMaxDfaStates = 20'000;

class Dfa final : public Automaton {
 public:
  /// The language of `table`, whose states and classes of bytes may be more than it needs.
  explicit Dfa(const DfaTable& table);

  /// The language of a node and what it reaches: literals, characters, sequences, choices, repetitions, rules
  /// that do not lead back to themselves, and automata that are Dfas; it must be regular in this sense, which
  /// Analysis::n_positions() tells. Nothing if it would take more than kMaxDfaStates states or all of `work`,
  /// if null of its own. An empty language is a Dfa too, see is_empty().
  static std::optional<DfaPtr> from_node(const Builder& builder, NodeId node, AutomataWork* work = nullptr);
  /// These very bytes.
  static DfaPtr literal(std::string_view bytes);
  /// Any valid UTF-8.
  static DfaPtr any_text();

  /// Texts of both, of either, and valid UTF-8 that is not in `a`. Nothing if that takes more than
  /// kMaxDfaStates states or all of `work`.
  static std::optional<DfaPtr> intersection(const Dfa& a, const Dfa& b, AutomataWork& work);
  static std::optional<DfaPtr> united(const Dfa& a, const Dfa& b, AutomataWork& work);
  static std::optional<DfaPtr> complement(const Dfa& a, AutomataWork& work);

  /// Whether no text is in the language. Only such a Dfa breaks the promise of Automaton, and must not
  /// become part of a grammar.
  bool is_empty() const noexcept { return n_states() == 0; }
  /// Texts in the language, or nothing if there are more than `limit`.
  std::optional<std::vector<std::string>> texts(std::size_t limit) const;
  /// Whether a text is in the language.
  bool matches(std::string_view text) const noexcept;
  /// Code points of the shortest text, and of the longest (kUnlimited: there is none). The language must be
  /// of valid UTF-8 and not empty.
  std::size_t min_length() const;
  std::size_t max_length() const;

  State start() const noexcept override { return {}; }
  std::optional<State> next(State state, std::uint8_t byte) const noexcept override;
  bool accepts(State state) const noexcept override { return table_.accepts[state.a] != 0; }
  bool continues(State state) const noexcept override { return continues_[state.a] != 0; }
  std::size_t n_plain_characters(State state) const noexcept override { return n_plain_[state.a]; }

  std::size_t n_states() const noexcept { return table_.n_states(); }
  /// Minimal; states are numbered as State::a.
  const DfaTable& table() const noexcept { return table_; }

 private:
  DfaTable table_;
  std::vector<char> continues_;       // (n_states), 0 or 1
  std::vector<std::size_t> n_plain_;  // (n_states)
};

}  // namespace linnet::grammar
