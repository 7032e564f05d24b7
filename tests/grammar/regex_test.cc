#include "grammar/regex.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace linnet::grammar {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  const auto dfa = compile_regex(pattern);
  EXPECT_TRUE(dfa) << dfa.error().message;
  return dfa && (*dfa)->matches(text);
}

std::string error(std::string_view pattern, ErrorCode code = ErrorCode::kInvalidArgument) {
  const auto dfa = compile_regex(pattern);
  EXPECT_FALSE(dfa) << pattern;
  if (dfa) return "";
  EXPECT_EQ(dfa.error().code, code) << pattern;
  return dfa.error().message;
}

// Patterns, texts and what an engine of ECMAScript says: see make_regex.mjs.
TEST(Regex, AgreesWithAnEngineOfECMAScript) {
  std::ifstream stream(std::string(LINNET_GOLDEN_DIR) + "/grammar/regex.json");
  const auto golden = nlohmann::json::parse(stream);
  std::size_t n_texts = 0;
  for (const auto& [pattern, matching, others] :
       golden.at("patterns")
           .get<std::vector<std::tuple<std::string, std::vector<std::string>, std::vector<std::string>>>>()) {
    const auto dfa = compile_regex(pattern);
    ASSERT_TRUE(dfa) << pattern << ": " << dfa.error().message;
    for (const std::string& text : matching) EXPECT_TRUE((*dfa)->matches(text)) << pattern << " on " << text;
    for (const std::string& text : others) EXPECT_FALSE((*dfa)->matches(text)) << pattern << " on " << text;
    n_texts += matching.size() + others.size();
  }
  EXPECT_GT(n_texts, 2000u);
  for (const std::string pattern : golden.at("invalid")) EXPECT_FALSE(compile_regex(pattern)) << pattern;
}

TEST(Regex, MatchesAnywhereUnlessTiedDown) {
  EXPECT_TRUE(matches("b", "abc"));
  EXPECT_FALSE(matches("^b", "abc"));
  EXPECT_FALSE(matches("b$", "abc"));
  EXPECT_TRUE(matches("^abc$", "abc"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_TRUE(matches("^a|b$", "ac"));
  EXPECT_TRUE(matches("^a|b$", "cb"));
  EXPECT_FALSE(matches("^a|b$", "cac"));
  EXPECT_FALSE(matches("^abc$", "abc\n"));
  EXPECT_TRUE((*compile_regex("a^"))->is_empty());
  EXPECT_TRUE((*compile_regex("[]"))->is_empty());
}

TEST(Regex, TheLanguageIsOfValidUtf8) {
  EXPECT_FALSE(matches("a", "a\xFF"));
  EXPECT_FALSE(matches("^[^a]$", "\xC3"));
  EXPECT_TRUE(matches("^[^a]$", "\xC3\xA9"));
  EXPECT_TRUE(matches("^\\uD83D\\uDE00$", "\xF0\x9F\x98\x80"));
  EXPECT_TRUE((*compile_regex("\\uD83D"))->is_empty());
}

TEST(Regex, WhatIsMinimalIsSmall) {
  EXPECT_EQ((*compile_regex("^[a-z]+$"))->n_states(), 2u);
  EXPECT_EQ((*compile_regex("^(?:a|b|c|ab|bc)*$"))->n_states(), 1u);
  EXPECT_EQ((*compile_regex("[^]*"))->n_states(), (*compile_regex(""))->n_states());
  EXPECT_EQ((*compile_regex("^a{1000}$"))->n_states(), 1001u);
}

TEST(Regex, ErrorsNameTheByte) {
  EXPECT_EQ(error("ab(c"), "regular expression, byte 2: a '(' without its ')'");
  EXPECT_EQ(error("ab)"), "regular expression, byte 2: a ')' without its '('");
  EXPECT_EQ(error("a**"),
            "regular expression, byte 2: found '*', wanted something that can be repeated before it");
  EXPECT_EQ(
      error("\xC3\xA9{x"),
      "regular expression, byte 3: found 'x', wanted a number after '{'; write \\{ for the character itself");
  EXPECT_EQ(error("a{3,2}"), "regular expression, byte 1: the quantifier's numbers stand in the wrong order");
  EXPECT_EQ(error("[b-a]"), "regular expression, byte 1: the range ends before it begins");
  EXPECT_EQ(error("[a"), "regular expression, byte 2: the pattern ends, wanted the ']' that ends the class");
  EXPECT_EQ(error("x\\"), "regular expression, byte 2: the pattern ends, wanted what the backslash escapes");
  EXPECT_EQ(error("a\xFF"), "regular expression, byte 1: not UTF-8");
  EXPECT_EQ(error("(a)\\1", ErrorCode::kUnsupported),
            "regular expression, byte 4: back references are not regular and cannot be enforced");
  EXPECT_EQ(error("\\p{Foo}", ErrorCode::kUnsupported).substr(0, 60),
            "regular expression, byte 3: the property 'Foo' is not known;");
  EXPECT_EQ(error("(?<=a$)b", ErrorCode::kUnsupported),
            "regular expression, byte 5: a lookahead, $, \\b or \\B inside of a lookbehind");
}

TEST(Regex, WhatExplodesIsRefused) {
  for (const std::string_view pattern :
       {"^(?:a|b)*a(?:a|b){40}$", "(((a{1000}){1000}){1000}){1000}", "a{4294967295}",
        "^(?:\\p{L}{1,200}|b){1,200}$", "(?=(?:a|b)*a(?:a|b){40}c)",
        "(?:(?=.*a.{9})(?=.*b.{11})(?=.*c.{13}).)*x"}) {
    EXPECT_NE(error(pattern, ErrorCode::kUnsupported).find("too large"), std::string::npos) << pattern;
  }
  std::string deep(30'000, '(');
  deep += std::string(30'000, ')');
  EXPECT_TRUE(compile_regex(deep));
  std::string looks;
  for (int i = 0; i < 30; ++i) looks += "(?=";
  error(looks + std::string(30, ')'), ErrorCode::kUnsupported);
  error(std::string(100'000, 'a'), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace linnet::grammar
