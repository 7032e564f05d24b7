#include "grammar/json_string.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace linnet::grammar {
namespace {

std::optional<State> read(const Automaton& automaton, std::string_view text) {
  std::optional<State> state = automaton.start();
  for (const char c : text)
    if (state) state = automaton.next(*state, static_cast<std::uint8_t>(c));
  return state;
}

bool matches(const Automaton& automaton, std::string_view text) {
  const auto state = read(automaton, text);
  return state && automaton.accepts(*state);
}

TEST(JsonString, TakesEverySpelling) {
  const JsonString any(Dfa::any_text(), 0, Automaton::kUnlimited);
  for (const std::string_view text :
       {R"("")", R"("abc")", R"("\n\u0000\/")", "\"\u00e9\U0001F600\"", R"("\u00E9\ud83d\uDE00")"})
    EXPECT_TRUE(matches(any, text)) << text;
  for (const std::string_view text : {R"(")", "\"\n\"", R"("\x")", R"("\ud83d")", R"("\ud83d\u0041")",
                                      R"("\ude00")", "\"\xff\"", "\"\xc3\"", R"("a" )", R"("\u12G4")"})
    EXPECT_FALSE(matches(any, text)) << text;
}

TEST(JsonString, CountsCodePoints) {
  const JsonString two_or_three(Dfa::any_text(), 2, 3);
  for (const std::string_view text : {R"("ab")", "\"\U0001F600\u00e9x\"", R"("\ud83d\uDE00\n")"})
    EXPECT_TRUE(matches(two_or_three, text)) << text;
  for (const std::string_view text : {R"("a")", R"("abcd")", R"("\ud83d\uDE00")"})
    EXPECT_FALSE(matches(two_or_three, text)) << text;
  EXPECT_FALSE(read(two_or_three, R"("abc\)")) << "no room for what the escape stands for";
}

TEST(JsonString, HoldsWhatEscapesStandForAgainstTheContent) {
  const JsonString name(Dfa::literal("\u00e9\U0001F600\n"), 0, Automaton::kUnlimited);
  for (const std::string_view text : {"\"\u00e9\U0001F600\\n\"", R"("\u00E9\ud83D\ude00\u000a")"})
    EXPECT_TRUE(matches(name, text)) << text;
  EXPECT_TRUE(read(name, R"("\u00e)"));
  EXPECT_FALSE(read(name, R"("\u01)"));
  EXPECT_FALSE(read(name, R"("\u00f)"));
  EXPECT_TRUE(read(name, R"("\u00e9\ud8)"));
  EXPECT_FALSE(read(name, R"("\u00e9\ud9)"));
  EXPECT_FALSE(read(name, R"("\u00e9\ud83d\ude1)"));
  EXPECT_FALSE(read(name, R"("\n)"));
}

TEST(JsonString, TellsPlainCharacters) {
  const JsonString up_to_nine(Dfa::any_text(), 0, 9);
  EXPECT_EQ(up_to_nine.n_plain_characters(up_to_nine.start()), 0U);
  EXPECT_EQ(up_to_nine.n_plain_characters(*read(up_to_nine, "\"abc")), 6U);
  EXPECT_EQ(up_to_nine.n_plain_characters(*read(up_to_nine, "\"abc\\")), 0U);
  const JsonString any(Dfa::any_text(), 0, Automaton::kUnlimited);
  EXPECT_EQ(any.n_plain_characters(*read(any, "\"abc")), Automaton::kUnlimited);
}

TEST(JsonString, StatesFarFromLimitsAreOne) {
  const JsonString limited(Dfa::any_text(), 50, 100);
  const auto at = [&](std::size_t n) { return *read(limited, '"' + std::string(n, 'x')); };
  EXPECT_EQ(limited.representative(at(3), 10), limited.representative(at(30), 10));
  EXPECT_EQ(limited.representative(at(60), 10), limited.representative(at(88), 10));
  EXPECT_NE(limited.representative(at(60), 10), limited.representative(at(95), 10));
  EXPECT_NE(limited.representative(at(45), 10), limited.representative(at(30), 10));
}

}  // namespace
}  // namespace linnet::grammar
