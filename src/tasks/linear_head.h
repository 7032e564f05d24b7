// A trained head: what is left of a set of examples once a score for each label is linear in a text's pooled
// states. Immutable; any thread may use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/fail.h"
#include "tasks/calibration.h"
#include "tasks/head_file.h"

namespace linnet::tasks {

/// Texts as a model sees them: pooled states, those of the layers one after the other.
struct PooledTexts {
  std::size_t n_blocks = 0;  ///< Layers.
  std::size_t d_block = 0;   ///< Width of a layer's states.
  std::vector<float> rows;   ///< (n, n_blocks * d_block).

  std::size_t d_row() const noexcept { return n_blocks * d_block; }
  std::size_t size() const noexcept { return rows.size() / d_row(); }
  std::span<const float> row(std::size_t i) const noexcept {
    return std::span(rows).subspan(i * d_row(), d_row());
  }
};

class LinearHead {
 public:
  /// Fits to texts[0, labels.size()), which have these labels, < n_labels. Behind them stands a text for each
  /// label, in order, that says what it is about; texts after those fit no label. Each layer has a
  /// discriminant of its own (discriminant.h), and a label's score is the sum of the layers'. At most
  /// n_threads layers at once.
  static Result<LinearHead> fit(const PooledTexts& texts, std::span<const std::uint32_t> labels,
                                std::size_t n_labels, unsigned n_threads);

  /// Errors: kCorrupt.
  static Result<LinearHead> read(HeadReader& reader, std::size_t n_blocks, std::size_t d_block,
                                 std::size_t n_labels);
  void write(HeadWriter& writer) const;

  /// The labels' scores for a text's pooled states.
  std::vector<double> scores(std::span<const float> row) const;
  const Calibration& calibration() const noexcept { return calibration_; }

 private:
  LinearHead() = default;
  void standardize(std::span<const float> row, std::size_t block, std::span<double> out) const;

  std::size_t n_blocks_ = 0, d_block_ = 0, n_labels_ = 0;
  std::vector<double> means_;    // (n_blocks, d_block)
  std::vector<double> scales_;   // (n_blocks, d_block): reciprocals of standard deviations
  std::vector<double> weights_;  // (n_labels, n_blocks, d_block)
  std::vector<double> bias_;     // (n_labels)
  Calibration calibration_;
};

}  // namespace linnet::tasks
