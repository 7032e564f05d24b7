#include "tasks/calibration.h"

#include <algorithm>
#include <cmath>

#include "base/math.h"

namespace linnet::tasks {
namespace {

// More rows than this do not change a factor that shows.
constexpr std::size_t kMaxRows = 2000;
// What the part of texts that no label is good enough for may be, among those that fit one.
constexpr double kUnfit = 0.01;

// Where f, convex, is least between low and high: golden section.
template <class F>
double least(double low, double high, F&& f) {
  constexpr double kRatio = 0.6180339887498949;
  constexpr int kSteps = 40;  // 0.618^40 = 4e-9
  double a = high - kRatio * (high - low);
  double b = low + kRatio * (high - low);
  double at_a = f(a);
  double at_b = f(b);
  for (int i = 0; i < kSteps; ++i) {
    if (at_a <= at_b) {
      high = b;
      b = a;
      at_b = at_a;
      at_a = f(a = high - kRatio * (high - low));
    } else {
      low = a;
      a = b;
      at_a = at_b;
      at_b = f(b = low + kRatio * (high - low));
    }
  }
  return 0.5 * (low + high);
}

double best_of(std::span<const double> scores) { return *std::ranges::max_element(scores); }

// log(1 + e^x)
double softplus(double x) {
  return x > 0 ? x + math::log(1.0 + math::exp(-x)) : math::log(1.0 + math::exp(x));
}

}  // namespace

double fit_scale(const ScoredRows& rows) {
  const std::size_t n = rows.labels.size();
  const std::size_t step = n / kMaxRows + 1;
  const double doubt = 0.5 / (static_cast<double>(n) + 1.0);
  const auto loss = [&](double log_scale) {
    const double scale = math::exp(log_scale);
    double total = 0;
    for (std::size_t i = 0; i < n; i += step) {
      const std::span<const double> scores = rows.row(i);
      const std::size_t label = rows.labels[i];
      const double best = best_of(scores);
      double sum = 0;
      double rival = -std::numeric_limits<double>::infinity();
      for (std::size_t k = 0; k < scores.size(); ++k) {
        sum += math::exp(scale * (scores[k] - best));
        if (k != label) rival = std::max(rival, scores[k]);
      }
      total += math::log(sum) - scale * ((1.0 - doubt) * (scores[label] - best) + doubt * (rival - best));
    }
    return total;
  };
  return math::exp(least(-14.0, 7.0, loss));
}

double fit_none(const ScoredRows& rows, std::span<const double> best_of_unfit, double scale) {
  const std::size_t n = rows.labels.size();
  std::vector<double> best(n);
  for (std::size_t i = 0; i < n; ++i) best[i] = best_of(rows.row(i));
  std::ranges::sort(best);
  if (best_of_unfit.empty()) return best[static_cast<std::size_t>(kUnfit * static_cast<double>(n))];
  // Logistic regression with a given slope.
  const auto [low, high] = std::ranges::minmax(best_of_unfit);
  const auto loss = [&](double none) {
    double total = 0;
    for (const double score : best) total += softplus(scale * (none - score));
    for (const double score : best_of_unfit) total += softplus(scale * (score - none));
    return total;
  };
  const double margin = 20.0 / scale;
  return least(std::min(low, best.front()) - margin, std::max(high, best.back()) + margin, loss);
}

std::vector<double> probabilities(std::span<const double> scores, const Calibration& calibration) {
  std::vector<double> result(scores.begin(), scores.end());
  result.push_back(calibration.none);
  const double best = best_of(result);
  double sum = 0;
  for (double& value : result) {
    value = math::exp(calibration.scale * (value - best));
    sum += value;
  }
  for (double& value : result) value /= sum;
  return result;
}

}  // namespace linnet::tasks
