#include "grammar/gbnf.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "grammar/machine.h"

namespace linnet::grammar {
namespace {

bool matches(Machine& machine, std::string_view text) {
  return machine.accepts(machine.next(Machine::kStart, text));
}

bool matches(std::string_view gbnf, std::string_view text) {
  const auto grammar = parse_gbnf(gbnf);
  EXPECT_TRUE(grammar) << grammar.error().message;
  if (!grammar) return false;
  Machine machine(*grammar);
  return matches(machine, text);
}

std::string error(std::string_view gbnf, ErrorCode code = ErrorCode::kInvalidArgument) {
  const auto grammar = parse_gbnf(gbnf);
  EXPECT_FALSE(grammar) << gbnf;
  if (grammar) return "";
  EXPECT_EQ(grammar.error().code, code) << gbnf;
  return grammar.error().message;
}

// Grammars, texts and what llama.cpp says: see make_gbnf.py.
TEST(Gbnf, AgreesWithLlamaCpp) {
  std::ifstream stream(std::string(LINNET_GOLDEN_DIR) + "/grammar/gbnf.json");
  const auto golden = nlohmann::json::parse(stream);
  std::size_t n_texts = 0;
  for (const auto& [gbnf, matching, others] :
       golden
           .get<std::vector<std::tuple<std::string, std::vector<std::string>, std::vector<std::string>>>>()) {
    const auto grammar = parse_gbnf(gbnf);
    ASSERT_TRUE(grammar) << gbnf << "\n" << grammar.error().message;
    Machine machine(*grammar);
    for (const std::string& text : matching) EXPECT_TRUE(matches(machine, text)) << gbnf << "\non " << text;
    for (const std::string& text : others) EXPECT_FALSE(matches(machine, text)) << gbnf << "\non " << text;
    n_texts += matching.size() + others.size();
  }
  EXPECT_GT(n_texts, 200u);
}

TEST(Gbnf, WhatLlamaCppLacks) {
  EXPECT_TRUE(matches("root ::= some_rule{,2}\nsome_rule ::= \"a\"", "aa"));
  EXPECT_FALSE(matches("root ::= [ab]{,2}", "aab"));
  EXPECT_TRUE(matches("root ::= \"\"* \"a\"", "a"));
}

TEST(Gbnf, ErrorsNameTheirPlace) {
  EXPECT_EQ(error(""), "grammar, 1:1: no rule is called 'root', where a text would begin");
  EXPECT_EQ(error("a ::= \"b\"\n"), "grammar, 2:1: no rule is called 'root', where a text would begin");
  EXPECT_EQ(error("root ::= \"\xC3\xA9\" b\n"), "grammar, 1:14: rule 'b' is used, but not defined");
  EXPECT_EQ(error("root ::= \"a\"\nroot ::= \"b\""), "grammar, 2:1: rule 'root' is defined a second time");
  EXPECT_EQ(error("root ::= a\n\na ::= \"x\"? b\nb ::= a \"y\" | \"z\"").substr(0, 46),
            "grammar, 3:1: rule 'a' begins with itself, dir");
  EXPECT_EQ(error("root ::= \"a\" root"),
            "grammar, 1:1: no text satisfies this; it contradicts itself or never ends");
  EXPECT_EQ(error("root = \"a\""), "grammar, 1:6: found '=', wanted '::='");
  EXPECT_EQ(error("root ::= (\"a\""), "grammar, 1:10: a '(' without its ')'");
  EXPECT_EQ(error("root ::= \"a\")"), "grammar, 1:13: a ')' without its '('");
  EXPECT_EQ(error("root ::= \"a"), "grammar, 1:10: a '\"' without the one that ends it");
  EXPECT_EQ(error("root ::= [a"), "grammar, 1:10: a '[' without its ']'");
  EXPECT_EQ(error("root ::= []"),
            "grammar, 1:11: found ']', wanted a character; write \\] for the bracket itself");
  EXPECT_EQ(error("root ::= [z-a]"), "grammar, 1:11: the range ends before it begins");
  EXPECT_EQ(error("root ::= * \"a\""),
            "grammar, 1:10: found '*', wanted something that can be repeated before it");
  EXPECT_EQ(error("root ::= \"a\"{3,2}"), "grammar, 1:13: the repetition's numbers stand in the wrong order");
  EXPECT_EQ(error("root ::= \"a\"{,}"), "grammar, 1:15: found '}', wanted a number");
  EXPECT_EQ(error("root ::= \"\\q\"").substr(0, 26), "grammar, 1:12: found 'q', ");
  EXPECT_EQ(error("root ::= \"\\uD83D\"").substr(0, 36), "grammar, 1:11: half a surrogate pair");
  EXPECT_EQ(error("root ::= \"a\xFF\""), "grammar, 1:12: not UTF-8");
  EXPECT_EQ(error("root ::= \"a\" ; x"),
            "grammar, 1:14: found ';', wanted the end of the line, a rule, '\"', '[', '(', '.', '|' or a "
            "repetition");
  EXPECT_EQ(error("root ::= <think>", ErrorCode::kUnsupported),
            "grammar, 1:10: tokens cannot be named in a grammar; write the text itself");
}

TEST(Gbnf, DepthAndSizeAreBounded) {
  const auto nested = [](std::size_t n) {
    return "root ::= " + std::string(n, '(') + "\"a\"" + std::string(n, ')');
  };
  EXPECT_TRUE(matches(nested(150), "a"));
  EXPECT_NE(error(nested(100'000), ErrorCode::kUnsupported).find("within each other"), std::string::npos);
  EXPECT_NE(
      error("root ::= \"a\"" + std::string(100'000, '*'), ErrorCode::kUnsupported).find("within each other"),
      std::string::npos);
  error(std::string(1'000'000, ' '), ErrorCode::kUnsupported);
  std::string chain = "root ::= a0\n";  // no recursion, and none when it is read
  for (int i = 0; i < 3000; ++i) chain += fmt::format("a{} ::= \"{}\" | a{}\n", i, i, i + 1);
  EXPECT_TRUE(matches(chain + "a3000 ::= \"[\" root \"]\"", "[[2999]]"));
}

TEST(Gbnf, RulesThatAreLargeTogetherAreFollowedAsTheyAre) {
  EXPECT_TRUE(matches("root ::= \"ab\"+++++++++++++++++*", "abababab"));
  EXPECT_TRUE(matches("root ::= (\"a\"{0,1000}){0,1000}", std::string(20'000, 'a')));
  std::string rules = "root ::= a0";
  for (int i = 1; i < 3000; ++i) rules += fmt::format(" | \"{}\" a{}", i, i);
  for (int i = 0; i < 3000; ++i) rules += fmt::format("\na{} ::= .{{1990}}", i);
  std::string text(1990, 'x');
  EXPECT_TRUE(matches(rules, "2999" + text));
  EXPECT_FALSE(matches(rules, "3000" + text));
}

}  // namespace
}  // namespace linnet::grammar
