#include "tasks/linear_head.h"

#include <algorithm>
#include <cmath>
#include <future>

#include "base/guard.h"
#include "tasks/discriminant.h"
#include "tasks/dot.h"

namespace linnet::tasks {
namespace {

// Mean and reciprocal standard deviation of a column.
void measure_columns(const PooledTexts& texts, std::vector<double>& means, std::vector<double>& scales) {
  const std::size_t d = texts.d_row();
  const double n = static_cast<double>(texts.size());
  means.assign(d, 0.0);
  scales.assign(d, 0.0);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::span<const float> row = texts.row(i);
    for (std::size_t c = 0; c < d; ++c) means[c] += static_cast<double>(row[c]);
  }
  for (double& mean : means) mean /= n;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::span<const float> row = texts.row(i);
    for (std::size_t c = 0; c < d; ++c) {
      const double off = static_cast<double>(row[c]) - means[c];
      scales[c] += off * off;
    }
  }
  constexpr double kLeast = 1e-6;  // a column that never varies must not be divided by nothing
  for (double& scale : scales) scale = 1.0 / (std::sqrt(scale / n) + kLeast);
}

}  // namespace

Result<LinearHead> LinearHead::fit(const PooledTexts& texts, std::span<const std::uint32_t> labels,
                                   std::size_t n_labels, unsigned n_threads) {
  LinearHead head;
  head.n_blocks_ = texts.n_blocks;
  head.d_block_ = texts.d_block;
  head.n_labels_ = n_labels;
  measure_columns(texts, head.means_, head.scales_);

  const auto fit_block = [&](std::size_t block) {
    return guard([&]() -> Result<Discriminant> {
      LabelledRows data{texts.d_block, n_labels, labels.size(), {}, {labels.begin(), labels.end()}};
      for (std::uint32_t k = 0; k < n_labels; ++k) data.labels.push_back(k);
      data.rows.resize(data.labels.size() * data.d);
      for (std::size_t i = 0; i < data.labels.size(); ++i) {
        head.standardize(texts.row(i), block, std::span(data.rows).subspan(i * data.d, data.d));
      }
      return fit_discriminant(data);
    });
  };
  ScoredRows held_out{
      n_labels, std::vector<double>(labels.size() * n_labels), {labels.begin(), labels.end()}};
  head.weights_.resize(n_labels * texts.d_row());
  head.bias_.resize(n_labels);
  for (std::size_t first = 0; first < texts.n_blocks; first += n_threads) {
    std::vector<std::future<Result<Discriminant>>> blocks;
    for (std::size_t b = first; b < std::min(first + n_threads, texts.n_blocks); ++b) {
      blocks.push_back(std::async(n_threads > 1 ? std::launch::async : std::launch::deferred, fit_block, b));
    }
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      LINNET_TRY(const Discriminant block, blocks[b].get());
      for (std::size_t k = 0; k < n_labels; ++k) {
        head.bias_[k] += block.bias[k];
        const std::span<double> to =
            std::span(head.weights_).subspan((k * texts.n_blocks + first + b) * texts.d_block, texts.d_block);
        // As a file keeps them: a head that was saved and loaded is the same.
        for (std::size_t c = 0; c < to.size(); ++c) {
          to[c] = static_cast<double>(static_cast<float>(block.weights[k * texts.d_block + c]));
        }
      }
      for (std::size_t i = 0; i < held_out.scores.size(); ++i) held_out.scores[i] += block.held_out[i];
    }
  }
  // A label's mean is surer with all its rows than it is with one held out.
  const double n_rows = static_cast<double>(labels.size() + n_labels) / static_cast<double>(n_labels);
  head.calibration_.scale = fit_scale(held_out) * n_rows / (n_rows - 1.0);
  std::vector<double> best_of_unfit;
  for (std::size_t i = labels.size() + n_labels; i < texts.size(); ++i) {
    best_of_unfit.push_back(std::ranges::max(head.scores(texts.row(i))));
  }
  head.calibration_.none = fit_none(held_out, best_of_unfit, head.calibration_.scale);
  return head;
}

// Columns to mean 0 and deviation 1, then the vector to length sqrt(d): what is left is its direction.
void LinearHead::standardize(std::span<const float> row, std::size_t block, std::span<double> out) const {
  const std::size_t first = block * d_block_;
  for (std::size_t c = 0; c < d_block_; ++c) {
    out[c] = (static_cast<double>(row[first + c]) - means_[first + c]) * scales_[first + c];
  }
  const double square = dot(out.data(), out.data(), d_block_) / static_cast<double>(d_block_);
  if (square == 0) return;
  const double factor = 1.0 / std::sqrt(square);
  for (double& x : out) x *= factor;
}

std::vector<double> LinearHead::scores(std::span<const float> row) const {
  std::vector<double> x(row.size());
  for (std::size_t b = 0; b < n_blocks_; ++b) {
    standardize(row, b, std::span(x).subspan(b * d_block_, d_block_));
  }
  std::vector<double> scores = bias_;
  for (std::size_t k = 0; k < n_labels_; ++k)
    scores[k] += dot(weights_.data() + k * x.size(), x.data(), x.size());
  return scores;
}

void LinearHead::write(HeadWriter& writer) const {
  writer.array<double>(means_);
  writer.array<double>(scales_);
  writer.array<float>(std::vector<float>(weights_.begin(), weights_.end()));
  writer.array<double>(bias_);
  writer.array<double>(std::vector<double>{calibration_.scale, calibration_.none});
}

Result<LinearHead> LinearHead::read(HeadReader& reader, std::size_t n_blocks, std::size_t d_block,
                                    std::size_t n_labels) {
  LinearHead head;
  head.n_blocks_ = n_blocks;
  head.d_block_ = d_block;
  head.n_labels_ = n_labels;
  const std::size_t d = n_blocks * d_block;
  LINNET_TRY(head.means_, reader.array<double>(d));
  LINNET_TRY(head.scales_, reader.array<double>(d));
  LINNET_TRY(const std::vector<float> weights, reader.array<float>(n_labels * d));
  head.weights_.assign(weights.begin(), weights.end());
  LINNET_TRY(head.bias_, reader.array<double>(n_labels));
  LINNET_TRY(const std::vector<double> calibration, reader.array<double>(2));
  head.calibration_ = {calibration[0], calibration[1]};
  if (!(head.calibration_.scale > 0)) return reader.corrupt("a scale is not positive");
  return head;
}

}  // namespace linnet::tasks
