// What `linnet eval` measured, and the forms in which it is printed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/eval_data.h"
#include "cli/eval_scores.h"

namespace linnet::cli {

struct EvalReport {
  std::string version{};  ///< linnet's.
  std::string date{};     ///< UTC, ISO 8601.
  std::string command{};
  std::string data{};     ///< File name.
  std::string answers{};  ///< Whose they are: a model or a file.
  std::size_t n_texts = 0;
  double seconds = 0;  ///< For all answers; 0 if that is not known.
  std::optional<LabelScores> labels{};
  std::optional<FindingScores> findings{};
  bool of_records = false;  ///< The findings are records, not spans.
};

/// A figure and what it says, for people.
struct Figure {
  std::string value, what;
};
std::vector<Figure> figures_of(const EvalReport& report);

/// Plain text, for the caller to escape.
struct TextTable {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};
/// How well each field is found. Empty without findings.
TextTable fields_of(const EvalReport& report);
/// What abstaining below some scores gives. Empty without labels.
TextTable thresholds_of(const EvalReport& report);

/// The figures and tables; no character of a name can steer a terminal.
std::string to_text(const EvalReport& report);
/// All but the single texts, as one JSON object.
std::string to_json(const EvalReport& report);

/// At most `n` of the points, evenly by coverage; the first and the last are among them.
std::vector<OperatingPoint> thinned(const std::vector<OperatingPoint>& points, std::size_t n);

}  // namespace linnet::cli
