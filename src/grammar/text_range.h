// A place in a sorted list of texts: those of them that begin with the text so far.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "grammar/automaton.h"

namespace linnet::grammar {

/// The texts with numbers from `begin` to before `end`, which have their first `n_read` bytes in common. As a
/// State: a = begin and end, b = n_read.
struct TextRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::size_t n_read = 0;

  static TextRange from(State s) noexcept {
    return {static_cast<std::uint32_t>(s.a), static_cast<std::uint32_t>(s.a >> 32),
            static_cast<std::size_t>(s.b)};
  }
  State state() const noexcept { return {begin | std::uint64_t{end} << 32, n_read}; }

  /// The state of those that go on with `byte`, in a time that grows with the logarithm of their number;
  /// nothing if none does. `texts` is all of the list, sorted by its bytes; byte_of(text, i) is the byte of a
  /// text at i, or -1 at its end.
  template <class Texts, class ByteOf>
  std::optional<State> after(const Texts& texts, std::uint8_t byte, const ByteOf& byte_of) const noexcept {
    const auto first = texts.begin() + begin, last = texts.begin() + end;
    const auto from = std::partition_point(
        first, last, [&](const auto& text) { return byte_of(text, n_read) < int{byte}; });
    const auto to = std::partition_point(
        from, last, [&](const auto& text) { return byte_of(text, n_read) == int{byte}; });
    if (from == to) return std::nullopt;
    return TextRange{static_cast<std::uint32_t>(from - texts.begin()),
                     static_cast<std::uint32_t>(to - texts.begin()), n_read + 1}
        .state();
  }
};

}  // namespace linnet::grammar
