#include "grammar/characters.h"

#include <gtest/gtest.h>

#include <string>

#include "base/utf8.h"

namespace linnet::grammar {
namespace {

bool reads(const Utf8Graph& graph, std::string_view text) {
  std::size_t node = graph.nodes.size() - 1;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    bool found = false;
    for (const auto& [first, last, to] : graph.nodes[node]) {
      if (byte < first || byte > last) continue;
      EXPECT_FALSE(found) << "two edges for one byte";
      found = true;
      node = to;
      break;
    }
    if (!found) return false;
  }
  return node == 0;
}

bool contains(const CharacterSet& set, char32_t c) {
  for (const auto& [first, last] : set) {
    if (first <= c && c <= last) return true;
  }
  return false;
}

TEST(Characters, RangesBecomeASet) {
  EXPECT_EQ(character_set({{'c', 'd'}, {'a', 'b'}, {'z', 'x'}, {'f', 'g'}}),
            (CharacterSet{{'a', 'd'}, {'f', 'g'}}));
  EXPECT_EQ(character_set({{0xD700, 0xE001}, {0x10FFF0, 0xFFFFFFFF}}),
            (CharacterSet{{0xD700, 0xD7FF}, {0xE000, 0xE001}, {0x10FFF0, 0x10FFFF}}));
  EXPECT_TRUE(character_set({{0xD800, 0xDFFF}}).empty());
}

TEST(Characters, ComplementAndIntersection) {
  const CharacterSet set{{0, 'a'}, {0x100, 0x200}};
  EXPECT_EQ(complement(set), (CharacterSet{{'b', 0xFF}, {0x201, 0xD7FF}, {0xE000, 0x10FFFF}}));
  EXPECT_EQ(complement(complement(set)), set);
  EXPECT_EQ(intersection(set, {{'Z', 0x101}, {0x200, 0x300}}),
            (CharacterSet{{'Z', 'a'}, {0x100, 0x101}, {0x200, 0x200}}));
}

TEST(Characters, TheGraphSpellsWhatIsInTheSet) {
  for (const CharacterSet& set :
       {CharacterSet{{'a', 'z'}}, CharacterSet{{0x7F, 0x80}}, CharacterSet{{0x7FF, 0x800}, {0xFFFD, 0x10001}},
        CharacterSet{{0, 0xD7FF}, {0xE000, 0x10FFFF}}, CharacterSet{{0x1234, 0x1234}, {0x1F600, 0x1F64F}},
        CharacterSet{{0x10FFFF, 0x10FFFF}}, complement({{0x20, 0x20}, {0xFFFF, 0x20000}})}) {
    const Utf8Graph graph = utf8_graph(set);
    for (char32_t c = 0; c <= kLastCodePoint; c += c < 0x3000 ? 1 : 7) {
      if (c >= 0xD800 && c < 0xE000) continue;
      std::string text;
      utf8::append(text, c);
      ASSERT_EQ(reads(graph, text), contains(set, c)) << std::hex << std::uint32_t{c};
    }
    for (const std::string_view text :
         {"", "\x80", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
      EXPECT_FALSE(reads(graph, text));
    }
  }
}

TEST(Characters, TheGraphOfEverythingIsSmall) {
  EXPECT_LE(utf8_graph(character_set({{0, kLastCodePoint}})).nodes.size(), 9u);
}

}  // namespace
}  // namespace linnet::grammar
