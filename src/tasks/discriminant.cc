#include "tasks/discriminant.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "tasks/dot.h"

namespace linnet::tasks {
namespace {

// Rows or columns that are worked on together: enough for vector code, few enough for the cache.
constexpr std::size_t kColumns = 64;

// y[0, n) += sum over 4 of a[j] * x[j][0, n): memory that is read once for four steps.
template <std::size_t kStep>
void add_scaled(const double* a, const double* const* x, double* y, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    double sum = y[i];
    for (std::size_t j = 0; j < kStep; ++j) sum += a[j] * x[j][i];
    y[i] = sum;
  }
}

// y += X^T a, for m rows of X that are `stride` apart, in ascending order.
void add_rows(const double* a, const double* x, std::size_t stride, std::size_t m, double* y,
              std::size_t n) noexcept {
  std::size_t k = 0;
  for (; k + 4 <= m; k += 4) {
    const double* const rows[4] = {x + k * stride, x + (k + 1) * stride, x + (k + 2) * stride,
                                   x + (k + 3) * stride};
    add_scaled<4>(a + k, rows, y, n);
  }
  for (; k < m; ++k) {
    const double* const row = x + k * stride;
    add_scaled<1>(a + k, &row, y, n);
  }
}

class Fit {
 public:
  explicit Fit(const LabelledRows& data)
      : data_(data), d_(data.d), n_labels_(data.n_labels), n_(data.labels.size()) {}

  Discriminant run() {
    find_means();
    subtract_means();
    factorize(scatter());
    whiten_means();
    fill_weights();
    hold_out();
    correct_for_noise();
    return std::move(result_);
  }

 private:
  void find_means() {
    counts_.assign(n_labels_, 0);
    means_.assign(n_labels_ * d_, 0.0);
    for (std::size_t i = 0; i < n_; ++i) {
      const std::size_t label = data_.labels[i];
      ++counts_[label];
      const std::span<const double> row = data_.row(i);
      for (std::size_t c = 0; c < d_; ++c) means_[label * d_ + c] += row[c];
    }
    for (std::size_t k = 0; k < n_labels_; ++k) {
      LINNET_ASSERT(counts_[k] >= 2);
      for (std::size_t c = 0; c < d_; ++c) means_[k * d_ + c] /= static_cast<double>(counts_[k]);
    }
  }

  void subtract_means() {
    residuals_ = data_.rows;
    for (std::size_t i = 0; i < n_; ++i) {
      const double* mean = means_.data() + data_.labels[i] * d_;
      for (std::size_t c = 0; c < d_; ++c) residuals_[i * d_ + c] -= mean[c];
    }
  }

  // The shrunk covariance within labels, its lower triangle.
  std::vector<double> scatter() const {
    std::vector<double> s(d_ * d_, 0.0);
    double factors[kColumns];
    for (std::size_t first = 0; first < n_; first += kColumns) {
      const std::size_t n = std::min(kColumns, n_ - first);
      const double* panel = residuals_.data() + first * d_;
      for (std::size_t r = 0; r < d_; ++r) {
        for (std::size_t i = 0; i < n; ++i) factors[i] = panel[i * d_ + r];
        add_rows(factors, panel, d_, n, s.data() + r * d_, r + 1);
      }
    }
    double trace = 0;
    for (std::size_t r = 0; r < d_; ++r) trace += s[r * d_ + r];
    const double n = static_cast<double>(n_);
    // Of examples that are all alike nothing is known but their means.
    const double variance = trace > 0 ? trace / n / static_cast<double>(d_) : 1.0;
    for (double& x : s) x *= (1.0 - kShrinkage) / n;
    for (std::size_t r = 0; r < d_; ++r) s[r * d_ + r] += kShrinkage * variance;
    return s;
  }

  // Cholesky: s = L L^T, L in place of the lower triangle.
  void factorize(std::vector<double> s) {
    for (std::size_t i = 0; i < d_; ++i) {
      double* row = s.data() + i * d_;
      for (std::size_t j = 0; j <= i; ++j) {
        const double* other = s.data() + j * d_;
        const double rest = row[j] - dot(row, other, j);
        row[j] = i == j ? std::sqrt(rest) : rest / other[j];
      }
    }
    lower_ = std::move(s);
  }

  // z = L^-1 z, for the columns of z (d, kColumns).
  void solve_lower(double* z) const {
    std::vector<double> minus(d_);
    for (std::size_t i = 0; i < d_; ++i) {
      const double* row = lower_.data() + i * d_;
      for (std::size_t k = 0; k < i; ++k) minus[k] = -row[k];
      add_rows(minus.data(), z, kColumns, i, z + i * kColumns, kColumns);
      for (std::size_t c = 0; c < kColumns; ++c) z[i * kColumns + c] /= row[i];
    }
  }

  // L^-1 times some rows of `from`, as columns of z; those beyond the last are zero.
  void whiten(const std::vector<double>& from, std::size_t first, std::size_t n,
              std::vector<double>& z) const {
    z.assign(d_ * kColumns, 0.0);
    for (std::size_t c = 0; c < n; ++c) {
      for (std::size_t i = 0; i < d_; ++i) z[i * kColumns + c] = from[(first + c) * d_ + i];
    }
    solve_lower(z.data());
  }

  void whiten_means() {
    white_means_.resize(n_labels_ * d_);
    std::vector<double> z;
    for (std::size_t first = 0; first < n_labels_; first += kColumns) {
      const std::size_t n = std::min(kColumns, n_labels_ - first);
      whiten(means_, first, n, z);
      for (std::size_t c = 0; c < n; ++c) {
        for (std::size_t i = 0; i < d_; ++i) white_means_[(first + c) * d_ + i] = z[i * kColumns + c];
      }
    }
    products_.resize(n_labels_ * n_labels_);
    for (std::size_t k = 0; k < n_labels_; ++k) {
      for (std::size_t j = 0; j <= k; ++j) {
        const double product = dot(white_means_.data() + k * d_, white_means_.data() + j * d_, d_);
        products_[k * n_labels_ + j] = products_[j * n_labels_ + k] = product;
      }
    }
  }

  // weights = L^-T white mean: back substitution, last component first.
  void fill_weights() {
    result_.weights = white_means_;
    result_.bias.resize(n_labels_);
    for (std::size_t k = 0; k < n_labels_; ++k) {
      double* w = result_.weights.data() + k * d_;
      for (std::size_t i = d_; i-- > 0;) {
        const double* row = lower_.data() + i * d_;
        w[i] /= row[i];
        for (std::size_t c = 0; c < i; ++c) w[c] -= w[i] * row[c];
      }
      result_.bias[k] = -0.5 * products_[k * n_labels_ + k];
    }
  }

  void hold_out() {
    result_.held_out.resize(data_.n_examples * n_labels_);
    std::vector<double> z, by_label(n_labels_ * kColumns), norms(kColumns);
    for (std::size_t first = 0; first < data_.n_examples; first += kColumns) {
      const std::size_t n = std::min(kColumns, data_.n_examples - first);
      whiten(residuals_, first, n, z);
      std::ranges::fill(by_label, 0.0);
      for (std::size_t k = 0; k < n_labels_; ++k) {
        add_rows(white_means_.data() + k * d_, z.data(), kColumns, d_, by_label.data() + k * kColumns,
                 kColumns);
      }
      std::ranges::fill(norms, 0.0);
      for (std::size_t i = 0; i < d_; ++i) {
        for (std::size_t c = 0; c < kColumns; ++c) norms[c] += z[i * kColumns + c] * z[i * kColumns + c];
      }
      for (std::size_t c = 0; c < n; ++c) hold_out(first + c, by_label.data() + c, norms[c]);
    }
  }

  // Leaving out row i = mean + r of a label with m rows moves the label's mean to mean - r / (m - 1) and
  // takes m / (m - 1) r r^T from the scatter, so by Sherman and Morrison every quadratic form with the
  // inverse covariance gains f times a product of two such forms with r. `with_r[k]` is mean_k's form with r,
  // q r's own.
  void hold_out(std::size_t i, const double* with_r, double q) {
    const std::size_t own = data_.labels[i];
    const double m = static_cast<double>(counts_[own]);
    const double a = (1.0 - kShrinkage) / static_cast<double>(n_) * m / (m - 1.0);
    const double f = a / (1.0 - a * q);
    const double* mean_products = products_.data() + own * n_labels_;
    const double own_with_r = with_r[own * kColumns];
    const double x_with_r = own_with_r + q;
    double* scores = result_.held_out.data() + i * n_labels_;
    for (std::size_t k = 0; k < n_labels_; ++k) {
      const double v = with_r[k * kColumns];
      scores[k] = mean_products[k] + v + f * x_with_r * v - 0.5 * (products_[k * n_labels_ + k] + f * v * v);
    }
    const double b = 1.0 / (m - 1.0);
    const double moved_with_r = own_with_r - b * q;
    const double x_moved = mean_products[own] + own_with_r - b * x_with_r;
    const double moved_moved = mean_products[own] - 2.0 * b * own_with_r + b * b * q;
    scores[own] =
        x_moved + f * x_with_r * moved_with_r - 0.5 * (moved_moved + f * moved_with_r * moved_with_r);
    const double distance = (1.0 + b) * (1.0 + b) * (q + f * q * q);  // of the row to the mean without it
    spread_ += distance * (m - 1.0) / m;
  }

  // The mean of m rows strays from the true one, which costs a label spread / m of its squared length on
  // average: labels with fewer rows, or with one left out, would seem less likely.
  void correct_for_noise() {
    const double spread = spread_ / static_cast<double>(data_.n_examples);
    const auto correction = [&](std::size_t m) { return 0.5 * spread / static_cast<double>(m); };
    for (std::size_t k = 0; k < n_labels_; ++k) result_.bias[k] += correction(counts_[k]);
    for (std::size_t i = 0; i < data_.n_examples; ++i) {
      double* scores = result_.held_out.data() + i * n_labels_;
      const std::size_t own = data_.labels[i];
      for (std::size_t k = 0; k < n_labels_; ++k) scores[k] += correction(counts_[k] - (k == own ? 1 : 0));
    }
  }

  const LabelledRows& data_;
  const std::size_t d_, n_labels_, n_;
  std::vector<std::size_t> counts_;  // (n_labels)
  std::vector<double> means_;        // (n_labels, d)
  std::vector<double> residuals_;    // (n, d): rows less their label's mean
  std::vector<double> lower_;        // (d, d)
  std::vector<double> white_means_;  // (n_labels, d): L^-1 mean
  std::vector<double> products_;     // (n_labels, n_labels) of the white means
  double spread_ = 0;                // sum over rows of their squared distance to their label's true mean
  Discriminant result_;
};

}  // namespace

Discriminant fit_discriminant(const LabelledRows& data) { return Fit(data).run(); }

}  // namespace linnet::tasks
