#include "grammar/characters.h"

#include <algorithm>
#include <map>

namespace linnet::grammar {
namespace {

constexpr char32_t kFirstSurrogate = 0xD800;
constexpr char32_t kLastSurrogate = 0xDFFF;

using Ranges = std::span<const CharacterRange>;

class GraphMaker {
 public:
  GraphMaker() { graph_.nodes.emplace_back(); }

  Utf8Graph make(const CharacterSet& set) {
    struct Length {
      char32_t first, last;
      std::uint8_t lead;  // the first byte of code point 0 if it had this length
      int n_more;
    };
    // Table 3-6 of the Unicode Standard.
    constexpr Length kLengths[] = {{0, 0x7F, 0, 0},
                                   {0x80, 0x7FF, 0xC0, 1},
                                   {0x800, 0xFFFF, 0xE0, 2},
                                   {0x10000, kLastCodePoint, 0xF0, 3}};
    std::vector<Utf8Graph::Edge> root;
    for (const auto& [first, last, lead, n_more] : kLengths) {
      const CharacterSet part = intersection(set, {{first, last}});
      if (!part.empty()) append_edges(root, part, 0, lead, n_more);
    }
    graph_.nodes.push_back(std::move(root));
    return std::move(graph_);
  }

 private:
  // One edge for each stretch of 64^n_more code points, counted from `begin`, that `ranges` touch.
  void append_edges(std::vector<Utf8Graph::Edge>& edges, Ranges ranges, char32_t begin,
                    std::uint8_t first_byte, int n_more) {
    const char32_t stretch = char32_t{1} << (6 * n_more);
    char32_t low = begin + (ranges.front().first - begin) / stretch * stretch;
    while (!ranges.empty()) {
      const char32_t high = low + stretch - 1;
      const auto end =
          std::find_if(ranges.begin(), ranges.end(), [&](auto& range) { return range.first > high; });
      const std::uint32_t to = node(Ranges(ranges.begin(), end), low, n_more);
      const auto byte = static_cast<std::uint8_t>(first_byte + (low - begin) / stretch);
      if (!edges.empty() && edges.back().to == to && edges.back().last + 1 == byte) {
        edges.back().last = byte;
      } else {
        edges.push_back({byte, byte, to});
      }
      const auto rest = std::find_if(ranges.begin(), end, [&](auto& range) { return range.last > high; });
      ranges = Ranges(rest, ranges.end());
      low += stretch;
      if (!ranges.empty() && ranges.front().first > low) {
        low += (ranges.front().first - low) / stretch * stretch;
      }
    }
  }

  // The node for those code points of `ranges` whose last `n_more` bytes count from `begin`.
  std::uint32_t node(Ranges ranges, char32_t begin, int n_more) {
    if (n_more == 0) return 0;
    const char32_t end = begin + (char32_t{1} << (6 * n_more)) - 1;
    std::vector<Utf8Graph::Edge> edges;
    if (ranges.size() == 1 && ranges[0].first <= begin && ranges[0].last >= end) {
      edges.push_back({0x80, 0xBF, n_more == 1 ? 0 : node(ranges, begin, n_more - 1)});
    } else {
      CharacterSet inside(ranges.begin(), ranges.end());
      inside.front().first = std::max(inside.front().first, begin);
      inside.back().last = std::min(inside.back().last, end);
      append_edges(edges, inside, begin, 0x80, n_more - 1);
    }
    const auto [at, is_new] = ids_.emplace(edges, static_cast<std::uint32_t>(graph_.nodes.size()));
    if (is_new) graph_.nodes.push_back(std::move(edges));
    return at->second;
  }

  Utf8Graph graph_;
  std::map<std::vector<Utf8Graph::Edge>, std::uint32_t> ids_;
};

}  // namespace

CharacterSet character_set(std::vector<CharacterRange> ranges) {
  std::sort(ranges.begin(), ranges.end());
  CharacterSet set;
  const auto add = [&](char32_t first, char32_t last) {
    if (first > last) return;
    if (!set.empty() && first <= set.back().last + 1) {
      set.back().last = std::max(set.back().last, last);
    } else {
      set.push_back({first, last});
    }
  };
  for (const auto& [first, last] : ranges) add(first, std::min(last, kLastCodePoint));
  return set.empty() ? set
                     : intersection(set, {{0, kFirstSurrogate - 1}, {kLastSurrogate + 1, kLastCodePoint}});
}

CharacterSet complement(const CharacterSet& set) {
  std::vector<CharacterRange> gaps;
  char32_t next = 0;
  for (const auto& [first, last] : set) {
    if (first > next) gaps.push_back({next, first - 1});
    next = last + 1;
  }
  if (next <= kLastCodePoint) gaps.push_back({next, kLastCodePoint});
  return character_set(std::move(gaps));
}

CharacterSet intersection(const CharacterSet& a, const CharacterSet& b) {
  CharacterSet both;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    const char32_t first = std::max(x->first, y->first);
    const char32_t last = std::min(x->last, y->last);
    if (first <= last) both.push_back({first, last});
    if (x->last < y->last) {
      ++x;
    } else {
      ++y;
    }
  }
  return both;
}

Utf8Graph utf8_graph(const CharacterSet& set) { return GraphMaker().make(set); }

}  // namespace linnet::grammar
