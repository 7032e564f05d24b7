// Answers for `linnet eval`, of linnet itself.
#pragma once

#include <string>
#include <vector>

#include "cli/classifier_flags.h"
#include "cli/extractor_flags.h"

namespace linnet::cli {

/// Lines as `linnet classify` and `linnet extract` print them, one for each text, and what they took.
struct AnswerLines {
  std::string text;
  double seconds = 0;  ///< Without loading the model and learning from examples.
};

/// With a progress bar on a terminal; Ctrl-C gives up with kCancelled. Throw linnet::Exception.
AnswerLines classify_all(const Model& model, const ClassifierFlags& flags, unsigned n_threads,
                         const std::vector<std::string>& texts);
AnswerLines extract_all(const Model& model, const ExtractorFlags& flags, unsigned n_threads,
                        const std::vector<std::string>& texts);

}  // namespace linnet::cli
