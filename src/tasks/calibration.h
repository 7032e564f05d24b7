// From scores to probabilities that can be acted on. Scores are logarithms of how likely each label is, up to
// a common summand, but too sure of themselves; a factor fitted on examples that the scores were not fitted
// on mends that (temperature scaling: Guo et al. 2017, arXiv:1706.04599). Beside the labels stands "none of
// them", whose score is a constant. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace linnet::tasks {

struct Calibration {
  double scale = 1;  ///< Of scores, > 0: the reciprocal of a temperature.
  /// Score of "none".
  double none = -std::numeric_limits<double>::infinity();
};

/// Some texts' scores, and which labels are right.
struct ScoredRows {
  std::size_t n_labels = 0;
  std::vector<double> scores;         ///< (labels.size(), n_labels).
  std::vector<std::uint32_t> labels;  ///< Of the rows.

  std::span<const double> row(std::size_t i) const noexcept {
    return std::span(scores).subspan(i * n_labels, n_labels);
  }
};

/// The factor under which the right labels are likeliest. As few examples may be told apart without a fault,
/// half an example more is taken to have its runner-up's label, as in Jeffreys' estimate of a share.
double fit_scale(const ScoredRows& rows);

/// The score of "none": best-separating where the best scores of some texts that fit no label are known, and
/// else what one in a hundred of the texts that fit a label does not reach.
double fit_none(const ScoredRows& rows, std::span<const double> best_of_unfit, double scale);

/// Probabilities of the labels and, last, of "none"; (scores.size() + 1). They add up to 1.
std::vector<double> probabilities(std::span<const double> scores, const Calibration& calibration);

}  // namespace linnet::tasks
