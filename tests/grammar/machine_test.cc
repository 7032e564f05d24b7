#include "grammar/machine.h"

#include <gtest/gtest.h>

#include <bitset>
#include <string>

namespace linnet::grammar {
namespace {

constexpr std::size_t npos = std::string_view::npos;

// Where a text leaves the grammar: npos if it is one of its texts, its length if only the end is missing.
std::size_t wrong_at(Machine& machine, std::string_view text) {
  ConfigId config = Machine::kStart;
  for (std::size_t i = 0; i < text.size(); ++i) {
    config = machine.next(config, static_cast<std::uint8_t>(text[i]));
    if (config < Machine::kStart) return i;
  }
  return machine.accepts(config) ? npos : text.size();
}

GrammarPtr finish(Builder& builder, NodeId root) {
  auto grammar = builder.finish(root);
  EXPECT_TRUE(grammar) << (grammar ? "" : grammar.error().message);
  return grammar ? *grammar : nullptr;
}

// value ::= "x" | "(" value ("," value)* ")"
GrammarPtr nested(Builder& b) {
  const RuleId value = b.declare("value");
  const NodeId more = b.repeat(b.sequence({b.literal(","), b.rule(value)}), 0, kNoLimit);
  b.define(value,
           b.choice({b.literal("x"), b.sequence({b.literal("("), b.rule(value), more, b.literal(")")})}));
  return finish(b, b.rule(value));
}

TEST(Machine, FollowsRecursion) {
  Builder b;
  Machine machine(nested(b));
  EXPECT_EQ(wrong_at(machine, "x"), npos);
  EXPECT_EQ(wrong_at(machine, "((x,x),x)"), npos);
  EXPECT_EQ(wrong_at(machine, "((x,x),x"), 8u);
  EXPECT_EQ(wrong_at(machine, "((x,x)))"), 7u);
  EXPECT_EQ(wrong_at(machine, "()"), 1u);
  const std::string deep(100'000, '(');
  EXPECT_EQ(wrong_at(machine, deep), deep.size());
}

TEST(Machine, RecursionAtTheEndOfARuleNeedsNoStack) {
  Builder b;
  const RuleId list = b.declare("list");
  // The literal in the middle of two rules keeps it from being one automaton.
  b.define(list, b.sequence({b.literal("a"), b.choice({b.rule(list), b.empty()})}));
  Machine machine(finish(b, b.rule(list)));
  const ConfigId once = machine.next(Machine::kStart, "aa");
  EXPECT_EQ(machine.next(once, "a"), once);
}

TEST(Machine, CountsRepetitions) {
  Builder b;
  const RuleId value = b.declare("value");
  b.define(value, b.choice({b.literal("x"), b.sequence({b.literal("("), b.rule(value), b.literal(")")})}));
  Machine machine(finish(b, b.repeat(b.rule(value), 2, 1000)));
  EXPECT_EQ(wrong_at(machine, "x"), 1u);
  EXPECT_EQ(wrong_at(machine, "x(x)"), npos);
  EXPECT_EQ(wrong_at(machine, std::string(1000, 'x')), npos);
  EXPECT_EQ(wrong_at(machine, std::string(1001, 'x')), 1000u);
}

TEST(Machine, EndsRepetitionsOfWhatMayBeEmpty) {
  Builder b;
  const RuleId value = b.declare("value");
  b.define(value, b.choice({b.literal("x"), b.sequence({b.literal("("), b.rule(value), b.literal(")")})}));
  const NodeId maybe = b.repeat(b.rule(value), 0, 1);
  Machine machine(finish(b, b.sequence({b.repeat(maybe, 5, 1'000'000'000), b.literal(".")})));
  EXPECT_EQ(wrong_at(machine, "."), npos);
  EXPECT_EQ(wrong_at(machine, "x(x)x."), npos);
  Builder c;
  const RuleId inner = c.declare("inner");
  c.define(inner, c.choice({c.literal("x"), c.sequence({c.literal("("), c.rule(inner), c.literal(")")})}));
  const NodeId both = c.sequence({c.repeat(c.rule(inner), 0, 1), c.repeat(c.literal("y"), 0, 1)});
  Machine pairs(finish(c, c.repeat(both, 0, 3)));
  EXPECT_EQ(wrong_at(pairs, "xyxyxy"), npos);
  EXPECT_EQ(wrong_at(pairs, "yxy"), npos);
  EXPECT_EQ(wrong_at(pairs, "xxxx"), 3u);
}

// Each member at most once, the first always; the state is the set of those seen.
class OnceEach final : public Tracker {
 public:
  explicit OnceEach(std::uint64_t allowed) : allowed_(allowed) {}
  State start() const noexcept override { return {}; }
  std::optional<State> next(State state, std::size_t member) const noexcept override {
    const std::uint64_t bit = std::uint64_t{1} << member;
    if ((state.a & bit) != 0 || (allowed_ & bit) == 0) return std::nullopt;
    return State{state.a | bit};
  }
  bool accepts(State state) const noexcept override { return (state.a & 1) != 0; }
  TrackerPtr without(std::span<const std::size_t> members) const override {
    std::uint64_t allowed = allowed_;
    for (const std::size_t member : members) allowed &= ~(std::uint64_t{1} << member);
    return (allowed & 1) == 0 ? nullptr : std::make_shared<OnceEach>(allowed);
  }

 private:
  std::uint64_t allowed_;
};

TEST(Machine, ListsAskTheirTracker) {
  Builder b;
  const NodeId list = b.list({b.literal("a"), b.literal("b"), b.literal("c")}, b.literal(", "),
                             std::make_shared<OnceEach>(7));
  Machine machine(finish(b, b.sequence({b.literal("{"), list, b.literal("}")})));
  EXPECT_EQ(wrong_at(machine, "{a}"), npos);
  EXPECT_EQ(wrong_at(machine, "{c, a, b}"), npos);
  EXPECT_EQ(wrong_at(machine, "{b, c}"), 5u) << "a is wanted";
  EXPECT_EQ(wrong_at(machine, "{a, a}"), 4u);
  EXPECT_EQ(wrong_at(machine, "{a, b, c,"), 8u) << "nothing could follow the comma";
}

TEST(Machine, ListsLeaveOutMembersThatCannotBeWritten) {
  Builder b;
  const RuleId endless = b.declare("endless");
  b.define(endless, b.sequence({b.literal("e"), b.rule(endless)}));
  const NodeId list =
      b.list({b.literal("a"), b.rule(endless)}, b.literal(","), std::make_shared<OnceEach>(3));
  Machine machine(finish(b, list));
  EXPECT_EQ(wrong_at(machine, "a"), npos);
  EXPECT_EQ(wrong_at(machine, "a,"), 1u);
  EXPECT_EQ(wrong_at(machine, "e"), 0u);
}

TEST(Machine, TellsTheOnlyByte) {
  Builder b;
  Machine machine(finish(b, b.sequence({b.literal("ab"), b.choice({b.literal("c"), b.literal("d")})})));
  EXPECT_EQ(machine.only_byte(Machine::kStart), 'a');
  EXPECT_EQ(machine.only_byte(machine.next(Machine::kStart, "a")), 'b');
  EXPECT_EQ(machine.only_byte(machine.next(Machine::kStart, "ab")), std::nullopt);
  EXPECT_EQ(machine.only_byte(machine.next(Machine::kStart, "abc")), std::nullopt);
}

TEST(Machine, CompactsToWhatOneTextNeeds) {
  Builder b;
  Machine machine(nested(b));
  const ConfigId before = machine.next(Machine::kStart, std::string(1000, '('));
  const std::size_t n_bytes = machine.n_bytes();
  const ConfigId after = machine.compact(machine.next(before, "x" + std::string(990, ')')));
  EXPECT_LT(machine.n_bytes(), n_bytes / 10);
  EXPECT_TRUE(machine.accepts(machine.next(after, std::string(10, ')'))));
  EXPECT_EQ(machine.next(after, std::string(11, ')')), Machine::kDead);
}

TEST(Machine, GivesUpOnTooManyReadings) {
  Builder b;
  // s ::= "a" s "x" | "a" s "y" | "a": each "a" doubles what can be open.
  const RuleId s = b.declare("s");
  const NodeId r = b.rule(s), a = b.literal("a");
  b.define(s, b.choice({b.sequence({a, r, b.literal("x")}), b.sequence({a, r, b.literal("y")}), a}));
  Machine machine(finish(b, r));
  EXPECT_EQ(wrong_at(machine, "aaaxy"), npos);
  const std::size_t at = wrong_at(machine, std::string(100, 'a'));
  EXPECT_GT(at, 10u);
  EXPECT_EQ(machine.next(Machine::kStart, std::string(at + 1, 'a')), Machine::kTooMany);
  EXPECT_EQ(machine.next(Machine::kStart, std::string(100, 'a')), Machine::kTooMany);
}

}  // namespace
}  // namespace linnet::grammar
