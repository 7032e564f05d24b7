#include "grammar/dfa.h"

#include <gtest/gtest.h>

#include "grammar/nfa.h"
#include "grammar/regex.h"

namespace linnet::grammar {
namespace {

// Texts out of `words`, `min` to `max` of them.
DfaPtr words(const std::vector<std::string>& words, std::uint32_t min, std::uint32_t max) {
  Nfa nfa;
  PartsToLay<int> work(nfa);
  work.add_repeat(0, min, max, Nfa::kStart, Nfa::kAccept);
  while (!work.empty()) {
    const auto [part, from, to] = work.take();
    for (const std::string& word : words) nfa.read(from, word, to);
  }
  AutomataWork effort;
  return std::make_shared<const Dfa>(*nfa.determinized(kMaxDfaStates, effort));
}

DfaPtr characters(std::vector<CharacterRange> ranges, std::uint32_t min, std::uint32_t max) {
  Nfa nfa;
  PartsToLay<int> work(nfa);
  work.add_repeat(0, min, max, Nfa::kStart, Nfa::kAccept);
  while (!work.empty()) {
    const auto [part, from, to] = work.take();
    nfa.read(from, character_set(ranges), to);
  }
  AutomataWork effort;
  return std::make_shared<const Dfa>(*nfa.determinized(kMaxDfaStates, effort));
}

TEST(Dfa, ALiteralIsItself) {
  const auto dfa = Dfa::literal("ab\xC3\xA9");
  EXPECT_TRUE(dfa->matches("ab\xC3\xA9"));
  EXPECT_FALSE(dfa->matches("ab\xC3"));
  EXPECT_FALSE(dfa->matches("ab\xC3\xA9 "));
  EXPECT_EQ(dfa->n_states(), 5u);
  EXPECT_EQ(dfa->min_length(), 3u);
  EXPECT_EQ(dfa->max_length(), 3u);
  EXPECT_EQ(dfa->texts(1), std::vector<std::string>{"ab\xC3\xA9"});
  EXPECT_TRUE(Dfa::literal("")->matches(""));
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_TRUE(Dfa::literal(all + all)->matches(all + all));
}

TEST(Dfa, AnyTextIsValidUtf8) {
  const auto any = Dfa::any_text();
  for (const std::string_view text : {"", "abc", "\xC3\xA9", "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF"}) {
    EXPECT_TRUE(any->matches(text)) << text;
  }
  for (const std::string_view text :
       {"\x80", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"}) {
    EXPECT_FALSE(any->matches(text));
  }
  EXPECT_EQ(any->min_length(), 0u);
  EXPECT_EQ(any->max_length(), Automaton::kUnlimited);
  EXPECT_EQ(any->texts(1000), std::nullopt);
}

TEST(Dfa, IsMinimal) {
  // One state for each remainder of the length by 3, however it is written.
  EXPECT_EQ(words({"aaa", "aab", "aba", "abb", "baa", "bab", "bba", "bbb"}, 0, kNoLimit)->n_states(), 3u);
  EXPECT_EQ(words({"a"}, 0, 1000)->n_states(), 1001u);
  EXPECT_EQ(words({"a", "aa", "aaa"}, 1, kNoLimit)->n_states(), 2u);
}

TEST(Dfa, CountsCharactersNotBytes) {
  const auto dfa = characters({{'a', 'a'}, {0xE9, 0xE9}, {0x1F600, 0x1F600}}, 2, 5);
  EXPECT_EQ(dfa->min_length(), 2u);
  EXPECT_EQ(dfa->max_length(), 5u);
  EXPECT_EQ(characters({{'a', 0x2000}}, 3, kNoLimit)->min_length(), 3u);
  EXPECT_EQ(characters({{'a', 0x2000}}, 3, kNoLimit)->max_length(), Automaton::kUnlimited);
}

TEST(Dfa, ListsItsTexts) {
  const auto dfa = words({"a", "bc"}, 0, 2);
  EXPECT_EQ(dfa->texts(7), (std::vector<std::string>{"", "a", "aa", "abc", "bc", "bca", "bcbc"}));
  EXPECT_EQ(dfa->texts(6), std::nullopt);
  EXPECT_EQ(words({"a"}, 0, kNoLimit)->texts(1000), std::nullopt);
}

TEST(Dfa, Algebra) {
  AutomataWork work;
  const auto even = words({"aa"}, 0, kNoLimit);
  const auto threes = words({"aaa"}, 0, kNoLimit);
  const auto both = *Dfa::intersection(*even, *threes, work);
  EXPECT_EQ(both->n_states(), 6u);
  EXPECT_TRUE(both->matches("aaaaaa"));
  EXPECT_FALSE(both->matches("aaaa"));
  const auto either = *Dfa::united(*even, *threes, work);
  EXPECT_TRUE(either->matches("aaaa"));
  EXPECT_TRUE(either->matches("aaa"));
  EXPECT_FALSE(either->matches("aaaaa"));
  const auto odd = *Dfa::complement(*even, work);
  EXPECT_TRUE(odd->matches("aaa"));
  EXPECT_TRUE(odd->matches("\xE2\x82\xAC"));
  EXPECT_FALSE(odd->matches("\xE2\x82"));
  EXPECT_FALSE(odd->matches("aa"));
  EXPECT_TRUE((*Dfa::intersection(*odd, *even, work))->is_empty());
  EXPECT_EQ((*Dfa::united(*odd, *even, work))->n_states(), Dfa::any_text()->n_states());
}

TEST(Dfa, TheEmptyLanguageHasNoState) {
  AutomataWork work;
  const auto none = *Dfa::intersection(*Dfa::literal("a"), *Dfa::literal("b"), work);
  EXPECT_TRUE(none->is_empty());
  EXPECT_FALSE(none->matches(""));
  EXPECT_EQ(none->texts(0), std::vector<std::string>{});
  EXPECT_TRUE((*Dfa::intersection(*none, *Dfa::any_text(), work))->is_empty());
  EXPECT_TRUE((*Dfa::united(*none, *Dfa::literal("a"), work))->matches("a"));
  EXPECT_EQ((*Dfa::complement(*none, work))->n_states(), Dfa::any_text()->n_states());
}

TEST(Dfa, PlainCharacters) {
  const auto any = Dfa::any_text();
  EXPECT_EQ(any->n_plain_characters(any->start()), Automaton::kUnlimited);
  const auto three = characters({{0, kLastCodePoint}}, 0, 3);
  State state = three->start();
  EXPECT_EQ(three->n_plain_characters(state), 3u);
  state = *three->next(state, 'a');
  EXPECT_EQ(three->n_plain_characters(state), 2u);
  EXPECT_EQ(three->n_plain_characters(*three->next(state, 0xC3)), 0u);
  const auto ascii = characters({{0, 0x7F}}, 0, kNoLimit);
  EXPECT_EQ(ascii->n_plain_characters(ascii->start()), 0u);
  const auto string = characters({{' ', '!'}, {'#', '['}, {']', kLastCodePoint}}, 0, kNoLimit);
  EXPECT_EQ(string->n_plain_characters(string->start()), Automaton::kUnlimited);
  // Any one character may follow, but behind it another one only where it was not the comma.
  const auto list = compile_regex("^[^,]*(, [^,]*)*$").value();
  EXPECT_EQ(list->n_plain_characters(list->start()), 0u);
}

TEST(Dfa, WhatExplodesEndsSoon) {
  Nfa nfa;  // [ab]*a[ab]{40}: 2^40 states
  PartsToLay<int> work(nfa);
  const auto middle = nfa.add_state();
  const auto end = nfa.add_state();
  work.add_repeat(0, 0, kNoLimit, Nfa::kStart, middle);
  nfa.read(middle, "a", end);
  work.add_repeat(0, 40, 40, end, Nfa::kAccept);
  while (!work.empty()) {
    const auto [part, from, to] = work.take();
    nfa.read(from, character_set({{'a', 'b'}}), to);
  }
  AutomataWork effort;
  EXPECT_FALSE(nfa.determinized(kMaxDfaStates, effort));
  // What is left is shared, and spent.
  while (!effort.is_spent()) EXPECT_FALSE(nfa.determinized(kMaxDfaStates, effort));
  EXPECT_FALSE(Nfa().determinized(kMaxDfaStates, effort));
}

}  // namespace
}  // namespace linnet::grammar
