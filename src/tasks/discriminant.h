// Linear discriminant analysis with few examples: each label's vectors are taken for normally distributed
// around the label's mean, all with one covariance, which is shrunk towards a multiple of the identity
// because there are fewer examples than dimensions. Sources: Fisher 1936; shrinkage as in Friedman 1989,
// doi:10.1080/01621459.1989.10478752. Pure functions in double precision, with a fixed order of additions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace linnet::tasks {

/// Vectors and what they are labelled with.
struct LabelledRows {
  std::size_t d = 0;                  ///< Dimensions.
  std::size_t n_labels = 0;           ///< Each has at least two rows.
  std::size_t n_examples = 0;         ///< The rows from this one on only say what a label is about.
  std::vector<double> rows;           ///< (labels.size(), d).
  std::vector<std::uint32_t> labels;  ///< Of the rows, < n_labels.

  std::span<const double> row(std::size_t i) const noexcept { return std::span(rows).subspan(i * d, d); }
};

struct Discriminant {
  std::vector<double> weights;  ///< (n_labels, d),
  std::vector<double> bias;  ///< (n_labels): a vector's score is weights * vector + bias, up to what is the
                             ///< same for all labels the logarithm of the label's density there. The score
                             ///< of a "label" whose mean is the origin would be 0.
  /// (n_examples, n_labels): each example's scores by the discriminant fitted without it.
  std::vector<double> held_out;
};

/// The part of the covariance that is replaced by its mean variance times the identity.
inline constexpr double kShrinkage = 0.3;

Discriminant fit_discriminant(const LabelledRows& data);

}  // namespace linnet::tasks
