// The files that `linnet eval` reads: texts with what is known of them, and a program's answers.
#pragma once

#include <string>
#include <vector>

#include "cli/eval_scores.h"

namespace linnet::cli {

/// What the lines of a file tell of their texts.
struct EvalData {
  std::vector<Example> examples;
  bool has_labels = false;
  bool has_spans = false;
  bool has_records = false;
};

/// Reads JSON lines with "text" and any of "label" (a string; null: out of scope), "slots" ([{"slot",
/// "text"}]) and "items" ([{field: value}]). What a file's first line has, all lines must have. Lines that
/// are empty are skipped. Throws linnet::Exception (kInvalidArgument), naming `name` and the line; also if
/// there is no line.
EvalData parse_eval_data(const std::string& text, const std::string& name);

/// Reads a program's answers, a JSON line for each of `data`'s texts, in order; a "text" in a line must be
/// that text. What a line may have:
///   "label", "probability", "ranked" ([[label, probability], ...]), "score": as `linnet classify` prints
///   them;
///     without a ranked list the label is the likeliest; without a score the probability is taken, or
///     whether there is a label
///   "records" ([{field: value}]), "items" alike, "slots" ([{"slot", "text"}]): a value is a string, null for
///     none, an object with "value" (and "probability"), or an array of these. Strings are pieces of the text
///     and spans, too. Of an object it is the bytes from "begin" to "end", whatever its value makes of them;
///     without these it is said of the whole text and no span.
///   "error": the program failed there
///   "seconds": what the answer took
/// The line null says that the program was not asked.
struct Answers {
  std::vector<Answer> answers;  ///< One for each text of the data that was asked.
  double seconds = 0;           ///< The sum; 0 if no line tells it.
};
/// Drops the texts from `data` that were not asked. Throws as parse_eval_data().
Answers parse_answers(const std::string& text, const std::string& name, EvalData& data);

/// Leaves only these slots and fields, both of what is known and of what is said.
void keep_fields(const std::vector<std::string>& fields, EvalData& data, std::vector<Answer>& answers);

}  // namespace linnet::cli
