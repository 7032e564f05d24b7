// Generations stepped together: the same texts as alone, whatever the company; who shares what; what does not
// fit.
#include <linnet/batch.h>

#include <gtest/gtest.h>

#include <map>

#include "tests/engine/support.h"

namespace linnet {
namespace {

using testing::at_most;
using testing::expect_error;
using testing::load_tiny;
using testing::tokens_of;

BatchOptions small(std::size_t n_requests = 4, std::size_t n_ctx = 600) {
  BatchOptions options;
  options.n_requests = n_requests;
  options.n_ctx = n_ctx;
  options.n_threads = 2;
  return options;
}

std::vector<Token> prompt_of(std::size_t n, int salt) {
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < n; ++i)
    tokens.push_back(static_cast<Token>((i * 37 + i * i + static_cast<std::size_t>(salt) * 91) % 290));
  return tokens;
}

Generation alone(const Model& model, std::span<const Token> prompt, const GenerateOptions& options,
                 CacheFormat cache = CacheFormat::kF16) {
  Session session = Session::open(model, {.n_ctx = 600, .n_threads = 1, .cache = cache}).value();
  session.append(prompt).value();
  return session.generate(options).value();
}

void expect_same(const Generation& actual, const Generation& expected) {
  EXPECT_EQ(actual.text, expected.text);
  EXPECT_EQ(tokens_of(actual.tokens), tokens_of(expected.tokens));
  EXPECT_EQ(actual.finish, expected.finish);
  for (std::size_t i = 0; i < std::min(actual.tokens.size(), expected.tokens.size()); ++i) {
    EXPECT_EQ(actual.tokens[i].logprob, expected.tokens[i].logprob) << i;
  }
}

class BatchWithCache : public ::testing::TestWithParam<CacheFormatInfo> {};
INSTANTIATE_TEST_SUITE_P(, BatchWithCache, ::testing::ValuesIn(kCacheFormats),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST_P(BatchWithCache, GivesEachRequestWhatItGetsAlone) {
  const Model model = load_tiny("qwen3");
  struct Case {
    std::vector<Token> prompt;
    GenerateOptions options;
    Generation expected;
  };
  std::vector<Case> cases;
  for (int i = 0; i < 9; ++i) {
    // Some begin alike; lengths straddle pages and chunks; some draw by chance.
    std::vector<Token> prompt = prompt_of(i % 3 == 0 ? 5 : 250 + static_cast<std::size_t>(i) * 20, i % 2);
    GenerateOptions options = at_most(3 + static_cast<std::size_t>(i) * 4);
    if (i % 4 == 1) options.sampling.temperature = 1.5f;
    options.sampling.seed = static_cast<std::uint64_t>(i);
    options.n_top_logprobs = static_cast<std::size_t>(i % 2);
    Generation expected = alone(model, prompt, options, GetParam().format);
    cases.push_back({std::move(prompt), options, std::move(expected)});
  }
  for (const std::size_t n_requests : {1u, 3u, 9u}) {
    for (const std::size_t n_chunk : {9u, 64u, 256u}) {
      BatchOptions batch_options = small(n_requests);
      batch_options.n_chunk = n_chunk;
      batch_options.cache = GetParam().format;
      Batch batch = Batch::open(model, batch_options).value();
      std::map<std::size_t, std::string> streamed;
      std::vector<RequestId> ids;
      for (std::size_t i = 0; i < cases.size(); ++i) {
        ids.push_back(batch
                          .submit(cases[i].prompt, cases[i].options,
                                  [&streamed, i](std::string_view piece) {
                                    streamed[i] += piece;
                                    return true;
                                  })
                          .value());
        if (i % 3 == 2) batch.step().value();
      }
      batch.run().value();
      EXPECT_EQ(batch.stats().n_finished, cases.size());
      for (std::size_t i = 0; i < cases.size(); ++i) {
        SCOPED_TRACE(::testing::Message()
                     << "request " << i << " of " << n_requests << " at a time, chunk " << n_chunk);
        const Generation generation = batch.take(ids[i]).value();
        expect_same(generation, cases[i].expected);
        EXPECT_EQ(streamed[i], generation.text);
      }
      EXPECT_EQ(batch.stats().n_finished, 0u);
    }
  }
}

TEST(Batch, ComputesACommonBeginningOnce) {
  const Model model = load_tiny();
  Batch batch = Batch::open(model, small(8)).value();
  const std::vector<Token> common = prompt_of(400, 1);
  std::vector<RequestId> ids;
  std::vector<std::vector<Token>> prompts;
  for (Token i = 0; i < 8; ++i) {
    prompts.push_back(common);
    prompts.back().push_back(i);
    ids.push_back(batch.submit(prompts.back(), at_most(5)).value());
  }
  batch.run().value();
  EXPECT_EQ(batch.stats().n_shared, 7 * 400u);
  EXPECT_EQ(batch.stats().n_computed, 401 + 7 * 1 + 8 * 4u);  // the last token made is not computed
  for (std::size_t i = 0; i < ids.size(); ++i) {
    expect_same(batch.take(ids[i]).value(), alone(model, prompts[i], at_most(5)));
  }
  // Those that are done still serve: here a conversation that goes on.
  const RequestId again = batch.submit(prompts[3], at_most(5)).value();
  batch.run().value();
  EXPECT_EQ(batch.stats().n_shared, 8 * 400u);
  expect_same(batch.take(again).value(), alone(model, prompts[3], at_most(5)));
}

TEST(Batch, WaitsForMemoryRatherThanFail) {
  const Model model = load_tiny();
  BatchOptions options = small(4, 500);
  options.n_positions = 512;  // two pages: one request at a time
  Batch batch = Batch::open(model, options).value();
  std::vector<RequestId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(batch.submit(prompt_of(300, i), at_most(10)).value());
  EXPECT_TRUE(batch.step().value());
  EXPECT_EQ(batch.stats().n_running, 1u);
  EXPECT_EQ(batch.stats().n_waiting, 4u);
  batch.run().value();
  for (int i = 0; i < 5; ++i) {
    expect_same(batch.take(ids[static_cast<std::size_t>(i)]).value(),
                alone(model, prompt_of(300, i), at_most(10)));
  }
}

TEST(Batch, ShortContextsRunTogetherToo) {
  const Model model = load_tiny();
  Batch batch = Batch::open(model, small(8, 20)).value();
  for (int i = 0; i < 8; ++i) batch.submit(prompt_of(4, i), at_most(10)).value();
  batch.step().value();
  EXPECT_EQ(batch.stats().n_running, 8u);
  EXPECT_EQ(batch.stats().n_waiting, 0u);
}

TEST(Batch, ALongPromptDoesNotHoldUpTheOthers) {
  const Model model = load_tiny();
  BatchOptions options = small(3);
  options.n_chunk = 32;
  Batch batch = Batch::open(model, options).value();
  const RequestId writer = batch.submit(prompt_of(4, 1), at_most(10)).value();
  batch.step().value();
  const RequestId reader = batch.submit(prompt_of(500, 2), at_most(1)).value();
  const RequestId quick = batch.submit(prompt_of(10, 3), at_most(1)).value();
  for (int i = 0; i < 9; ++i) batch.step().value();
  EXPECT_TRUE(batch.is_finished(writer));
  EXPECT_TRUE(batch.is_finished(quick));
  EXPECT_FALSE(batch.is_finished(reader));
  batch.run().value();
  EXPECT_TRUE(batch.is_finished(reader));
}

TEST(Batch, RequestsEndByCancelByCallbackAndBeforeTheyBegin) {
  const Model model = load_tiny();
  Batch batch = Batch::open(model, small(2)).value();
  const RequestId first = batch.submit(prompt_of(4, 1), at_most(50)).value();
  const RequestId second =
      batch.submit(prompt_of(4, 2), at_most(50), [](std::string_view) { return false; }).value();
  const RequestId third = batch.submit(prompt_of(4, 3), at_most(50)).value();
  const RequestId nothing = batch.submit(prompt_of(4, 3), at_most(0)).value();
  EXPECT_TRUE(batch.is_finished(nothing));
  EXPECT_EQ(batch.take(nothing).value().finish, FinishReason::kMaxTokens);
  for (int i = 0; i < 5; ++i) batch.step().value();
  batch.cancel(first).value();
  batch.cancel(third).value();
  const Generation cut = batch.take(first).value();
  EXPECT_EQ(cut.finish, FinishReason::kCancelled);
  EXPECT_EQ(cut.tokens.size(), 5u);
  EXPECT_EQ(batch.take(second).value().finish, FinishReason::kCallback);
  EXPECT_EQ(batch.take(third).value().finish, FinishReason::kCancelled);
  EXPECT_FALSE(batch.step().value());
  EXPECT_EQ(batch.stats().n_running + batch.stats().n_waiting + batch.stats().n_finished, 0u);
}

TEST(Batch, InterruptEndsARun) {
  Batch batch = Batch::open(load_tiny(), small(2)).value();
  const RequestId id = batch
                           .submit(prompt_of(4, 1), at_most(500),
                                   [&batch](std::string_view) {
                                     batch.interrupt();
                                     return true;
                                   })
                           .value();
  batch.run().value();
  EXPECT_FALSE(batch.is_finished(id));
  EXPECT_LT(batch.stats().n_steps, 20u);
}

TEST(Batch, RefusesWhatCannotBe) {
  const Model model = load_tiny();
  Batch batch = Batch::open(model, small(2, 100)).value();
  const std::vector<Token> token = {1};
  expect_error(batch.submit({}), ErrorCode::kInvalidArgument, "no tokens");
  expect_error(batch.submit(std::vector<Token>{-1}), ErrorCode::kInvalidArgument, "token -1 is outside");
  expect_error(batch.submit(prompt_of(100, 1)), ErrorCode::kContextFull, "a prompt of 100 tokens");
  GenerateOptions wrong;
  wrong.sampling.top_p = 2.0f;
  expect_error(batch.submit(token, wrong), ErrorCode::kInvalidArgument, "top-p");
  expect_error(batch.take(RequestId{77}), ErrorCode::kNotFound, "no finished request number 77");
  expect_error(batch.cancel(RequestId{77}), ErrorCode::kNotFound, "no request number 77");
  const RequestId id = batch.submit(token, at_most(5)).value();
  expect_error(batch.take(id), ErrorCode::kNotFound, "no finished request");
  EXPECT_EQ(batch.stats().n_waiting, 1u);

  BatchOptions options = small(0);
  expect_error(Batch::open(model, options), ErrorCode::kInvalidArgument, "0 requests at a time; 1 to 256");
  options = small(8);
  options.n_chunk = 7;
  expect_error(Batch::open(model, options), ErrorCode::kInvalidArgument,
               "steps of 7 tokens are too few for 8");
  options = small();
  options.n_positions = std::size_t{1} << 40;
  expect_error(Batch::open(model, options), ErrorCode::kInvalidArgument, "positions in all");
}

}  // namespace
}  // namespace linnet
