// An evaluation as one page of HTML: figures, reliability, abstention, confusions, the worst mistakes.
#pragma once

#include <string>
#include <vector>

#include "cli/eval_report.h"

namespace linnet::cli {

/// `data` and `answers` are what the report's scores are of; a few of their texts are quoted. All text is
/// escaped.
std::string to_html(const EvalReport& report, const EvalData& data, const std::vector<Answer>& answers);

}  // namespace linnet::cli
