// The bare numbers of a deterministic automaton over bytes, while it is made and inside a Dfa.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace linnet::grammar {

/// Steps that the making of automata may take, of some 20 ns each; what belongs to one grammar shares one, so
/// that many parts cannot take long where each alone would not.
class AutomataWork {
 public:
  explicit AutomataWork(std::size_t n_steps = 20'000'000) : n_left_(n_steps) {}
  void spend(std::size_t n) noexcept { n_left_ -= std::min(n, n_left_); }
  bool is_spent() const noexcept { return n_left_ == 0; }
  std::size_t n_left() const noexcept { return n_left_; }

 private:
  std::size_t n_left_;
};

struct DfaTable {
  /// In `next`: no text of the language goes on so.
  static constexpr std::uint32_t kDead = std::numeric_limits<std::uint32_t>::max();

  std::array<std::uint8_t, 256> class_of{};  ///< Bytes of one class are alike in every state.
  std::size_t n_classes = 1;
  std::vector<std::uint32_t> next{};  ///< (n_states, n_classes), row-major
  std::vector<char> accepts{};        ///< (n_states), 0 or 1; state 0 is the start

  std::size_t n_states() const noexcept { return accepts.size(); }
  /// After a byte, or kDead. Requires state < n_states().
  std::uint32_t after(std::uint32_t state, std::uint8_t byte) const noexcept {
    return next[state * n_classes + class_of[byte]];
  }
};

/// Bytes that neither of two tables tells apart.
struct SharedClasses {
  SharedClasses(const DfaTable& a, const DfaTable& b);

  std::array<std::uint8_t, 256> class_of{};
  std::vector<std::uint8_t> bytes;  ///< (n_classes), the first of each class
};

/// The smallest table of the same language: every state can be reached and can reach an accepted one, no two
/// states and no two classes are alike, states are numbered in breadth-first order. No state at all if the
/// language is empty. Time: O(n log n) in the live transitions.
/// Source: A. Valmari, "Fast brief practical DFA minimization", Information Processing Letters 112 (2012).
DfaTable minimized(const DfaTable& table);

}  // namespace linnet::grammar
