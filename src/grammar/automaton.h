// A deterministic automaton over bytes: what a grammar reads between its structural choices, such as a
// literal, a regular expression, a JSON string or a number in a range. Immutable: threads may share one.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

namespace linnet::grammar {

/// Where an automaton, or a Tracker, stands. What the numbers mean is its own affair; equal states have equal
/// futures.
struct State {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  friend auto operator<=>(const State&, const State&) = default;  // NOLINT(modernize-use-nullptr): no pointer
};

/// A language of byte strings, which is not empty. Every state that start() or next() returns can reach one
/// that is accepted, so a text that is allowed so far can always be finished. Functions of their arguments
/// alone: any thread may call them.
class Automaton {
 public:
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  virtual ~Automaton() = default;
  /// Before the first byte.
  virtual State start() const noexcept = 0;
  /// After one more byte; nothing if no text of the language goes on so.
  virtual std::optional<State> next(State state, std::uint8_t byte) const noexcept = 0;
  /// Whether the text so far is in the language.
  virtual bool accepts(State state) const noexcept = 0;
  /// Whether a longer text is. Every state accepts or continues.
  virtual bool continues(State state) const noexcept = 0;

  /// How many characters may follow in any order out of those that stand for themselves in a JSON string, all
  /// of valid UTF-8 but quote, backslash and controls (RFC 8259, section 7): n means that after each of them
  /// it is one less, and that after n of them no such character may follow. Lets token masks be told without
  /// trying every token. 0 if in doubt.
  virtual std::size_t n_plain_characters(State) const noexcept { return 0; }

  /// A state, the same for as many states as can be, that no text of at most `n_bytes` bytes tells from this
  /// one: lets a counter far from its limits share what was found out elsewhere.
  virtual State representative(State state, std::size_t /*n_bytes*/) const noexcept { return state; }
};

using AutomatonPtr = std::shared_ptr<const Automaton>;

}  // namespace linnet::grammar
