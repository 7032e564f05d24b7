// Forgetting tokens in the middle: by hand, and by generations and chats that outgrow their context.
#include "engine/context_shift.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

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

std::vector<float> logits_of(const Model& model, std::span<const Token> tokens) {
  Session session = open_session(model, std::max<std::size_t>(tokens.size(), 1));
  session.append(tokens).value();
  return copy(session.logits());
}

std::vector<Token> without(std::vector<Token> tokens, std::size_t first, std::size_t n) {
  const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(first);
  tokens.erase(begin, begin + static_cast<std::ptrdiff_t>(n));
  return tokens;
}

TEST(SessionForget, LeavesWhatTheOtherTokensAloneWouldGive) {
  for (const std::string_view name : {"llama_tied", "gemma3"}) {
    const Model model = load_tiny(name);
    for (const auto& [first, n] : {std::pair{4, 100}, {0, 1}, {250, 10}, {100, 200}}) {
      Session session = open_session(model, 320, 1, 50);
      session.append(some_tokens(300)).value();
      session.forget(static_cast<std::size_t>(first), static_cast<std::size_t>(n)).value();
      const auto rest =
          without(some_tokens(300), static_cast<std::size_t>(first), static_cast<std::size_t>(n));
      EXPECT_EQ(copy(session.tokens()), rest);
      EXPECT_EQ(copy(session.logits()), logits_of(model, rest)) << name << " " << first << " " << n;
    }
  }
}

TEST(SessionForget, CountsWhatItComputes) {
  Session session = open_session(load_tiny());
  session.append(some_tokens(30)).value();
  session.forget(10, 5).value();
  EXPECT_EQ(session.stats().prompt.n_tokens, 45u);
  const auto logits = copy(session.logits());
  session.forget(3, 0).value();
  EXPECT_EQ(copy(session.logits()), logits);
  session.forget(0, 25).value();
  EXPECT_TRUE(session.tokens().empty() && session.logits().empty());
}

TEST(SessionForget, RefusesTokensThatAreNotThere) {
  Session session = open_session(load_tiny());
  session.append(some_tokens(10)).value();
  constexpr auto kMost = std::numeric_limits<std::size_t>::max();
  for (const auto& [first, n] :
       {std::pair<std::size_t, std::size_t>{11, 0}, {4, 7}, {4, kMost}, {kMost, 4}}) {
    expect_error(session.forget(first, n), ErrorCode::kInvalidArgument, "the session holds 10");
  }
  EXPECT_EQ(session.tokens().size(), 10u);
  EXPECT_FALSE(session.logits().empty());
}

TEST(SessionForget, HoldsEverythingElseWhenCancelled) {
  const Model model = load_tiny();
  Session session = open_session(model);
  session.append(some_tokens(40)).value();
  session.cancel();
  expect_error(session.forget(5, 10), ErrorCode::kCancelled, "cancelled");
  const auto rest = without(some_tokens(40), 5, 10);
  EXPECT_EQ(copy(session.tokens()), rest);
  const Generation made = session.generate(at_most(6)).value();
  Session plain = open_session(model);
  plain.append(rest).value();
  EXPECT_EQ(tokens_of(made.tokens), tokens_of(plain.generate(at_most(6)).value().tokens));
}

TEST(SessionRewind, IntoAnEarlierPageComputesTheSame) {
  const Model model = load_tiny("gemma3");
  const std::vector<Token> tokens = some_tokens(600);
  Session session = open_session(model, 700, 2, 100);
  for (const std::size_t n : {255u, 256u, 257u, 300u, 512u, 1u}) {
    session.append(std::span(tokens).subspan(session.tokens().size())).value();
    session.rewind(n).value();
    std::vector<Token> other(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(n));
    for (const Token token : {7, 8, 9}) other.push_back(token);
    session.append(std::span(other).subspan(n)).value();
    EXPECT_EQ(copy(session.logits()), logits_of(model, other)) << n;
    session.rewind(n).value();
  }
}

// What generate() promises: a fresh session after each shift.
std::vector<Token> shifted_by_hand(const Model& model, std::vector<Token> held, std::size_t n_ctx,
                                   std::size_t keep, std::size_t n) {
  Session session = open_session(model, n_ctx);
  session.append(held).value();
  std::vector<Token> made;
  while (made.size() < n) {
    const auto logits = session.logits();
    const auto token = static_cast<Token>(std::ranges::max_element(logits) - logits.begin());
    made.push_back(token);
    if (held.size() == n_ctx) {
      held = without(held, keep, (n_ctx - keep + 1) / 2);
      session = open_session(model, n_ctx);
      session.append(held).value();
    }
    held.push_back(token);
    session.append(std::span(&token, 1)).value();
  }
  return made;
}

TEST(GenerateShift, GoesOnOverTheContextsEndAgainAndAgain) {
  const Model model = load_tiny("gemma3");
  for (const std::size_t keep : {0u, 4u, 22u, 23u}) {
    Session session = open_session(model, 24, 1, 5);
    session.append(some_tokens(10)).value();
    GenerateOptions options = at_most(70);
    options.shift_keep = keep;
    const Generation generation = session.generate(options).value();
    EXPECT_EQ(generation.finish, FinishReason::kMaxTokens);
    EXPECT_EQ(tokens_of(generation.tokens), shifted_by_hand(model, some_tokens(10), 24, keep, 70)) << keep;
    const std::size_t n_kept = std::min<std::size_t>(keep, 10);
    EXPECT_EQ(copy(session.tokens().first(n_kept)), some_tokens(n_kept));
  }
}

TEST(GenerateShift, RefusesToKeepEverything) {
  Session session = open_session(load_tiny(), 24);
  session.append(some_tokens(10)).value();
  GenerateOptions options = at_most(5);
  options.shift_keep = 24;
  expect_error(session.generate(options), ErrorCode::kInvalidArgument,
               "shift_keep is 24, but the context holds 24 tokens");
  EXPECT_EQ(session.tokens().size(), 10u);
  options.shift_keep = 23;
  EXPECT_TRUE(session.generate(options).has_value());
}

TEST(GenerateShift, GivesTheSameWithGuesses) {
  Session session = open_session(load_tiny(), 24, 1, 16);
  GenerateOptions options = at_most(100);
  options.shift_keep = 4;
  session.append(some_tokens(10)).value();
  const auto plain = tokens_of(session.generate(options).value().tokens);
  options.n_draft = 4;
  session.rewind(0).value();
  session.append(some_tokens(10)).value();
  const Generation guessed = session.generate(options).value();
  EXPECT_EQ(tokens_of(guessed.tokens), plain);
  EXPECT_GT(guessed.speculation.n_guessed, 0u);
}

TEST(GenerateShift, IsNothingForABatch) {
  Batch batch = Batch::open(load_tiny()).value();
  GenerateOptions options = at_most(5);
  options.shift_keep = 4;
  expect_error(batch.submit(some_tokens(4), options), ErrorCode::kUnsupported, "leave shift_keep unset");
}

TEST(GenerateShift, LosesNothingWhenCancelled) {
  Session session = open_session(load_tiny(), 64, 1, 1);
  session.append(some_tokens(10)).value();
  GenerateOptions options = at_most(1000);
  options.shift_keep = 4;
  std::size_t n_pieces = 0;
  const Generation generation = session
                                    .generate(options,
                                              [&](std::string_view) {
                                                // Taken at the loop's head or while the context is
                                                // recomputed.
                                                if (++n_pieces > 54) session.cancel();
                                                return true;
                                              })
                                    .value();
  EXPECT_EQ(generation.finish, FinishReason::kCancelled);
  const auto made = tokens_of(generation.tokens);
  EXPECT_EQ(session.tokens().back(), made.back());
  EXPECT_TRUE(session.generate(at_most(2)).has_value());
}

TEST(ChatShift, TalksOnBeyondTheContext) {
  ChatOptions chat_options;
  chat_options.session = {.n_ctx = 96, .n_threads = 1};
  chat_options.chat_template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}";
  Chat chat = Chat::open(load_tiny(), chat_options).value();
  GenerateOptions options = at_most(40);
  chat.user("one");
  chat.reply({}, options).value();
  for (int turn = 0; turn < 4; ++turn) chat.user("and another question");
  expect_error(chat.reply({}, options), ErrorCode::kContextFull, "the context holds 96");
  options.shift_keep = 96;
  expect_error(chat.reply({}, options), ErrorCode::kInvalidArgument, "keep fewer");
  options.shift_keep = 6;
  const auto first = copy(chat.session().tokens().first(6));
  for (int turn = 0; turn < 4; ++turn) {
    chat.user("what else?");
    EXPECT_EQ(chat.reply({}, options).value().finish, FinishReason::kMaxTokens);
    EXPECT_EQ(copy(chat.session().tokens().first(6)), first);
  }
}

}  // namespace
}  // namespace linnet
