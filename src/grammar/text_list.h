// An automaton over any number of given texts that takes no more memory than they do: where a Dfa has a state
// for each of their places, this one looks for the texts that begin alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/automaton.h"

namespace linnet::grammar {

class TextList final : public Automaton {
 public:
  /// In any order, some twice if you like. Requires one at least, of less than 4 GiB each.
  explicit TextList(std::vector<std::string> texts);

  State start() const noexcept override;
  /// In a time that grows with the logarithm of their number.
  std::optional<State> next(State state, std::uint8_t byte) const noexcept override;
  bool accepts(State state) const noexcept override;
  bool continues(State state) const noexcept override;

 private:
  std::vector<std::string> texts_;  // sorted by their bytes, each once
};

}  // namespace linnet::grammar
