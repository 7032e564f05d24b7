#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "grammar/dfa.h"
#include "grammar/grammar.h"
#include "grammar/machine.h"

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

// How many x, up to some, texts of `node` have: repetitions of x and of repetitions of x.
std::vector<bool> counts_of(const Builder& b, NodeId node) {
  constexpr std::size_t kMost = 40;
  std::vector<bool> counts(kMost + 1, false);
  const Node& n = b.node(node);
  if (n.kind != NodeKind::kRepeat) {
    counts[n.kind == NodeKind::kEmpty ? 0 : 1] = true;
    return counts;
  }
  const std::vector<bool> of_child = counts_of(b, n.children[0]);
  std::vector<bool> reached(kMost + 1, false);
  reached[0] = true;
  for (std::uint32_t round = 0; round <= std::min<std::uint32_t>(n.max, kMost); ++round) {
    std::vector<bool> next(kMost + 1, false);
    for (std::size_t i = 0; i <= kMost; ++i) {
      if (!reached[i]) continue;
      if (round >= n.min) counts[i] = true;
      for (std::size_t j = 0; i + j <= kMost; ++j) next[i + j] = next[i + j] || of_child[j];
    }
    reached = std::move(next);
  }
  return counts;
}

TEST(Builder, TakesRoundsOfRoundsTogetherWhereNoCountIsLeftOut) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
  for (std::uint32_t min = 0; min < 4; ++min) {
    for (std::uint32_t max = std::max(min, 1U); max < 5; ++max) ranges.emplace_back(min, max);
    ranges.emplace_back(min, kNoLimit);
  }
  std::size_t n_taken_together = 0;
  for (const auto& [min, max] : ranges) {
    for (const auto& [outer_min, outer_max] : ranges) {
      Builder b;
      const NodeId x = b.literal("x"), inner = b.repeat(x, min, max);
      const NodeId made = b.repeat(inner, outer_min, outer_max);
      std::vector<bool> wanted(41, false);
      for (std::uint32_t n = outer_min; n <= std::min<std::uint32_t>(outer_max, 40); ++n) {
        for (std::uint64_t i = std::uint64_t{n} * min;
             i <= std::min<std::uint64_t>(std::uint64_t{n} * max, 40); ++i)
          wanted[i] = true;
      }
      EXPECT_EQ(counts_of(b, made), wanted) << min << ' ' << max << ' ' << outer_min << ' ' << outer_max;
      n_taken_together += b.node(made).kind != NodeKind::kRepeat || b.node(made).children[0] == x ? 1 : 0;
    }
  }
  EXPECT_GT(n_taken_together, ranges.size() * ranges.size() / 2);
  // More than can be counted stays as it is.
  Builder b;
  const NodeId inner = b.repeat(b.literal("x"), 0, 1'000'000'000);
  EXPECT_EQ(b.node(b.repeat(inner, 0, 1'000'000'000)).children[0], inner);
}

TEST(Builder, AChoiceOfThousandsThatBeginAlike) {
  Builder b;
  std::vector<NodeId> texts{b.sequence({b.literal("text "), b.repeat(b.literal("-"), 1, kNoLimit)})};
  for (int i = 0; i < 50'000; ++i) texts.push_back(b.literal("text " + std::to_string(i)));
  const auto grammar = b.finish(b.sequence({b.choice(std::move(texts)), b.literal(".")}));
  ASSERT_TRUE(grammar) << grammar.error().message;
  Machine machine(*grammar);
  const auto is_text = [&](std::string_view text) {
    return machine.accepts(machine.next(Machine::kStart, text));
  };
  for (const std::string_view text : {"text 0.", "text 49999.", "text 4.", "text --."})
    EXPECT_TRUE(is_text(text));
  for (const std::string_view text : {"text 50000.", "text .", "text 4", "text 04."})
    EXPECT_FALSE(is_text(text));
}

TEST(Builder, RefusesTooManyBeginnings) {
  Builder b;
  const NodeId a = b.literal("a");
  std::vector<NodeId> ways;  // recursion, so that no automaton can be made of them
  for (std::size_t i = 0; i <= Machine::kMaxThreads; ++i) {
    const RuleId rule = b.declare(std::to_string(i));
    b.define(rule, b.sequence({a, b.repeat(b.rule(rule), 0, 1), b.literal(std::to_string(i))}));
    ways.push_back(b.rule(rule));
  }
  const auto result = b.finish(b.choice(std::move(ways)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(result.error().message.find("too many ways"), std::string::npos);
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
