#include <linnet/constraint.h>

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/engine/support.h"
#include "tests/support/model_file.h"
#include "tests/support/temp_folder.h"

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
  expect_error(Constraint::spans("a", 1025), ErrorCode::kInvalidArgument, "at most 1024");
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

class ConstraintFiles : public testing::InTempFolder {};

TEST_F(ConstraintFiles, ForcedTextBehindATokenizersOwnSpace) {
  testing::ModelFile file(testing::tiny_model("gemma3"));
  file.set("tokenizer.ggml.add_space_prefix", true);
  const Model model = Model::load(file.write(folder() / "space_prefix.gguf").string()).value();
  for (const std::string text : {"the only  text that there is", " é, b"}) {
    const Generation generation = generate(model, under(Constraint::choices({&text, 1}).value()));
    EXPECT_EQ(generation.text, text);
    ASSERT_GT(generation.tokens.size(), 1u);
    EXPECT_EQ(generation.tokens.back().logprob, 0) << "it is not picked";
  }
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

// The model's log-probability of some tokens after a prompt.
double logprob_of(const Model& model, const std::vector<Token>& prompt, const std::vector<Token>& tokens) {
  Session session = open_session(model, 64);
  session.append(prompt).value();
  double logprob = 0;
  for (const Token token : tokens) {
    const auto logits = session.logits();
    double sum = 0;
    for (const float logit : logits) sum += std::exp(double{logit});
    logprob += double{logits[static_cast<std::size_t>(token)]} - std::log(sum);
    session.append(std::span(&token, 1)).value();
  }
  return logprob;
}

Session open_beams(const Model& model, std::size_t n_beams) {
  SessionOptions options;
  options.n_ctx = 64;
  options.n_beams = n_beams;
  Session session = Session::open(model, options).value();
  session.append(std::vector<Token>{62, 176, 142, 233}).value();
  return session;
}

TEST(Beams, FindTheLikeliestWholeText) {
  const Model model = load_tiny();
  const std::vector<std::string> words{"ab", "ac", "ba", "bc", "ca", "cb"};
  double best = -1e9;
  std::string likeliest;
  for (const std::string& word : words) {
    // Every way to cut a text into tokens counts by itself, as it does for the search.
    std::vector<std::vector<Token>> cuts{
        {model.find_token(word.substr(0, 1)), model.find_token(word.substr(1))}};
    if (const Token whole = model.find_token(word); whole != kNoToken) cuts.push_back({whole});
    for (const std::vector<Token>& cut : cuts) {
      const double logprob = logprob_of(model, {62, 176, 142, 233}, cut);
      if (logprob > best) likeliest = word;
      best = std::max(best, logprob);
    }
  }
  Session session = open_beams(model, 12);
  GenerateOptions options = under(Constraint::choices(words).value());
  options.n_beams = 12;
  std::string heard;
  const auto hear = [&](std::string_view piece) {
    heard += piece;
    return true;
  };
  const Generation generation = session.generate(options, hear).value();
  EXPECT_EQ(generation.text, likeliest);
  EXPECT_EQ(heard, likeliest);
  EXPECT_EQ(generation.finish, FinishReason::kEnd);
}

TEST(Beams, LeaveTheSessionAsIfItHadMadeTheTextByItself) {
  const Model model = load_tiny();
  Session session = open_beams(model, 4);
  GenerateOptions options = under(Constraint::regex("^[a-z]{3,6}$").value());
  options.n_beams = 4;
  const std::vector<Token> made = tokens_of(session.generate(options).value().tokens);
  EXPECT_EQ(testing::copy(session.tokens().subspan(4)), made);
  const GenerateOptions free = testing::at_most(8);
  const Generation after = session.generate(free).value();
  Session other = open_session(model, 64);
  std::vector<Token> all{62, 176, 142, 233};
  all.insert(all.end(), made.begin(), made.end());
  other.append(all).value();
  EXPECT_EQ(tokens_of(other.generate(free).value().tokens), tokens_of(after.tokens));
}

TEST(Beams, OneIsGreedyAndManyAreAtLeastAsLikely) {
  const Model model = load_tiny();
  SessionOptions session_options;
  session_options.n_ctx = 300;
  session_options.n_beams = 4;
  Session session = Session::open(model, session_options).value();
  const std::vector<Token> prompt = {62, 176, 142, 233};
  const auto logprob = [&](std::size_t n_beams) {
    session.rewind(0).value();
    session.append(prompt).value();
    GenerateOptions options = under(Constraint::regex("^[a-z]{3,6}$").value(), 10);
    options.n_beams = n_beams;
    double sum = 0;
    for (const GeneratedToken& token : session.generate(options).value().tokens) sum += double{token.logprob};
    return sum;
  };
  EXPECT_GE(logprob(4), logprob(1) - 1e-6);
}

TEST(Beams, RefuseWhatDoesNotGoTogether) {
  const Model model = load_tiny();
  Session session = open_session(model, 64);
  session.append(std::vector<Token>{62, 176}).value();
  GenerateOptions options;
  options.n_beams = 2;
  expect_error(session.generate(options), ErrorCode::kInvalidArgument, "opened for 1");
  options.n_beams = 0;
  expect_error(session.generate(options), ErrorCode::kInvalidArgument, "0 beams");
  SessionOptions session_options;
  session_options.n_beams = 17;
  expect_error(Session::open(model, session_options), ErrorCode::kInvalidArgument, "1 to 16");
  session_options.n_beams = 2;
  session_options.n_ctx = 64;
  Session two = Session::open(model, session_options).value();
  two.append(std::vector<Token>{62, 176}).value();
  options.n_beams = 2;
  options.sampling.temperature = 1;
  expect_error(two.generate(options), ErrorCode::kUnsupported, "sampling");
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
