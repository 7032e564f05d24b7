#include <linnet/constraint.h>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/engine/support.h"

namespace linnet {
namespace {

using testing::expect_error;
using testing::load_tiny;
using testing::open_session;
using testing::tokens_of;

constexpr std::string_view kTicket = R"({
  "type": "object",
  "properties": {
    "label": {"enum": ["billing", "shipping", "other"]},
    "urgent": {"type": "boolean"},
    "amount": {"type": "integer", "minimum": 0, "maximum": 999}
  },
  "required": ["label", "urgent", "amount"],
  "additionalProperties": false
})";

GenerateOptions under(Constraint constraint, std::size_t max_tokens = 200) {
  GenerateOptions options;
  options.max_tokens = max_tokens;
  options.constraint = std::move(constraint);
  return options;
}

Generation generate(const Model& model, const GenerateOptions& options, unsigned n_threads = 1) {
  Session session = open_session(model, 256, n_threads);
  const std::vector<Token> prompt = {62, 176, 142, 233};
  session.append(prompt).value();
  Generation generation = session.generate(options).value();
  // What the session holds is what was made, however it was cut.
  const auto made = tokens_of(generation.tokens);
  EXPECT_EQ(testing::copy(session.tokens().subspan(4)), made);
  EXPECT_EQ(model.detokenize(made).value(), generation.text);
  return generation;
}

TEST(Constraint, MatchesTexts) {
  const std::vector<std::string> words{"yes", "no", "not yet"};
  const Constraint choice = Constraint::choices(words).value();
  EXPECT_TRUE(choice.match("not yet").value().matches);
  EXPECT_EQ(choice.match("not").value().n_bytes, 3u);
  EXPECT_EQ(choice.match("nope").value().n_bytes, 2u);
  EXPECT_FALSE(choice.match("").value().matches);
  const Constraint date = Constraint::regex("^[0-9]{4}-[0-9]{2}$").value();
  EXPECT_TRUE(date.match("2026-11").value().matches);
  EXPECT_EQ(date.match("2026-1x").value().n_bytes, 6u);
  EXPECT_TRUE(Constraint::json().value().match(R"([1, {"a": null}])").value().matches);
  EXPECT_FALSE(Constraint::json().value().match("[1,2]").value().matches) << "spaced by default";
}

TEST(Constraint, RefusesWhatIsNone) {
  expect_error(Constraint::choices({}), ErrorCode::kInvalidArgument, "no text");
  const std::vector<std::string> empty{"a", ""};
  expect_error(Constraint::choices(empty), ErrorCode::kInvalidArgument, "empty");
  expect_error(Constraint::regex("(a"), ErrorCode::kInvalidArgument, "byte");
  expect_error(Constraint::regex("^a$b"), ErrorCode::kInvalidArgument, "no text");
  expect_error(Constraint::json_schema(R"({"minimum": "x"})"), ErrorCode::kInvalidArgument, "/minimum");
  expect_error(Constraint::spans(" \n"), ErrorCode::kInvalidArgument, "no word");
  expect_error(Constraint::json().value().after(""), ErrorCode::kInvalidArgument, "trigger");
}

TEST(Constraint, SpansAreRunsOfWholeWords) {
  const Constraint spans = Constraint::spans("Aspirin 500 mg (daily), twice a day.", 3).value();
  for (const char* text :
       {"Aspirin", "500 mg", "500 mg (daily),", "daily", "(daily), twice", "day", "day.", "twice a day"}) {
    EXPECT_TRUE(spans.match(text).value().matches) << text;
  }
  for (const char* text : {"", "aspirin", "50", "mg (dail", "Aspirin 500 mg (daily)", " 500", "a day,"}) {
    EXPECT_FALSE(spans.match(text).value().matches) << text;
  }
}

TEST(Constraint, AfterATriggerOnly) {
  const std::vector<std::string> words{"up", "down"};
  const Constraint calls = Constraint::choices(words).value().after("<go>").value();
  for (const char* text : {"", "free text", "a <go>up b", "<go>down<go>up", "<g <go>up"}) {
    EXPECT_TRUE(calls.match(text).value().matches) << text;
  }
  EXPECT_EQ(calls.match("a <go>left").value().n_bytes, 6u);
  EXPECT_FALSE(calls.match("ends with <go>").value().matches);
}

TEST(Constraint, WhatIsMadeSatisfiesTheSchema) {
  const Constraint schema = Constraint::json_schema(kTicket).value();
  std::set<std::string> labels;
  for (const char* name : {"llama_tied", "qwen2", "gemma3"}) {
    const Model model = load_tiny(name);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      GenerateOptions options = under(schema);
      options.sampling.temperature = 1.5f;
      options.sampling.seed = seed;
      const Generation generation = generate(model, options);
      EXPECT_EQ(generation.finish, FinishReason::kEnd) << generation.text;
      EXPECT_TRUE(schema.match(generation.text).value().matches) << generation.text;
      const auto json = nlohmann::json::parse(generation.text, nullptr, false);
      ASSERT_TRUE(json.is_object()) << generation.text;
      labels.insert(json["label"].get<std::string>());
    }
  }
  EXPECT_GT(labels.size(), 1u) << "the model has a choice";
}

TEST(Constraint, ThreadsAndCompanyDoNotChangeTheText) {
  const Model model = load_tiny();
  const Constraint schema = Constraint::json_schema(kTicket).value();
  GenerateOptions options = under(schema);
  options.sampling.temperature = 1.0f;
  const Generation alone = generate(model, options);
  EXPECT_EQ(generate(model, options, 3).text, alone.text);

  BatchOptions batch_options;
  batch_options.n_ctx = 256;
  batch_options.n_threads = 2;
  Batch batch = Batch::open(model, batch_options).value();
  const std::vector<Token> prompt = {62, 176, 142, 233};
  std::vector<RequestId> requests;
  for (std::uint64_t seed : {7, 0, 9}) {
    options.sampling.seed = seed;
    requests.push_back(batch.submit(prompt, options).value());
  }
  GenerateOptions free;
  free.max_tokens = 20;
  batch.submit(prompt, free).value();
  batch.run().value();
  const Generation together = batch.take(requests[1]).value();
  EXPECT_EQ(together.text, alone.text);
  EXPECT_EQ(tokens_of(together.tokens), tokens_of(alone.tokens));
  EXPECT_TRUE(schema.match(batch.take(requests[0]).value().text).value().matches);
}

TEST(Constraint, GuessesDoNotChangeTheText) {
  const Model model = load_tiny();
  GenerateOptions options = under(Constraint::regex("^(ab|cd|a)*$").value(), 60);
  const Generation plain = generate(model, options);
  options.n_draft = 8;
  EXPECT_EQ(generate(model, options).text, plain.text);
}

TEST(Constraint, ForcedTextIsNotPicked) {
  const Model model = load_tiny();
  const std::vector<std::string> one{"the only text that there is"};
  const Generation generation = generate(model, under(Constraint::choices(one).value()));
  EXPECT_EQ(generation.text, one[0]);
  // The first token is picked; the others are those of the tokenizer.
  EXPECT_EQ(tokens_of(generation.tokens), model.tokenize(one[0], {.add_bos = false}).value());
  ASSERT_GT(generation.tokens.size(), 1u);
  EXPECT_EQ(generation.tokens.back().logprob, 0);
}

TEST(Constraint, StopsWithinItsLimits) {
  const Model model = load_tiny();
  const std::vector<std::string> one{"the only text that there is"};
  const Generation generation = generate(model, under(Constraint::choices(one).value(), 2));
  EXPECT_EQ(generation.finish, FinishReason::kMaxTokens);
  EXPECT_EQ(generation.tokens.size(), 2u);
  EXPECT_TRUE(one[0].starts_with(generation.text));
}

TEST(Constraint, SamplingOptionsApplyToWhatIsAllowed) {
  const Model model = load_tiny();
  const std::vector<std::string> words{"b", "c"};
  GenerateOptions options = under(Constraint::choices(words).value());
  const std::string likeliest = generate(model, options).text;
  const Token token = model.find_token(likeliest);
  ASSERT_NE(token, kNoToken);
  options.sampling.logit_bias = {{token, -100.0f}};
  EXPECT_NE(generate(model, options).text, likeliest);
}

TEST(Constraint, CallbacksReceiveTheText) {
  const Model model = load_tiny();
  Session session = open_session(model, 256);
  const std::vector<Token> prompt = {62, 176};
  session.append(prompt).value();
  std::string text;
  const Generation generation = session
                                    .generate(under(Constraint::json_schema(kTicket).value()),
                                              [&](std::string_view piece) {
                                                text += piece;
                                                return true;
                                              })
                                    .value();
  EXPECT_EQ(text, generation.text);
}

}  // namespace
}  // namespace linnet
