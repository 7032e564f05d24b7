// Guessing ahead: the text is the same with it and without it, and repetitive texts take fewer passes.
#include "engine/draft.h"

#include <gtest/gtest.h>

#include "tests/engine/support.h"

namespace linnet {
namespace {

using testing::at_most;
using testing::copy;
using testing::expect_error;
using testing::load_tiny;
using testing::open_session;
using testing::tokens_of;

std::vector<Token> found(std::vector<Token> tokens, std::size_t max) { return copy(look_up(tokens, max)); }

TEST(LookUp, FindsWhatFollowedTheLastTime) {
  using Tokens = std::vector<Token>;
  EXPECT_EQ(found({1, 2, 3, 4, 5, 1, 2}, 3), (Tokens{3, 4, 5}));
  EXPECT_EQ(found({1, 2, 3, 4, 5, 1, 2}, 1), Tokens{3});
  EXPECT_EQ(found({1, 2, 3, 1, 2, 4, 1, 2}, 1), Tokens{4}) << "the latest of equals";
  EXPECT_EQ(found({9, 1, 2, 3, 8, 1, 2, 4, 9, 1, 2}, 1), Tokens{3}) << "the longest match";
  EXPECT_EQ(found({7, 7, 7}, 5), Tokens{7}) << "a match may overlap the end";
  EXPECT_EQ(found({1, 2, 3, 4, 2}, 5), Tokens{}) << "one token is no match";
  EXPECT_EQ(found({1, 2}, 5), Tokens{});
  EXPECT_EQ(found({1}, 5), Tokens{});
  EXPECT_EQ(found({}, 5), Tokens{});
}

Generation generate(Session& session, const std::vector<Token>& prompt, const GenerateOptions& options) {
  session.rewind(0).value();
  session.append(prompt).value();
  return session.generate(options).value();
}

TEST(Speculation, NeverChangesTheText) {
  const std::vector<Token> prompt = {62, 176, 142, 233, 62, 176, 142, 233, 62, 176};
  for (const char* name : {"llama_tied", "gemma3"}) {
    const Model model = load_tiny(name);
    Session draft = open_session(model, 100);
    for (const std::size_t n_chunk : {1u, 3u, 256u}) {
      Session session = open_session(model, 100, 1, n_chunk);
      for (const float temperature : {0.0f, 0.7f}) {
        GenerateOptions options = at_most(60);
        options.sampling.temperature = temperature;
        options.sampling.repetition_penalty = 1.1f;
        const Generation plain = generate(session, prompt, options);
        const std::vector<Token> held = copy(session.tokens());
        for (Session* by : {static_cast<Session*>(nullptr), &draft}) {
          options.n_draft = 15;
          options.draft_session = by;
          const Generation guessed = generate(session, prompt, options);
          EXPECT_EQ(tokens_of(guessed.tokens), tokens_of(plain.tokens)) << name;
          EXPECT_EQ(guessed.text, plain.text);
          EXPECT_EQ(copy(session.tokens()), held);
          for (std::size_t i = 0; i < plain.tokens.size(); ++i) {
            ASSERT_EQ(guessed.tokens[i].logprob, plain.tokens[i].logprob);
          }
          EXPECT_LE(guessed.speculation.n_right, guessed.speculation.n_guessed);
        }
      }
    }
  }
}

TEST(Speculation, AModelGuessesItselfRightAndGoesOnExactly) {
  const Model model = load_tiny();
  Session session = open_session(model, 300);
  Session draft = open_session(model, 300);
  GenerateOptions options = at_most(100);
  options.n_draft = 8;
  options.draft_session = &draft;
  const std::vector<Token> prompt = {62, 176, 142, 233};
  const Generation generation = generate(session, prompt, options);
  EXPECT_EQ(generation.speculation.n_right, generation.speculation.n_guessed);
  EXPECT_GT(generation.speculation.n_right, 80u);
  // What stands in the cache behind the text must not matter.
  const Generation more = session.generate(at_most(20)).value();
  Session fresh = open_session(model, 300);
  EXPECT_EQ(tokens_of(generate(fresh, prompt, at_most(120)).tokens).back(), more.tokens.back().token);
}

TEST(Speculation, StopsInsideAGuess) {
  const Model model = load_tiny();
  Session session = open_session(model, 300);
  Session draft = open_session(model, 300);
  const std::vector<Token> prompt = {62, 176, 142, 233};
  const Generation plain = generate(session, prompt, at_most(60));
  GenerateOptions options = at_most(60);
  options.stop = {plain.text.substr(plain.text.size() / 2, 4)};
  const Generation expected = generate(session, prompt, options);
  const std::size_t n_held = session.tokens().size();
  options.n_draft = 15;
  options.draft_session = &draft;
  const Generation guessed = generate(session, prompt, options);
  EXPECT_EQ(guessed.text, expected.text);
  EXPECT_EQ(guessed.finish, FinishReason::kStopText);
  EXPECT_EQ(session.tokens().size(), n_held);
}

TEST(Speculation, RefusesGuessersThatCannotGuess) {
  const Model model = load_tiny();
  Session session = open_session(model, 64);
  session.append(std::vector<Token>{1, 2}).value();
  GenerateOptions options = at_most(3);
  options.n_draft = 16;
  expect_error(session.generate(options), ErrorCode::kInvalidArgument, "16 tokens to be guessed");
  options.n_draft = 4;
  options.draft_session = &session;
  expect_error(session.generate(options), ErrorCode::kInvalidArgument, "cannot draft for itself");
  Session other = open_session(load_tiny("gemma3"), 64);
  options.draft_session = &other;
  expect_error(session.generate(options), ErrorCode::kInvalidArgument, "another vocabulary");
}

}  // namespace
}  // namespace linnet
