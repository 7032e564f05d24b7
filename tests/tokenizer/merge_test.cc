#include "tokenizer/merge.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>

namespace linnet {
namespace {

using Rules = std::map<std::pair<Token, Token>, Union>;

Union lookup(const Rules& rules, Token left, Token right) {
  const auto rule = rules.find({left, right});
  return rule == rules.end() ? Union{0, kNoToken} : rule->second;
}

std::vector<Token> merged(const std::vector<Token>& word, const Rules& rules) {
  Merger merger;
  for (const Token token : word) merger.add(1, token);
  merger.merge([&](const Symbol& l, const Symbol& r) { return lookup(rules, l.token, r.token); });
  std::vector<Token> out;
  merger.visit([&](const Symbol& symbol) { out.push_back(symbol.token); });
  return out;
}

// The definition: look at all pairs, join the best, start again.
std::vector<Token> merged_plainly(std::vector<Token> word, const Rules& rules) {
  while (true) {
    std::size_t best = word.size();
    for (std::size_t i = 0; i + 1 < word.size(); ++i) {
      const Union joined = lookup(rules, word[i], word[i + 1]);
      if (joined.token != kNoToken &&
          (best == word.size() || joined.rank < lookup(rules, word[best], word[best + 1]).rank))
        best = i;
    }
    if (best == word.size()) return word;
    word[best] = lookup(rules, word[best], word[best + 1]).token;
    word.erase(word.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

TEST(Merger, JoinsTheBestPairFirstAndOfEqualsTheLeftmost) {
  const Rules rules{{{0, 0}, {1, 1}}, {{0, 2}, {0, 3}}};
  EXPECT_EQ(merged({0, 0, 0, 0, 0}, rules), (std::vector<Token>{1, 1, 0}));
  EXPECT_EQ(merged({0, 0, 2}, rules), (std::vector<Token>{0, 3}));
  EXPECT_EQ(merged({}, rules), std::vector<Token>{});
  EXPECT_EQ(merged({2}, rules), std::vector<Token>{2});
}

TEST(Merger, AgreesWithTheDefinitionOnRandomRules) {
  std::minstd_rand random(3);
  for (int round = 0; round < 300; ++round) {
    Rules rules;
    for (Token token = 3; token < 24; ++token) {
      const auto part = [&] { return static_cast<Token>(random() % static_cast<unsigned>(token)); };
      rules.insert({{part(), part()}, {static_cast<std::uint32_t>(random() % 8), token}});
    }
    std::vector<Token> word(random() % 50);
    for (Token& token : word) token = static_cast<Token>(random() % 3);
    EXPECT_EQ(merged(word, rules), merged_plainly(word, rules)) << "round " << round;
  }
}

}  // namespace
}  // namespace linnet
