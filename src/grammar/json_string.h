// An automaton over the texts of JSON strings that reads escapes as what they stand for.
#pragma once

#include <cstdint>

#include "grammar/automaton.h"
#include "grammar/dfa.h"

namespace linnet::grammar {

/// JSON strings, with their quotes, whose content is a text of an automaton and has some number of code
/// points. Any spelling of the content is one of its texts (RFC 8259, section 7); a surrogate has to be half
/// of a pair.
class JsonString final : public Automaton {
 public:
  /// Requires content that is not empty; and, unless it is any_text(), that all of it has `min` to `max` code
  /// points.
  JsonString(DfaPtr content, std::size_t min, std::size_t max);

  State start() const noexcept override;
  std::optional<State> next(State state, std::uint8_t byte) const noexcept override;
  bool accepts(State state) const noexcept override;
  bool continues(State state) const noexcept override;
  std::size_t n_plain_characters(State state) const noexcept override;
  State representative(State state, std::size_t n_bytes) const noexcept override;

 private:
  struct Position;

  std::optional<Position> next_raw(Position p, std::uint8_t byte) const noexcept;
  std::optional<Position> next_escape(Position p, std::uint8_t byte) const noexcept;
  std::optional<Position> next_hex(Position p, std::uint8_t byte) const noexcept;
  std::optional<Position> add(Position p, std::uint32_t code_point) const noexcept;
  bool has_any(std::uint32_t content, std::uint32_t first, std::uint32_t last) const noexcept;

  DfaPtr content_;
  std::uint32_t min_;
  std::uint32_t max_;  // kNoLimit: none
  bool is_counted_;
};

}  // namespace linnet::grammar
