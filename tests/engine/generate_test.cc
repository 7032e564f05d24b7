#include <linnet/generate.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/engine/support.h"
#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

using testing::at_most;
using testing::copy;
using testing::expect_error;
using testing::load_tiny;
using testing::open_session;
using testing::tokens_of;

class Generate : public testing::InTempFolder {
 protected:
  Generate() { session_.append(prompt_).value(); }

  /// The same start for each call.
  Generation generate(const GenerateOptions& options, const PieceCallback& callback = {}) {
    session_.rewind(prompt_.size()).value();
    return session_.generate(options, callback).value();
  }

  const std::vector<Token> prompt_ = {62, 176, 142, 233};
  Session session_ = open_session(load_tiny(), 64);
};

TEST_F(Generate, GreedyIsTheLikeliestTokenEachTime) {
  const Generation generation = generate(at_most(12));
  Session single = open_session(session_.model());
  single.append(prompt_).value();
  for (const GeneratedToken& made : generation.tokens) {
    const auto logits = single.logits();
    EXPECT_EQ(made.token, std::max_element(logits.begin(), logits.end()) - logits.begin());
    single.append(std::span(&made.token, 1)).value();
  }
  EXPECT_EQ(generation.finish, FinishReason::kMaxTokens);
  EXPECT_EQ(generation.stats.decode.n_tokens, 12u);
  EXPECT_EQ(copy(session_.tokens().last(12)), tokens_of(generation.tokens));
}

TEST_F(Generate, NothingIsMadeWithMaxTokensZero) {
  const Generation generation = generate(at_most(0));
  EXPECT_TRUE(generation.tokens.empty() && generation.text.empty());
  EXPECT_EQ(generation.finish, FinishReason::kMaxTokens);
  EXPECT_EQ(session_.tokens().size(), prompt_.size());
}

TEST_F(Generate, StopsWhereTheContextEnds) {
  const Generation generation = generate(at_most(1000));
  EXPECT_EQ(generation.finish, FinishReason::kContext);
  EXPECT_EQ(generation.tokens.size(), 60u);
  EXPECT_EQ(session_.tokens().size(), session_.n_ctx());
  EXPECT_EQ(session_.generate(at_most(5)).value().finish, FinishReason::kContext);
}

TEST_F(Generate, StopTextsMayStraddleTokens) {
  const Generation whole = generate(at_most(30));
  for (const std::size_t at : {0u, 3u, 7u}) {
    GenerateOptions options = at_most(30);
    options.stop = {"never", whole.text.substr(at, 5)};
    std::string streamed;
    const Generation generation = generate(options, [&](std::string_view piece) {
      streamed += piece;
      return true;
    });
    EXPECT_EQ(generation.finish, FinishReason::kStopText);
    EXPECT_EQ(generation.text, whole.text.substr(0, whole.text.find(options.stop[1])));
    EXPECT_EQ(streamed, generation.text);
  }
}

TEST_F(Generate, ACallbackThatReturnsFalseIsNotCalledAgain) {
  const Token the = session_.model().find_token("Ġthe");
  ASSERT_NE(the, kNoToken);
  GenerateOptions options = at_most(5);
  options.sampling.logit_bias = {{the, 1000.0f}};
  options.stop = {"e!"};  // holds the "e" back, which comes out at the end
  std::string streamed;
  const Generation generation = generate(options, [&](std::string_view piece) {
    streamed += piece;
    return false;
  });
  EXPECT_EQ(generation.finish, FinishReason::kCallback);
  EXPECT_EQ(streamed, " th");
  EXPECT_EQ(generation.text, " the");
}

TEST_F(Generate, ACallbackThatThrowsIsAnError) {
  session_.rewind(prompt_.size()).value();
  const auto result =
      session_.generate(at_most(5), [](std::string_view) -> bool { throw std::runtime_error("no"); });
  expect_error(result, ErrorCode::kInternal, "no");
  EXPECT_TRUE(session_.generate(at_most(2)).has_value());
}

TEST_F(Generate, OneSeedIsOneText) {
  GenerateOptions options = at_most(40);
  options.sampling.temperature = 1.5f;
  options.sampling.seed = 1;
  const std::string text = generate(options).text;
  EXPECT_EQ(generate(options).text, text);
  options.sampling.seed = 2;
  EXPECT_NE(generate(options).text, text);
}

TEST_F(Generate, LogprobsAreThoseOfTheModel) {
  GenerateOptions options = at_most(3);
  options.n_top_logprobs = session_.model().info().n_vocab;
  options.sampling.logit_bias = {{5, 100.0f}};  // changes what is picked, not what is reported
  const Generation generation = generate(options);
  for (const GeneratedToken& made : generation.tokens) {
    EXPECT_EQ(made.token, 5);
    ASSERT_EQ(made.top.size(), options.n_top_logprobs);
    double sum = 0;
    for (const TokenLogprob& entry : made.top) {
      sum += std::exp(static_cast<double>(entry.logprob));
      if (entry.token != made.token) continue;
      EXPECT_EQ(entry.logprob, made.logprob);
    }
    EXPECT_NEAR(sum, 1.0, 1e-5);
    EXPECT_TRUE(std::ranges::is_sorted(made.top, std::greater<>(), &TokenLogprob::logprob));
  }
}

TEST_F(Generate, EndsWhereTheModelSaysUnlessTold) {
  const Token end = session_.model().eos_token();
  ASSERT_TRUE(session_.model().is_end_of_generation(end));
  GenerateOptions options;
  options.max_tokens = 5;
  options.sampling.logit_bias = {{end, 1000.0f}};
  const Generation ended = generate(options);
  EXPECT_EQ(ended.finish, FinishReason::kEnd);
  EXPECT_TRUE(ended.tokens.empty());
  options.ignore_end = true;
  const Generation ignored = generate(options);
  EXPECT_EQ(ignored.finish, FinishReason::kMaxTokens);
  EXPECT_EQ(tokens_of(ignored.tokens), std::vector<Token>(5, end));
  EXPECT_EQ(ignored.text, "");  // special tokens are not text
}

TEST_F(Generate, OptionsOutOfRangeAreRefused) {
  const auto generate_with = [&](auto change) {
    GenerateOptions options;
    change(options.sampling);
    return session_.generate(options);
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  expect_error(generate_with([&](auto& s) { s.temperature = nan; }), ErrorCode::kInvalidArgument,
               "temperature");
  expect_error(generate_with([](auto& s) { s.top_p = 2; }), ErrorCode::kInvalidArgument, "top-p");
  expect_error(generate_with([](auto& s) { s.top_k = -1; }), ErrorCode::kInvalidArgument, "top-k");
  expect_error(generate_with([](auto& s) {
                 s.logit_bias = {{100000, 1.0f}};
               }),
               ErrorCode::kInvalidArgument, "100000");
  GenerateOptions empty_stop;
  empty_stop.stop = {"never", ""};
  expect_error(session_.generate(empty_stop), ErrorCode::kInvalidArgument, "stop text");
  EXPECT_FALSE(session_.logits().empty());
}

TEST_F(Generate, ForbiddingEveryTokenIsAnError) {
  for (const float temperature : {0.0f, 0.8f}) {
    GenerateOptions options = at_most(3);
    options.sampling.temperature = temperature;
    const auto n_vocab = static_cast<Token>(session_.model().info().n_vocab);
    for (Token token = 0; token < n_vocab; ++token) {
      options.sampling.logit_bias.emplace_back(token, -std::numeric_limits<float>::infinity());
    }
    expect_error(session_.generate(options), ErrorCode::kInvalidArgument, "forbids every one");
    options.sampling.logit_bias.pop_back();
    EXPECT_EQ(session_.generate(options).value().tokens.front().token, n_vocab - 1);
  }
}

TEST_F(Generate, AModelWithoutFiniteLogitsIsCorrupt) {
  testing::ModelFile file(testing::tiny_model("llama_tied"));
  file.set_tensor("output_norm.weight", {64}, std::numeric_limits<float>::infinity());
  Session session = open_session(Model::load(file.write(folder() / "model.gguf")).value());
  session.append(prompt_).value();
  expect_error(session.generate(at_most(3)), ErrorCode::kCorrupt, "not finite");
}

TEST_F(Generate, RowsWithoutATokenAreNoText) {
  testing::ModelFile file(testing::tiny_model("llama_tied"));
  auto& embedding = file.tensor("token_embd.weight");
  std::vector<float> values = embedding.values();
  values.resize(values.size() + 4 * 64, 0.25f);
  embedding.set_values(embedding.type, values);
  Session session = open_session(Model::load(file.write(folder() / "model.gguf")).value());
  session.append(prompt_).value();
  const auto n_vocab = static_cast<Token>(session.model().info().n_vocab);
  GenerateOptions options = at_most(2);
  options.sampling.logit_bias = {{n_vocab - 1, 1000.0f}};
  const Generation generation = session.generate(options).value();
  EXPECT_EQ(tokens_of(generation.tokens), std::vector<Token>(2, n_vocab - 1));
  EXPECT_EQ(generation.text, "");
}

TEST(FinishReasonName, OfEach) {
  const std::pair<FinishReason, std::string_view> names[] = {{FinishReason::kEnd, "end"},
                                                             {FinishReason::kStopText, "stop-text"},
                                                             {FinishReason::kMaxTokens, "max-tokens"},
                                                             {FinishReason::kContext, "context"},
                                                             {FinishReason::kCallback, "callback"},
                                                             {FinishReason::kCancelled, "cancelled"}};
  for (const auto& [reason, name] : names) EXPECT_EQ(to_string(reason), name);
}

}  // namespace
}  // namespace linnet
