// What stands behind a Classifier: a score of each label for each text.
#pragma once

#include <functional>
#include <span>
#include <string>

#include <linnet/tasks.h>

#include "base/fail.h"
#include "tasks/calibration.h"
#include "tasks/head_file.h"

namespace linnet::tasks {

/// Receives the scores of text `index`, (n_labels); false gives up.
using ScoresCallback = std::function<bool(std::size_t index, std::span<const double> scores)>;

class Scorer {
 public:
  Scorer() = default;
  Scorer(const Scorer&) = delete;
  Scorer& operator=(const Scorer&) = delete;
  virtual ~Scorer() = default;

  /// Scores each text once, in any order. Errors: those of Classifier::classify().
  virtual Result<void> score(std::span<const std::string> texts, const ScoresCallback& callback) = 0;
  virtual const Calibration& calibration() const noexcept = 0;
  /// Error: kUnsupported, there is nothing to write.
  virtual Result<void> write(HeadWriter& writer) const = 0;
};

}  // namespace linnet::tasks
