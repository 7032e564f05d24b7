#include "tasks/label_reader.h"

#include <cmath>

#include "tests/engine/support.h"

namespace linnet::tasks {
namespace {

using linnet::testing::load_tiny;
using linnet::testing::open_session;

TEST(LabelTrie, MergesBeginningsAndKnowsWhatItHas) {
  LabelTrie trie;
  EXPECT_TRUE(trie.add(std::vector<Token>{1, 2, 9}, 0));
  EXPECT_TRUE(trie.add(std::vector<Token>{1, 2, 3, 9}, 1));
  EXPECT_FALSE(trie.add(std::vector<Token>{1, 2, 9}, 2));
  EXPECT_EQ(trie.size(), 6u);  // root 1 2 9 and 3 9
}

/// The log-probability of `tokens` after `before`, by a session.
double by_session(const Model& model, const std::vector<Token>& before, const std::vector<Token>& tokens) {
  Session session = open_session(model, 128);
  std::vector<Token> all = before;
  all.insert(all.end(), tokens.begin(), tokens.end());
  double sum = 0;
  session
      .append(all,
              [&](std::size_t position, std::span<const float> logits) {
                if (position + 1 < before.size() || position + 1 >= all.size()) return true;
                double total = 0;
                for (const float x : logits) total += std::exp(static_cast<double>(x));
                const auto next = static_cast<std::size_t>(all[position + 1]);
                sum += static_cast<double>(logits[next]) - std::log(total);
                return true;
              })
      .value();
  return sum;
}

TEST(LabelReader, GivesTheLogProbabilityOfEachWholeLabel) {
  const std::vector<std::vector<Token>> labels = {{11, 12, 2}, {11, 12, 13, 2}, {30, 2}, {11, 40, 2}};
  for (const char* name : {"llama_tied", "gemma3"}) {
    const Model model = load_tiny(name);
    LabelTrie trie;
    for (std::uint32_t i = 0; i < labels.size(); ++i) trie.add(labels[i], i);
    const std::vector<Token> prefix = {5, 6, 7};
    ClassifierOptions options;
    options.n_ctx = 64;
    options.n_threads = 2;
    const auto reader = LabelReader::create(model, prefix, trie, labels.size(), options).value();
    EXPECT_EQ(reader->max_tokens(), 64u - 3 - 4);
    std::vector<std::vector<Token>> texts;
    for (std::size_t i = 0; i < 19; ++i) {
      texts.push_back(linnet::testing::some_tokens(1 + 5 * i % 9));
      texts.back().front() = static_cast<Token>(20 + i);
    }
    std::vector<std::vector<double>> results;
    reader
        ->read(texts,
               [&](std::size_t index, std::span<const double> logprobs) {
                 EXPECT_EQ(index, results.size());
                 results.emplace_back(logprobs.begin(), logprobs.end());
                 return true;
               })
        .value();
    ASSERT_EQ(results.size(), texts.size());
    for (const std::size_t t : {0, 7, 18}) {
      std::vector<Token> before = prefix;
      before.insert(before.end(), texts[t].begin(), texts[t].end());
      for (std::size_t k = 0; k < labels.size(); ++k) {
        EXPECT_NEAR(results[t][k], by_session(model, before, labels[k]), 1e-4) << t << " " << k;
      }
      std::vector<double> alone;
      reader
          ->read({&texts[t], 1},
                 [&](std::size_t, std::span<const double> logprobs) {
                   alone.assign(logprobs.begin(), logprobs.end());
                   return true;
                 })
          .value();
      EXPECT_EQ(alone, results[t]);
    }
  }
}

}  // namespace
}  // namespace linnet::tasks
