#include <gtest/gtest.h>

#include "grammar/dfa.h"
#include "grammar/grammar.h"

namespace linnet::grammar {
namespace {

TEST(Builder, MakesOneAutomatonOfWhatIsRegular) {
  Builder b;
  const RuleId digit = b.declare("digit");
  b.define(digit, b.characters({{'0', '9'}}));
  const NodeId number = b.sequence({b.repeat(b.literal("-"), 0, 1), b.repeat(b.rule(digit), 1, kNoLimit)});
  const auto grammar = b.finish(number);
  ASSERT_TRUE(grammar) << grammar.error().message;
  const Node& root = (*grammar)->nodes[(*grammar)->root];
  ASSERT_EQ(root.kind, NodeKind::kAutomaton);
  const auto* dfa = dynamic_cast<const Dfa*>(root.automaton.get());
  ASSERT_NE(dfa, nullptr);
  EXPECT_TRUE(dfa->matches("-12"));
  EXPECT_FALSE(dfa->matches("-"));
}

TEST(Builder, LeavesOutWhatCannotBeWritten) {
  Builder b;
  EXPECT_EQ(b.node(b.sequence({b.literal("a"), b.nothing()})).kind, NodeKind::kNothing);
  EXPECT_EQ(b.node(b.choice({b.literal("a"), b.nothing()})).kind, NodeKind::kLiteral);
  EXPECT_EQ(b.node(b.repeat(b.nothing(), 0, kNoLimit)).kind, NodeKind::kEmpty);
  EXPECT_EQ(b.node(b.repeat(b.nothing(), 1, kNoLimit)).kind, NodeKind::kNothing);
  EXPECT_EQ(b.node(b.characters({{0xD800, 0xDFFF}})).kind, NodeKind::kNothing);
}

TEST(Builder, RefusesGrammarsThatAreNone) {
  Builder undefined;
  const RuleId missing = undefined.declare("missing");
  auto result = undefined.finish(undefined.rule(missing));
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("'missing'"), std::string::npos);

  Builder endless;
  const RuleId e = endless.declare("e");
  EXPECT_TRUE(endless.define(e, endless.sequence({endless.literal("a"), endless.rule(e)})));
  EXPECT_FALSE(endless.define(e, endless.empty())) << "it is defined already";
  result = endless.finish(endless.rule(e));
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("never ends"), std::string::npos);
}

TEST(Builder, RefusesRulesThatBeginWithThemselves) {
  Builder b;
  const RuleId list = b.declare("list");
  const RuleId start = b.declare("start");
  const NodeId maybe = b.repeat(b.literal("-"), 0, 1);
  b.define(start, b.sequence({maybe, b.rule(list)}));
  b.define(list, b.choice({b.sequence({b.rule(start), b.literal(",")}), b.literal("x")}));
  const auto result = b.finish(b.sequence({b.literal("["), b.rule(list)}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(result.error().message.find("begins with itself"), std::string::npos);
}

TEST(Builder, MergesRangesOfCharacters) {
  Builder b;
  const Node& node = b.node(b.characters({{'c', 'e'}, {'a', 'b'}, {'d', 'x'}, {0xD000, 0xE010}}));
  EXPECT_EQ(node.ranges, (std::vector<CharacterRange>{{'a', 'x'}, {0xD000, 0xD7FF}, {0xE000, 0xE010}}));
}

TEST(Builder, FollowsLongChainsOfRulesWithoutRecursion) {
  Builder b;
  constexpr RuleId kRules = 100'000;
  std::vector<RuleId> rules;
  for (RuleId i = 0; i <= kRules; ++i) rules.push_back(b.declare("r" + std::to_string(i)));
  for (RuleId i = 0; i < kRules; ++i) {
    b.define(rules[i], b.choice({b.sequence({b.literal("a"), b.rule(rules[i + 1])}), b.literal("b")}));
  }
  b.define(rules[kRules], b.sequence({b.literal("c"), b.repeat(b.rule(rules[0]), 0, 1)}));
  const auto grammar = b.finish(b.rule(rules[0]));
  EXPECT_TRUE(grammar) << grammar.error().message;
}

}  // namespace
}  // namespace linnet::grammar
