// Small evaluations for the tests of what is made of them.
#pragma once

#include <string>
#include <vector>

#include "cli/eval_report.h"

namespace linnet::cli::testing {

struct Evaluation {
  EvalData data;
  std::vector<Answer> answers;
  EvalReport report;
};

inline Evaluation labels_with(const std::string& text) {
  Evaluation result;
  result.data.has_labels = true;
  for (int i = 0; i < 40; ++i) {
    Example example{.text = text};
    if (i % 5 != 0) example.label = i % 2 == 0 ? text : "wall";
    result.data.examples.push_back(example);
    const double p = 0.02 * i + 0.1;
    result.answers.push_back({.label = i % 3 == 0 ? text : "wall", .probability = p, .score = p});
  }
  result.report = {.data = text, .answers = text, .n_texts = 40, .seconds = 0.5};
  result.report.labels = score_labels(result.data.examples, result.answers);
  return result;
}

inline Evaluation spans_with(const std::string& text) {
  Evaluation result;
  result.data.has_spans = true;
  result.data.examples = {{.text = text, .findings = {.spans = {{text, {text}}}}}, {.text = text}};
  result.answers = {{.findings = {.spans = {{text, {"other", 0.7}}}}}, {.is_invalid = true}};
  result.report = {.data = text, .answers = text, .n_texts = 2};
  result.report.findings = score_spans(result.data.examples, result.answers);
  return result;
}

}  // namespace linnet::cli::testing
