// Sets of code points, and the same sets as bytes of UTF-8. Values and functions of their arguments alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "grammar/grammar.h"

namespace linnet::grammar {

inline constexpr char32_t kLastCodePoint = 0x10FFFF;

/// A set of code points: ranges in ascending order with a gap between any two, without surrogates and nothing
/// above kLastCodePoint.
using CharacterSet = std::vector<CharacterRange>;

/// The set that `ranges`, in any order, make. Reversed ones are empty.
CharacterSet character_set(std::vector<CharacterRange> ranges);
/// Every code point that is not in `set`.
CharacterSet complement(const CharacterSet& set);
/// What is in both.
CharacterSet intersection(const CharacterSet& a, const CharacterSet& b);

/// A set of code points as a graph whose edges read bytes, without cycles and with equal ends shared: a path
/// from the last node to node 0 spells one of them.
struct Utf8Graph {
  struct Edge {
    std::uint8_t first = 0;
    std::uint8_t last = 0;
    std::uint32_t to = 0;
    friend auto operator<=>(const Edge&, const Edge&) = default;
  };
  std::vector<std::vector<Edge>> nodes;  ///< Edges of a node lead to smaller nodes.
};

Utf8Graph utf8_graph(const CharacterSet& set);

}  // namespace linnet::grammar
