#include "cli/eval_data.h"

#include <gtest/gtest.h>

#include <linnet/result.h>

namespace linnet::cli {
namespace {

// What the exception says.
template <class F>
std::string complaint(const F& act) {
  try {
    act();
  } catch (const Exception& error) {
    EXPECT_EQ(error.error().code, ErrorCode::kInvalidArgument);
    return error.error().message;
  }
  return "nothing";
}

std::string data_complaint(const std::string& text) {
  return complaint([&] { parse_eval_data(text, "d.jsonl"); });
}

TEST(EvalData, ReadsLabelsSlotsAndItems) {
  const EvalData labels =
      parse_eval_data("{\"text\": \"a\", \"label\": \"x\"}\n\n{\"text\": \"b\", \"label\": null}\r\n", "d");
  ASSERT_EQ(labels.examples.size(), 2u);
  EXPECT_TRUE(labels.has_labels && !labels.has_spans && !labels.has_records);
  EXPECT_EQ(labels.examples[0].label, "x");
  EXPECT_FALSE(labels.examples[1].label);

  const EvalData both = parse_eval_data(
      R"({"text": "at noon", "label": "l", "slots": [{"slot": "time", "text": "noon", "begin": 3}]})", "d");
  EXPECT_TRUE(both.has_labels && both.has_spans);
  EXPECT_EQ(both.examples[0].findings.spans[0].value.text, "noon");

  const EvalData records = parse_eval_data(R"({"text": "t", "items": [{"a": "1", "b": "2"}]})", "d");
  EXPECT_TRUE(records.has_records && !records.has_spans);
  EXPECT_EQ(records.examples[0].findings.records[0].at("b").text, "2");
}

TEST(EvalData, NamesTheLineThatIsWrong) {
  const std::string good = "{\"text\": \"a\", \"label\": \"x\"}\n";
  for (const auto& [line, says] : std::initializer_list<std::pair<const char*, const char*>>{
           {"{", "line 2 is not JSON"},
           {"\"\xff\"", "line 2 is not JSON"},
           {"[]", "line 2: there is no \"text\""},
           {R"({"text": 1, "label": "x"})", "line 2: \"text\" is number"},
           {R"({"text": "b"})", "line 2: there is no \"label\""},
           {R"({"text": "b", "label": ""})", "line 2: \"label\" is empty"},
           {R"({"text": "b", "label": ["x"]})", "line 2: \"label\" is array"}}) {
    EXPECT_NE(data_complaint(good + line).find(says), std::string::npos) << data_complaint(good + line);
  }
  EXPECT_NE(data_complaint("").find("d.jsonl is empty"), std::string::npos);
  EXPECT_NE(data_complaint("{\"text\": \"a\"}").find("no \"label\", \"slots\" or"), std::string::npos);
  const std::string deep =
      "{\"text\": \"a\", \"label\": " + std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_NE(data_complaint(deep + "}").find("too deep"), std::string::npos);
}

class AnswersTest : public ::testing::Test {
 protected:
  EvalData data_ =
      parse_eval_data(R"({"text": "five mg of it", "items": [{"drug": "it", "dose": "5"}]})", "d");

  Answer one(const std::string& line) const {
    EvalData data = data_;
    return parse_answers(line, "a", data).answers.at(0);
  }
  std::string refusal(const std::string& lines) const {
    EvalData data = data_;
    return complaint([&] { parse_answers(lines, "a.jsonl", data); });
  }
};

TEST_F(AnswersTest, ReadsLabelsAsClassifyPrintsThem) {
  const Answer sure = one(R"({"label": "x", "probability": 0.9, "ranked": [["x", 0.9], ["y", 0.1]]})");
  EXPECT_EQ(sure.label, "x");
  EXPECT_FALSE(sure.abstains);
  EXPECT_EQ(sure.score, 0.9);
  const Answer unsure = one(R"({"label": null, "probability": 0.4, "ranked": [["y", 0.4]], "score": -3})");
  EXPECT_EQ(unsure.label, "y");
  EXPECT_TRUE(unsure.abstains);
  EXPECT_EQ(unsure.probability, 0.4);
  EXPECT_EQ(unsure.score, -3);
  EXPECT_TRUE(one(R"({"error": "too long"})").is_invalid);
  EXPECT_EQ(one(R"({"label": "x"})").score, 1);
  EXPECT_EQ(one(R"({"label": null})").score, 0);
}

TEST_F(AnswersTest, ReadsRecordsInEveryForm) {
  const Answer answer = one(
      R"({"records": [{"drug": {"value": "IT", "begin": 11, "end": 13, "probability": 0.5}, )"
      R"("dose": null, "n": 5}, {"drug": ["of", "five"], "dose": {"value": null}, "kind": {"value": 2}}]})");
  const auto& [spans, records] = answer.findings;
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].at("drug").text, "it");  // what stands there
  EXPECT_EQ(records[0].at("drug").probability, 0.5);
  EXPECT_EQ(records[0].at("n").text, "5");
  EXPECT_FALSE(records[0].contains("dose"));
  EXPECT_EQ(records[1].at("drug").text, "of");
  EXPECT_FALSE(records[1].at("kind").is_piece);
  EXPECT_EQ(records[1].size(), 2u);
  ASSERT_EQ(spans.size(), 4u);  // not "kind", which is said of the whole text
  EXPECT_EQ(spans[3].slot + spans[3].value.text, "drugfive");
}

TEST_F(AnswersTest, SumsSeconds) {
  EXPECT_EQ(parse_answers(R"({"seconds": 0.25})", "a", data_).seconds, 0.25);
  EXPECT_EQ(parse_answers("{}", "a", data_).seconds, 0);
}

TEST_F(AnswersTest, LeavesOutTextsThatWereNotAsked) {
  data_.examples.push_back({.text = "second"});
  const Answers answers = parse_answers("null\n{\"text\": \"second\"}", "a", data_);
  EXPECT_EQ(answers.answers.size(), 1u);
  ASSERT_EQ(data_.examples.size(), 1u);
  EXPECT_EQ(data_.examples[0].text, "second");
}

TEST_F(AnswersTest, RefusesWhatIsNoAnswer) {
  for (const auto& [lines, says] : std::initializer_list<std::pair<const char*, const char*>>{
           {"", "a.jsonl has 0 answers, but the data has 1 text"},
           {"{}\n{}", "line 2: the data has 1 text only"},
           {"7", "line 1: it is number"},
           {R"({"text": "other"})", "not that of the same line"},
           {R"({"probability": 1.5})", "\"probability\" is 1.5"},
           {R"({"probability": -0.5})", "\"probability\" is -0.5"},
           {R"({"label": 3})", "\"label\" is number"},
           {R"({"label": null, "ranked": [["x"]]})", "not [label, probability]"},
           {R"({"score": "high"})", "\"score\" is string"},
           {R"({"records": {}})", "\"records\" is object"},
           {R"({"records": [3]})", "a record is number"},
           {R"({"records": [{"drug": {"begin": 1}}]})", "has no \"value\""},
           {R"({"records": [{"drug": {"value": "it", "begin": 11, "end": 99}}]})", "\"end\" is 99"},
           {R"({"records": [{"drug": {"value": "it", "begin": 5, "end": 2}}]})", "from byte 5 to 2"},
           {R"({"slots": [{"slot": "x"}]})", "there is no \"text\""}}) {
    EXPECT_NE(refusal(lines).find(says), std::string::npos) << refusal(lines);
  }
}

TEST_F(AnswersTest, KeepsTheFieldsThatCount) {
  std::vector<Answer> answers{one(R"({"records": [{"drug": "it", "dose": "5"}]})")};
  keep_fields({"drug"}, data_, answers);
  EXPECT_EQ(data_.examples[0].findings.records[0].size(), 1u);
  EXPECT_EQ(answers[0].findings.records[0].size(), 1u);
  ASSERT_EQ(answers[0].findings.spans.size(), 1u);
  EXPECT_EQ(answers[0].findings.spans[0].slot, "drug");
}

}  // namespace
}  // namespace linnet::cli
