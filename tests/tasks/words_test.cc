#include "tasks/words.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace linnet::tasks {
namespace {

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (const ByteSpan& word : words_of(text)) out.emplace_back(word.of(text));
  return out;
}

TEST(Words, AreRunsOfLettersOrDigitsAndSingleSigns) {
  using List = std::vector<std::string>;
  EXPECT_EQ(words("10:45AM, low-dose"), (List{"10", ":", "45", "AM", ",", "low", "-", "dose"}));
  EXPECT_EQ(words("na\u00efve \u65e5\u672c\u3002 5\u20137"),
            (List{"na\u00efve", "\u65e5\u672c", "\u3002", "5", "\u2013", "7"}));
  EXPECT_EQ(words(" \t\u00a0\u3000"), List{});
}

TEST(Words, ThoseInASpanOverlapIt) {
  const std::string_view text = " She took 40mg,  daily.\n";
  const std::vector<ByteSpan> all = words_of(text);
  for (std::size_t begin = 0; begin <= text.size(); ++begin) {
    for (std::size_t end = begin; end <= text.size(); ++end) {
      const WordSpan found = words_in(all, {begin, end});
      ASSERT_LE(found.begin, found.end);
      ASSERT_LE(found.end, all.size());
      for (std::size_t w = 0; w < all.size(); ++w) {
        EXPECT_EQ(found.begin <= w && w < found.end, all[w].overlaps({begin, end}))
            << begin << " to " << end << ", word " << w;
      }
    }
  }
  EXPECT_EQ(words_in({}, {0, 5}), WordSpan{});
}

TEST(Words, CuesTellNeighboursAndShape) {
  const std::string_view text = "take Aspirin now", other = "had ASPIRIN now";
  const auto a = cues_of(text, words_of(text), 1), b = cues_of(other, words_of(other), 1);
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(a[0], b[0]);  // the word without case
  EXPECT_NE(a[1], b[1]);  // its shape
  std::size_t shared = 0;
  for (const auto cue : a) shared += static_cast<std::size_t>(std::ranges::count(b, cue));
  EXPECT_GE(shared, 7u);
  EXPECT_LT(shared, a.size());
}

}  // namespace
}  // namespace linnet::tasks
