#include "cli/eval_page.h"

#include <gtest/gtest.h>

#include "tests/cli/eval_support.h"

namespace linnet::cli {
namespace {

using testing::Evaluation;
using testing::labels_with;
using testing::spans_with;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string html_of(const Evaluation& evaluation) {
  return to_html(evaluation.report, evaluation.data, evaluation.answers);
}

TEST(EvalPage, ShowsEveryPartAndLoadsNothing) {
  const std::string labels = html_of(labels_with("gate"));
  for (const char* const part :
       {"accuracy", "AUROC", "Reliability", "perfect calibration", "Abstention", "Out of scope",
        "The most confused labels", "Wrong and sure of it", "80.0"}) {
    EXPECT_TRUE(has(labels, part)) << part;
  }
  const std::string spans = html_of(spans_with("gate"));
  for (const char* const part :
       {"F1 of spans", "invented", "Reliability", "Texts with the most mistakes", "Spans by slot"}) {
    EXPECT_TRUE(has(spans, part)) << part;
  }
  for (const std::string& html : {labels, spans}) {
    EXPECT_FALSE(has(html, "http"));
    EXPECT_FALSE(has(html, "<script"));
    EXPECT_FALSE(has(html, "nan"));
  }
}

TEST(EvalPage, EscapesEverything) {
  const std::string evil = "<img src=x onerror='alert(1)'>\"&";
  for (const Evaluation& evaluation : {labels_with(evil), spans_with(evil)}) {
    const std::string html = html_of(evaluation);
    EXPECT_FALSE(has(html, "<img"));
    EXPECT_FALSE(has(html, "onerror='"));
    EXPECT_TRUE(has(html, "&lt;img"));
  }
}

TEST(EvalPage, OfNothingIsAPage) {
  Evaluation empty;
  empty.report.labels = score_labels({}, {});
  EXPECT_FALSE(has(html_of(empty), "nan"));
  empty.report.labels.reset();
  empty.report.findings = score_records({}, {});
  empty.report.of_records = true;
  EXPECT_FALSE(has(html_of(empty), "nan"));
}

}  // namespace
}  // namespace linnet::cli
