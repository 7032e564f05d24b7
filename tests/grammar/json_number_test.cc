#include "grammar/json_number.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace linnet::grammar {
namespace {

Decimal number(std::string_view text) {
  const auto parsed = Decimal::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Decimal{});
}

bool matches(const Automaton& automaton, std::string_view text) {
  State state = automaton.start();
  for (const char c : text) {
    const auto next = automaton.next(state, static_cast<std::uint8_t>(c));
    if (!next) return false;
    EXPECT_TRUE(automaton.accepts(*next) || automaton.continues(*next)) << text;
    state = *next;
  }
  return automaton.accepts(state);
}

/// Which of `texts` the set holds.
std::vector<std::string> held(const NumberSet& set, std::vector<std::string> texts) {
  AutomataWork work;
  const auto automaton = number_automaton(set, work);
  EXPECT_TRUE(automaton) << automaton.error().message;
  if (!automaton || !*automaton) return {"nothing"};
  std::erase_if(texts, [&](const std::string& text) { return !matches(**automaton, text); });
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Decimal, ReadsEqualNumbersAlike) {
  EXPECT_EQ(number("1"), number("1.0"));
  EXPECT_EQ(number("1200"), number("1.2e3"));
  EXPECT_EQ(number("0.5"), number("50E-2"));
  EXPECT_EQ(number("-0.0"), number("0"));
  EXPECT_EQ(number("-1.5").text(), "-1.5");
  EXPECT_EQ(number("1e3").text(), "1000");
  EXPECT_EQ(number("25e-4").text(), "0.0025");
  EXPECT_EQ(number("0e999999999999").text(), "0");
}

TEST(Decimal, RefusesWhatIsNoNumberOrTooLong) {
  for (const std::string_view text :
       {"", "-", "01", "1.", ".5", "1e", "+1", "1e+", "1x", "1e501", "1e-501", "1e9999999"})
    EXPECT_FALSE(Decimal::parse(text)) << text;
}

TEST(Decimal, OrdersByValue) {
  const std::vector<std::string_view> ascending = {"-10.5", "-10", "-1", "-0.1", "0",    "0.09",
                                                   "0.1",   "1",   "9",  "10",   "10.5", "1e3"};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j)
      EXPECT_EQ(number(ascending[i]) <=> number(ascending[j]), i <=> j)
          << ascending[i] << ' ' << ascending[j];
}

TEST(JsonNumber, AllNumbersMayHaveExponents) {
  const Texts good = {"0", "-0", "12", "-1.50", "1e5", "1E+5", "0.1e-7"};
  EXPECT_EQ(held({}, good), good);
  EXPECT_EQ(held({}, {"", "-", "01", "1.", ".5", "1e", "1e+", "+1", "--1", "1.5.5"}), Texts{});
}

TEST(JsonNumber, IntegersMayEndInAPointAndZeros) {
  EXPECT_EQ(held({.is_integer = true}, {"1", "-7.0", "1.00", "1.5", "0.01"}), (Texts{"1", "-7.0", "1.00"}));
  EXPECT_EQ(held({.is_integer = false}, {"1", "1.0", "1.5", "0.01", "-0.10"}),
            (Texts{"1.5", "0.01", "-0.10"}));
}

TEST(JsonNumber, RangesCompareDigits) {
  const NumberSet set{.lower = Bound{number("-1.5")}, .upper = Bound{number("120"), true}};
  EXPECT_EQ(held(set, {"-2", "-1.51", "-1.5", "-1.500", "-0", "0", "7", "99.99", "119.999", "120", "120.0",
                       "1000"}),
            (Texts{"-1.5", "-1.500", "-0", "0", "7", "99.99", "119.999"}));
  const NumberSet small{.lower = Bound{number("0.05")}, .upper = Bound{number("0.25")}};
  EXPECT_EQ(held(small, {"0.0", "0.04999", "0.05", "0.1", "0.25", "0.250", "0.2501", "1", "-0.1"}),
            (Texts{"0.05", "0.1", "0.25", "0.250"}));
  const NumberSet negative{.lower = Bound{number("-20")}, .upper = Bound{number("-3"), true}};
  EXPECT_EQ(held(negative, {"-21", "-20", "-3.0", "-3.01", "-10", "0", "3"}), (Texts{"-20", "-3.01", "-10"}));
}

TEST(JsonNumber, ZeroBoundsHoldForNegativeZero) {
  EXPECT_EQ(held({.lower = Bound{number("0")}}, {"0", "-0", "-0.0", "-1", "5"}),
            (Texts{"0", "-0", "-0.0", "5"}));
  EXPECT_EQ(held({.lower = Bound{number("0"), true}}, {"0", "-0", "0.0", "0.1", "5"}), (Texts{"0.1", "5"}));
  EXPECT_EQ(held({.upper = Bound{number("0"), true}}, {"0", "-0", "-0.1", "-5", "5"}), (Texts{"-0.1", "-5"}));
}

TEST(JsonNumber, MultiplesOfDecimals) {
  EXPECT_EQ(held({.multiples = {number("1.5")}}, {"0", "1.5", "4.50", "35", "3", "-3"}),
            (Texts{"0", "1.5", "4.50", "3", "-3"}));
  EXPECT_EQ(held({.multiples = {number("0.0001")}}, {"0.0075", "0.00751", "0.007510", "12"}),
            (Texts{"0.0075", "12"}));
  EXPECT_EQ(held({.multiples = {number("2")}, .not_multiples = {number("3")}}, {"2", "6", "4.0", "9", "8.5"}),
            (Texts{"2", "4.0"}));
}

TEST(JsonNumber, NoDeadEnds) {
  // Between 17 and 19 only 18 is a multiple of 9, so behind "1" only "8" may stand.
  const NumberSet set{.lower = Bound{number("17")}, .upper = Bound{number("19")}, .multiples = {number("9")}};
  AutomataWork work;
  const auto automaton = number_automaton(set, work);
  ASSERT_TRUE(automaton && *automaton);
  const State one = *(*automaton)->next((*automaton)->start(), '1');
  EXPECT_FALSE((*automaton)->next(one, '7'));
  EXPECT_TRUE((*automaton)->next(one, '8'));
  EXPECT_FALSE((*automaton)->next((*automaton)->start(), '2'));
  EXPECT_FALSE((*automaton)->next((*automaton)->start(), '-'));
}

TEST(JsonNumber, SaysWhenThereIsNone) {
  AutomataWork work;
  const auto none = number_automaton(
      {.lower = Bound{number("1"), true}, .upper = Bound{number("2"), true}, .is_integer = true}, work);
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, nullptr);
  EXPECT_FALSE(number_automaton({.multiples = {number("0.123456789")}}, work));
}

}  // namespace
}  // namespace linnet::grammar
