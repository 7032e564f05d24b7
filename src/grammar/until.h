// Texts around a mark: the free text before it, and text without it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grammar/automaton.h"

namespace linnet::grammar {

/// Bytes that end with the first occurrence of a mark, or that have none. The state is the length of the
/// longest end of the text that the mark begins with (Knuth, Morris, Pratt, "Fast pattern matching in
/// strings", 1977).
class Until final : public Automaton {
 public:
  enum class Ends : std::uint8_t { kWithMark, kWithoutMark };

  /// Requires a mark that is not empty.
  Until(std::string_view mark, Ends ends);

  State start() const noexcept override { return {}; }
  std::optional<State> next(State state, std::uint8_t byte) const noexcept override;
  bool accepts(State state) const noexcept override {
    return (state.a == mark_.size()) == (ends_ == Ends::kWithMark);
  }
  bool continues(State state) const noexcept override { return state.a < mark_.size(); }

 private:
  std::string mark_;
  Ends ends_;
  std::vector<std::size_t> borders_;  // of the mark's first i bytes: their longest proper border
};

}  // namespace linnet::grammar
