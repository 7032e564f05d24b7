// Against what the formulas say when they are followed literally: a covariance matrix inverted as a whole,
// and a fit from scratch without the example that is held out.
#include "tasks/discriminant.h"

#include <gtest/gtest.h>

#include <cmath>

namespace linnet::tasks {
namespace {

LabelledRows some_rows(std::size_t n, std::size_t d, std::size_t n_labels) {
  LabelledRows data{d, n_labels, n, {}, {}};
  std::uint64_t state = 7;
  for (std::size_t i = 0; i < n + n_labels; ++i) {
    const std::size_t label = i < n ? i % n_labels : i - n;
    data.labels.push_back(static_cast<std::uint32_t>(label));
    for (std::size_t c = 0; c < d; ++c) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const double noise = static_cast<double>(state >> 40) / static_cast<double>(1 << 24) - 0.5;
      data.rows.push_back(noise + (c == label ? 0.7 : 0.0) + (c % 3 == 0 ? 0.5 * noise : 0.0));
    }
  }
  return data;
}

/// Solves s x = b by elimination.
std::vector<double> solve(std::vector<double> s, std::vector<double> b) {
  const std::size_t d = b.size();
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t r = i + 1; r < d; ++r) {
      const double factor = s[r * d + i] / s[i * d + i];
      for (std::size_t c = i; c < d; ++c) s[r * d + c] -= factor * s[i * d + c];
      b[r] -= factor * b[i];
    }
  }
  for (std::size_t i = d; i-- > 0;) {
    for (std::size_t c = i + 1; c < d; ++c) b[i] -= s[i * d + c] * b[c];
    b[i] /= s[i * d + i];
  }
  return b;
}

/// x' S^-1 mean - 1/2 mean' S^-1 mean of each label, where row `without` counts for nothing but the constant
/// part of the shrinkage.
std::vector<double> naive_scores(const LabelledRows& data, std::size_t without, std::span<const double> x) {
  const std::size_t d = data.d;
  const std::size_t n = data.labels.size();
  const auto means_without = [&](std::size_t left_out) {
    std::vector<double> means(data.n_labels * d, 0.0), counts(data.n_labels, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      if (i == left_out) continue;
      counts[data.labels[i]] += 1;
      for (std::size_t c = 0; c < d; ++c) means[data.labels[i] * d + c] += data.row(i)[c];
    }
    for (std::size_t k = 0; k < data.n_labels; ++k) {
      for (std::size_t c = 0; c < d; ++c) means[k * d + c] /= counts[k];
    }
    return means;
  };
  const auto add_scatter = [&](std::size_t left_out, std::vector<double>& s) {
    const std::vector<double> means = means_without(left_out);
    for (std::size_t i = 0; i < n; ++i) {
      if (i == left_out) continue;
      for (std::size_t r = 0; r < d; ++r) {
        for (std::size_t c = 0; c < d; ++c) {
          s[r * d + c] += (data.row(i)[r] - means[data.labels[i] * d + r]) *
                          (data.row(i)[c] - means[data.labels[i] * d + c]);
        }
      }
    }
  };
  std::vector<double> all(d * d, 0.0), s(d * d, 0.0);
  add_scatter(n, all);
  add_scatter(without, s);
  double trace = 0;
  for (std::size_t c = 0; c < d; ++c) trace += all[c * d + c];
  for (double& value : s) value *= (1 - kShrinkage) / static_cast<double>(n);
  for (std::size_t c = 0; c < d; ++c) {
    s[c * d + c] += kShrinkage * trace / static_cast<double>(n) / static_cast<double>(d);
  }
  const std::vector<double> means = means_without(without);
  std::vector<double> scores;
  for (std::size_t k = 0; k < data.n_labels; ++k) {
    const std::vector<double> mean(means.begin() + static_cast<long>(k * d),
                                   means.begin() + static_cast<long>((k + 1) * d));
    const std::vector<double> w = solve(s, mean);
    double score = 0;
    for (std::size_t c = 0; c < d; ++c) score += w[c] * (x[c] - 0.5 * mean[c]);
    scores.push_back(score);
  }
  return scores;
}

// The correction for the noise of means is the same for labels of one size, up to a row that is left out.
TEST(Discriminant, IsWhatTheFormulasSay) {
  for (const std::size_t n_labels : {2, 5}) {
    const LabelledRows data = some_rows(70 * n_labels / 5 * 5, 21, n_labels);
    const Discriminant fitted = fit_discriminant(data);
    const std::span<const double> x = data.row(3);
    const std::vector<double> expected = naive_scores(data, data.labels.size(), x);
    for (std::size_t k = 1; k < n_labels; ++k) {
      double difference = fitted.bias[k] - fitted.bias[0];
      for (std::size_t c = 0; c < data.d; ++c) {
        difference += (fitted.weights[k * data.d + c] - fitted.weights[c]) * x[c];
      }
      EXPECT_NEAR(difference, expected[k] - expected[0], 1e-9) << k;
    }
  }
}

TEST(Discriminant, HoldsOutEachExampleExactly) {
  const LabelledRows data = some_rows(66, 13, 3);
  const Discriminant fitted = fit_discriminant(data);
  ASSERT_EQ(fitted.held_out.size(), 66u * 3u);
  for (const std::size_t i : {0, 1, 40, 65}) {
    const std::vector<double> expected = naive_scores(data, i, data.row(i));
    const double* scores = fitted.held_out.data() + i * 3;
    // Two labels that the example is not of, which are corrected alike.
    const std::size_t a = (data.labels[i] + 1) % 3, b = (data.labels[i] + 2) % 3;
    EXPECT_NEAR(scores[a] - scores[b], expected[a] - expected[b], 1e-9) << i;
    // Its own has one row less: (1 / 22 - 1 / 23) / 2 of the spread, the same for all.
    const double own = (scores[data.labels[i]] - scores[a]) - (expected[data.labels[i]] - expected[a]);
    EXPECT_GT(own, 0.0);
    const double* first = fitted.held_out.data();
    const std::vector<double> expected_first = naive_scores(data, 0, data.row(0));
    EXPECT_NEAR(own, (first[0] - first[1]) - (expected_first[0] - expected_first[1]), 1e-9) << i;
  }
}

TEST(Discriminant, OfExamplesThatAreAllAlikeIsFinite) {
  LabelledRows data{4, 2, 2, std::vector<double>(16, 0.25), {0, 1, 0, 1}};
  for (const double x : fit_discriminant(data).held_out) EXPECT_TRUE(std::isfinite(x));
}

}  // namespace
}  // namespace linnet::tasks
