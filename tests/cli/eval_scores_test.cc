#include "cli/eval_scores.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "cli/eval_data.h"

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;

const Json& golden() {
  static const Json json =
      Json::parse(std::ifstream(std::filesystem::path(LINNET_GOLDEN_DIR) / "cli" / "eval.json"));
  return json;
}

std::string lines(const Json& rows) {
  std::string text;
  for (const Json& row : rows) text += row.dump() + "\n";
  return text;
}

struct Case {
  EvalData data;
  std::vector<Answer> answers;
  const Json& want;

  explicit Case(const Json& json)
      : data(parse_eval_data(lines(json["data"]), "data")),
        answers(parse_answers(lines(json["answers"]), "answers", data).answers),
        want(json["want"]) {}
};

void expect_counts(const Counts& counts, const Json& want, const std::string& what) {
  EXPECT_NEAR(counts.precision(), want["precision"], 1e-9) << what;
  EXPECT_NEAR(counts.recall(), want["recall"], 1e-9) << what;
  EXPECT_NEAR(counts.f1(), want["f1"], 1e-9) << what;
}

void expect_findings(const FindingScores& scores, const Json& want) {
  expect_counts(scores.total, want["total"], "total");
  ASSERT_EQ(scores.by_field.size(), want["fields"].size());
  for (const auto& [field, counts] : scores.by_field) expect_counts(counts, want["fields"][field], field);
  EXPECT_EQ(scores.n_invented, want["invented"]);
  EXPECT_EQ(scores.n_exact, want["exact"]);
  EXPECT_EQ(scores.misses.size(), scores.n_texts - scores.n_exact);
}

TEST(EvalScores, LabelsAgreeWithScikitLearn) {
  for (const Json& json : golden()["labels"]) {
    const Case c(json);
    const LabelScores scores = score_labels(c.data.examples, c.answers);
    EXPECT_NEAR(scores.accuracy, c.want["accuracy"], 1e-9);
    EXPECT_NEAR(scores.macro_f1, c.want["macro_f1"], 1e-9);
    EXPECT_NEAR(scores.ece, c.want["ece"], 1e-9);
    EXPECT_NEAR(scores.ece_of_all, c.want["ece_of_all"], 1e-9);
    ASSERT_EQ(scores.out_of_scope_auroc.has_value(), !c.want["auroc"].is_null());
    if (!c.want["auroc"].is_null()) {
      EXPECT_NEAR(*scores.out_of_scope_auroc, c.want["auroc"], 1e-9);
    }
  }
}

TEST(EvalScores, SpansAgreeWithMultisets) {
  for (const Json& json : golden()["spans"]) {
    const Case c(json);
    const FindingScores scores = score_spans(c.data.examples, c.answers);
    expect_findings(scores, c.want);
    EXPECT_FALSE(scores.bins.empty());
  }
}

TEST(EvalScores, RecordsAgreeWithSets) {
  for (const Json& json : golden()["records"]) {
    const Case c(json);
    const FindingScores scores = score_records(c.data.examples, c.answers);
    expect_findings(scores, c.want);
    EXPECT_TRUE(scores.bins.empty());  // no answer tells a probability
  }
}

Example labelled(std::optional<std::string> label) { return {.text = "x", .label = std::move(label)}; }
Answer answered(std::string label, double score) {
  return {.label = std::move(label), .probability = score, .score = score};
}

TEST(EvalScores, OperatingPointsCountFromTheSurestText) {
  const std::vector<Example> examples{labelled("a"), labelled("a"), labelled(std::nullopt), labelled("b")};
  const std::vector<Answer> answers{answered("a", 0.9), answered("b", 0.5), answered("a", 0.5),
                                    answered("b", 0.1)};
  const auto points = score_labels(examples, answers).points;
  ASSERT_EQ(points.size(), 3u);  // equal scores are answered together
  EXPECT_EQ(points[0].threshold, 0.9);
  EXPECT_DOUBLE_EQ(points[0].coverage, 0.25);
  EXPECT_DOUBLE_EQ(points[0].accuracy, 1);
  EXPECT_DOUBLE_EQ(points[0].out_of_scope_refused, 1);
  EXPECT_DOUBLE_EQ(points[1].coverage, 0.75);
  EXPECT_DOUBLE_EQ(points[1].accuracy, 1.0 / 3);
  EXPECT_DOUBLE_EQ(points[1].in_scope_answered, 2.0 / 3);
  EXPECT_DOUBLE_EQ(points[1].out_of_scope_refused, 0);
  EXPECT_DOUBLE_EQ(points[2].coverage, 1);
  EXPECT_DOUBLE_EQ(points[2].accuracy, 0.5);
}

TEST(EvalScores, AbstainingChangesNoAccuracyAndMendsErrorsOnlyOutOfScope) {
  const std::vector<Example> examples{labelled("a"), labelled("b"), labelled(std::nullopt)};
  std::vector<Answer> answers{answered("a", 0.2), answered("a", 0.8), answered("a", 0.1)};
  answers[0].abstains = answers[2].abstains = true;
  const LabelScores scores = score_labels(examples, answers);
  EXPECT_DOUBLE_EQ(scores.accuracy, 0.5);
  EXPECT_EQ(scores.n_answered, 1u);
  EXPECT_EQ(scores.n_answered_right, 0u);
  EXPECT_EQ(scores.n_answered_outside, 0u);
  EXPECT_EQ(scores.errors, (std::vector<std::size_t>{1}));
  ASSERT_EQ(scores.confusions.size(), 1u);
  EXPECT_EQ(scores.confusions[0].gold + scores.confusions[0].predicted, "ba");
}

TEST(EvalScores, ATextOutOfScopeIsAnErrorUnlessItIsRefused) {
  const std::vector<Example> examples(3, labelled(std::nullopt));
  const std::vector<Answer> answers{{.label = "a", .abstains = true, .probability = 0.9},  // refused
                                    {.abstains = true, .is_invalid = true},  // not by a program that failed
                                    answered("a", 0.7)};
  EXPECT_EQ(score_labels(examples, answers).errors, (std::vector<std::size_t>{2, 1}));
}

TEST(EvalScores, NoAnswerIsNoLabel) {
  const LabelScores scores =
      score_labels(std::vector<Example>{labelled("a"), labelled("a")},
                   std::vector<Answer>{answered("a", 1), {.abstains = true, .is_invalid = true}});
  EXPECT_DOUBLE_EQ(scores.macro_f1, 2.0 / 3);
  EXPECT_EQ(scores.n_invalid, 1u);
}

TEST(EvalScores, WithoutAProbabilityThereIsNoCalibration) {
  const std::vector<Example> examples{labelled("a"), labelled("a")};
  EXPECT_TRUE(score_labels(examples, std::vector<Answer>{answered("a", 1), {.label = "a"}}).bins.empty());
  EXPECT_EQ(score_labels(examples, std::vector<Answer>{answered("a", 1), {.is_invalid = true}}).bins.back().n,
            1u);
}

TEST(EvalScores, OfNothingAreZero) {
  const LabelScores labels = score_labels({}, {});
  EXPECT_EQ(labels.accuracy + labels.macro_f1 + labels.ece, 0);
  EXPECT_FALSE(labels.out_of_scope_auroc);
  EXPECT_TRUE(labels.points.empty());
  const FindingScores spans = score_spans({}, {});
  EXPECT_EQ(spans.total.f1() + spans.total.precision() + spans.total.recall(), 0);
}

FindingScores spans_of(const std::string& text, std::vector<Span> gold, std::vector<Span> found) {
  const std::vector<Example> examples{{.text = text, .findings = {.spans = std::move(gold)}}};
  const std::vector<Answer> answers{{.findings = {.spans = std::move(found)}}};
  return score_spans(examples, answers);
}

TEST(EvalScores, ASpanIsRightOnce) {
  const FindingScores scores = spans_of("at noon", {{"time", {"noon"}}},
                                        {{"time", {"noon"}}, {"time", {"Noon."}}, {"date", {"noon"}}});
  EXPECT_EQ(scores.total.n_right, 1u);
  EXPECT_EQ(scores.total.n_predicted, 3u);
  EXPECT_EQ(scores.n_invented, 1u);
  ASSERT_EQ(scores.misses.size(), 1u);
  EXPECT_EQ(scores.misses[0].wrong, (std::vector<std::string>{"time: noon", "date: noon"}));
}

TEST(EvalScores, PunctuationAloneIsComparedAsItIs) {
  EXPECT_EQ(spans_of("a ? b !", {{"x", {"?"}}}, {{"x", {"!"}}}).total.n_right, 0u);
  EXPECT_EQ(spans_of("a ? b !", {{"x", {"?"}}}, {{"x", {"?"}}}).total.n_right, 1u);
}

TEST(EvalScores, TextsWithNothingToFindAreCountedApart) {
  EXPECT_EQ(spans_of("hello", {}, {}).n_empty_right, 1u);
  const FindingScores alarm = spans_of("hello", {}, {{"x", {"hello"}}});
  EXPECT_EQ(alarm.n_empty, 1u);
  EXPECT_EQ(alarm.n_empty_right, 0u);
}

TEST(EvalScores, BinsAreOpenBelow) {
  std::vector<Claim> claims{{0, false}};
  for (std::size_t i = 1; i <= kBins; ++i) claims.push_back({share_of(i, kBins), true});
  const std::vector<Bin> bins = bins_of(claims);
  EXPECT_EQ(bins[0].n, 2u);
  for (std::size_t i = 1; i < kBins; ++i) EXPECT_EQ(bins[i].n, 1u) << i;
}

TEST(StandsIn, LooksAtNoCase) {
  EXPECT_TRUE(stands_in("NOON", "at noon"));
  EXPECT_TRUE(stands_in("", ""));
  EXPECT_FALSE(stands_in("noons", "at noon"));
  EXPECT_FALSE(stands_in("at noon and later", "noon"));
}

}  // namespace
}  // namespace linnet::cli
