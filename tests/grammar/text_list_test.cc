#include "grammar/text_list.h"

#include <gtest/gtest.h>

#include "grammar/dfa.h"

namespace linnet::grammar {
namespace {

TEST(TextList, IsTheAutomatonOfItsTexts) {
  const std::vector<std::string> texts = {"b", "ab",       "a",         "abc",   "",
                                          "b", "\xC3\xA4", "\xC3\xA4h", "a\x7F", "\xFF"};
  const TextList list(texts);
  Builder b;
  std::vector<NodeId> literals;
  for (const std::string& text : texts) literals.push_back(b.literal(text));
  const DfaPtr dfa = *Dfa::from_node(b, b.choice(std::move(literals)));
  // Every text over some bytes, as long as there is one that begins so.
  std::vector<std::pair<State, State>> places = {{list.start(), dfa->start()}};
  std::size_t n_texts = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto [in_list, in_dfa] = places[i];
    EXPECT_EQ(list.accepts(in_list), dfa->accepts(in_dfa));
    EXPECT_EQ(list.continues(in_list), dfa->continues(in_dfa));
    n_texts += list.accepts(in_list) ? 1 : 0;
    for (unsigned byte = 0; byte < 256; ++byte) {
      const auto next = list.next(in_list, static_cast<std::uint8_t>(byte));
      const auto wanted = dfa->next(in_dfa, static_cast<std::uint8_t>(byte));
      ASSERT_EQ(next.has_value(), wanted.has_value()) << i << ' ' << byte;
      if (next) places.emplace_back(*next, *wanted);
    }
  }
  EXPECT_EQ(n_texts, 9u);
}

TEST(TextList, OfOneText) {
  const TextList list({"x"});
  EXPECT_FALSE(list.accepts(list.start()));
  EXPECT_FALSE(list.next(list.start(), 'y'));
  const State end = *list.next(list.start(), 'x');
  EXPECT_TRUE(list.accepts(end));
  EXPECT_FALSE(list.continues(end));
  EXPECT_FALSE(list.next(end, 'x'));
}

}  // namespace
}  // namespace linnet::grammar
