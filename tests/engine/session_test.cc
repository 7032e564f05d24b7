#include <linnet/session.h>

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include "tests/engine/allocations.h"
#include "tests/engine/support.h"

namespace linnet {
namespace {

using testing::at_most;
using testing::copy;
using testing::expect_error;
using testing::load_tiny;
using testing::open_session;
using testing::some_tokens;
using testing::tokens_of;

TEST(SessionOpen, FillsInItsOptions) {
  const Model model = load_tiny();
  const Session session = Session::open(model).value();
  EXPECT_EQ(session.n_ctx(), 256u);  // what the model was trained for
  EXPECT_TRUE(session.tokens().empty());
  EXPECT_TRUE(session.logits().empty());
  // Two caches of two layers, one key head of 16, two bytes an element.
  EXPECT_GT(session.n_bytes(), 2u * 2 * 16 * 256 * 2);
  EXPECT_EQ(session.model().info().name, model.info().name);
  EXPECT_EQ(session.stats().load_seconds, model.info().load_seconds);
}

TEST(SessionOpen, RefusesWhatIsOutOfRange) {
  const Model model = load_tiny();
  const auto open = [&](auto change) {
    SessionOptions options;
    change(options);
    return Session::open(model, options);
  };
  expect_error(open([](auto& o) { o.n_ctx = std::numeric_limits<std::size_t>::max(); }),
               ErrorCode::kInvalidArgument, "a context of 18446744073709551615 tokens; at most");
  expect_error(open([](auto& o) { o.n_chunk = 0; }), ErrorCode::kInvalidArgument, "chunks of 0 tokens; 1 to");
  expect_error(open([](auto& o) { o.n_chunk = 1 << 20; }), ErrorCode::kInvalidArgument, "chunks of 1048576");
  expect_error(open([](auto& o) { o.n_threads = 100000; }), ErrorCode::kInvalidArgument, "100000");
  expect_error(open([](auto& o) { o.cache = static_cast<CacheFormat>(7); }), ErrorCode::kInvalidArgument,
               "cache format number 7");
}

TEST(SessionAppend, RefusalsLeaveTheSessionAsItWas) {
  Session session = open_session(load_tiny(), 8);
  session.append(some_tokens(5)).value();
  const auto tokens = copy(session.tokens());
  const auto logits = copy(session.logits());
  const Token n_vocab = static_cast<Token>(session.model().info().n_vocab);
  expect_error(session.append({}), ErrorCode::kInvalidArgument, "no tokens");
  expect_error(session.append(std::vector<Token>{1, n_vocab}), ErrorCode::kInvalidArgument,
               "outside the vocabulary");
  expect_error(session.append(std::vector<Token>{-1}), ErrorCode::kInvalidArgument, "token -1");
  expect_error(session.append(some_tokens(4)), ErrorCode::kContextFull, "4 tokens do not fit");
  expect_error(session.rewind(6), ErrorCode::kInvalidArgument, "the session holds 5");
  EXPECT_EQ(copy(session.tokens()), tokens);
  EXPECT_EQ(copy(session.logits()), logits);
  EXPECT_TRUE(session.append(some_tokens(3)).has_value());
}

TEST(SessionAppend, HandsOutTheLogitsOfEveryPosition) {
  const Model model = load_tiny();
  Session whole = open_session(model, 64, 2, 7);
  std::vector<std::vector<float>> rows;
  const std::vector<Token> tokens = some_tokens(30);
  whole.append(std::span(tokens).first(3)).value();
  whole
      .append(std::span(tokens).subspan(3),
              [&](std::size_t position, std::span<const float> logits) {
                EXPECT_EQ(position, 3 + rows.size());
                rows.push_back(copy(logits));
                return true;
              })
      .value();
  ASSERT_EQ(rows.size(), 27u);
  Session single = open_session(model);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    single.append(std::span(tokens).subspan(i, 1)).value();
    if (i < 3) continue;
    EXPECT_EQ(copy(single.logits()), rows[i - 3]) << i;
  }
  EXPECT_EQ(whole.stats().prompt.n_tokens, 30u);
}

TEST(SessionAppend, ACallbackCanStopIt) {
  Session session = open_session(load_tiny(), 64, 1, 4);
  std::size_t calls = 0;
  const auto result =
      session.append(some_tokens(20), [&](std::size_t, std::span<const float>) { return ++calls < 6; });
  expect_error(result, ErrorCode::kCancelled, "cancelled after 8 tokens");
  EXPECT_EQ(calls, 6u);
  EXPECT_EQ(session.tokens().size(), 8u);  // the chunks that were computed
  EXPECT_TRUE(session.logits().empty());
}

TEST(SessionAppend, WhatACancelLeftCanBeGoneOnFrom) {
  const Model model = load_tiny();
  const std::vector<Token> tokens = some_tokens(8);
  Session cancelled = open_session(model, 64, 1, 4);
  const auto stop_at_7 = [](std::size_t position, std::span<const float>) { return position < 7; };
  EXPECT_FALSE(cancelled.append(some_tokens(20), stop_at_7).has_value());
  ASSERT_EQ(copy(cancelled.tokens()), tokens);
  Session plain = open_session(model);
  plain.append(tokens).value();
  EXPECT_EQ(cancelled.generate(at_most(10)).value().text, plain.generate(at_most(10)).value().text);
}

TEST(SessionRewind, ForgetsTokensAndComputesTheSame) {
  const Model model = load_tiny("gemma3");
  const std::vector<Token> tokens = some_tokens(40);
  Session session = open_session(model);
  session.append(std::span(tokens).first(25)).value();
  const auto logits = copy(session.logits());
  session.append(std::span(tokens).subspan(25)).value();
  session.rewind(25).value();
  EXPECT_EQ(session.tokens().size(), 25u);
  EXPECT_TRUE(session.logits().empty());
  const std::string after_rewind = session.generate(at_most(5)).value().text;
  session.rewind(24).value();
  session.append(std::span(tokens).subspan(24, 1)).value();
  EXPECT_EQ(copy(session.logits()), logits);
  EXPECT_EQ(session.generate(at_most(5)).value().text, after_rewind);
  session.rewind(0).value();
  expect_error(session.generate(), ErrorCode::kInvalidArgument, "append() a prompt first");
}

TEST(SessionCancel, EndsTheNextCallAndIsUsedUp) {
  Session session = open_session(load_tiny());
  session.cancel();
  expect_error(session.append(some_tokens(3)), ErrorCode::kCancelled, "cancelled");
  EXPECT_TRUE(session.tokens().empty());
  session.append(some_tokens(3)).value();
  session.cancel();
  EXPECT_EQ(session.generate(at_most(3)).value().finish, FinishReason::kCancelled);
  EXPECT_EQ(session.generate(at_most(3)).value().finish, FinishReason::kMaxTokens);
}

TEST(SessionCancel, WorksFromAnotherThread) {
  const Model model = load_tiny();
  SessionOptions options;
  options.n_ctx = 100'000;
  options.n_threads = 2;
  options.n_chunk = 1;
  Session session = Session::open(model, options).value();
  std::atomic<bool> started{false};
  std::thread other([&] {
    while (!started) std::this_thread::yield();
    session.cancel();
  });
  const auto appended = session.append(some_tokens(50'000), [&](std::size_t, std::span<const float>) {
    started = true;
    return true;
  });
  other.join();
  expect_error(appended, ErrorCode::kCancelled, "cancelled after");
  EXPECT_LT(session.tokens().size(), 50'000u);
  EXPECT_GT(session.tokens().size(), 0u);

  started = false;
  std::thread another([&] {
    while (!started) std::this_thread::yield();
    session.cancel();
  });
  const auto generation = session.generate(at_most(50'000), [&](std::string_view) {
    started = true;
    return true;
  });
  another.join();
  EXPECT_EQ(generation.value().finish, FinishReason::kCancelled);
  const auto made = tokens_of(generation.value().tokens);
  EXPECT_EQ(copy(session.tokens().last(made.size())), made);  // nothing that was made is lost
}

TEST(SessionThreads, SessionsOfOneModelDoNotDisturbEachOther) {
  const Model model = load_tiny("qwen3");
  const auto run = [&](std::size_t n) {
    Session session = open_session(model, 128, 2, 16);
    session.append(some_tokens(n)).value();
    return session.generate(at_most(30)).value().text;
  };
  const std::string first = run(40), second = run(50);
  std::string first_beside, second_beside;
  std::thread a([&] { first_beside = run(40); });
  std::thread b([&] { second_beside = run(50); });
  a.join();
  b.join();
  EXPECT_EQ(first_beside, first);
  EXPECT_EQ(second_beside, second);
}

TEST(SessionMove, TakesTheStateAlong) {
  Session first = open_session(load_tiny());
  first.append(some_tokens(4)).value();
  const auto logits = copy(first.logits());
  Session second = std::move(first);
  EXPECT_EQ(copy(second.logits()), logits);
  Session third = open_session(second.model(), 16);
  third.append(some_tokens(2)).value();
  third = std::move(second);
  EXPECT_EQ(third.tokens().size(), 4u);
  EXPECT_EQ(third.n_ctx(), 64u);
  EXPECT_TRUE(third.append(some_tokens(3)).has_value());
}

TEST(SessionMove, ASessionKeepsItsModelAlive) {
  Session session = [] { return open_session(load_tiny()); }();
  session.append(some_tokens(4)).value();
  EXPECT_EQ(session.generate(at_most(3)).value().tokens.size(), 3u);
}

TEST(SessionMemory, NothingIsAllocatedWhileTokensAreComputed) {
  for (const unsigned n_threads : {1u, 3u}) {
    Session session = open_session(load_tiny("gemma3"), 256, n_threads, 16);
    const std::vector<Token> tokens = some_tokens(200);
    session.append(std::span(tokens).first(40)).value();
    const auto before = testing::allocations();
    for (std::size_t i = 40; i < 100; ++i) session.append(std::span(tokens).subspan(i, 1)).value();
    session.append(std::span(tokens).subspan(100, 64)).value();
    session.rewind(50).value();
    session.append(std::span(tokens).subspan(50, 10)).value();
    EXPECT_EQ(testing::allocations().count, before.count) << n_threads;
  }
}

TEST(SessionMemory, GenerateAllocatesForItsResultOnly) {
  Session session = open_session(load_tiny(), 256);
  session.append(some_tokens(4)).value();
  const auto cost_of = [&](std::size_t n) {
    session.rewind(4).value();
    const auto before = testing::allocations();
    EXPECT_EQ(session.generate(at_most(n)).value().tokens.size(), n);
    const auto after = testing::allocations();
    return testing::Allocations{after.count - before.count, after.n_bytes - before.n_bytes};
  };
  const auto few = cost_of(20), many = cost_of(220);
  // The list of tokens doubles in size now and then, and the text with it.
  EXPECT_LE(many.count - few.count, 16u);
  EXPECT_LE(many.n_bytes - few.n_bytes, 220 * 4 * sizeof(GeneratedToken));
}

TEST(SessionMemory, WipesOnRequest) {
  SessionOptions options;
  options.n_ctx = 32;
  options.wipe = true;
  Session session = Session::open(load_tiny(), options).value();
  session.append(some_tokens(4)).value();
  Session other = std::move(session);
  EXPECT_EQ(other.generate(at_most(3)).value().tokens.size(), 3u);
}

}  // namespace
}  // namespace linnet
