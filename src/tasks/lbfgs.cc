#include "tasks/lbfgs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <vector>

namespace linnet::tasks {
namespace {

// In double, as 8 sums that stand side by side, so that the loop becomes vector code.
double dot(std::span<const float> a, std::span<const float> b) {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= a.size(); i += sums.size()) {
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += static_cast<double>(a[i + k]) * b[i + k];
  }
  for (; i < a.size(); ++i) sums[0] += static_cast<double>(a[i]) * b[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

void add_scaled(std::span<float> a, double factor, std::span<const float> b) {
  const auto f = static_cast<float>(factor);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += f * b[i];
}

// One step and what it did to the gradient.
struct Pair {
  std::vector<float> step, change;
  double rho;  // 1 / (step . change)
};

class History {
 public:
  explicit History(std::size_t capacity) : capacity_(capacity) {}

  void push(std::vector<float> step, std::vector<float> change) {
    const double curvature = dot(step, change);
    if (!(curvature > 1e-12 * dot(change, change))) return;  // the function bends the wrong way here
    if (pairs_.size() == capacity_) pairs_.pop_front();
    pairs_.push_back({std::move(step), std::move(change), 1 / curvature});
  }
  bool empty() const noexcept { return pairs_.empty(); }
  void clear() noexcept { pairs_.clear(); }

  // The two-loop recursion: minus the inverse Hessian's estimate times the gradient.
  std::vector<float> direction(std::span<const float> gradient) const {
    std::vector<float> q(gradient.begin(), gradient.end());
    std::vector<double> alpha(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      alpha[i] = pairs_[i].rho * dot(pairs_[i].step, q);
      add_scaled(q, -alpha[i], pairs_[i].change);
    }
    double scale = 1 / std::max(1.0, std::sqrt(dot(gradient, gradient)));
    if (!pairs_.empty()) scale = 1 / (pairs_.back().rho * dot(pairs_.back().change, pairs_.back().change));
    for (float& value : q) value *= static_cast<float>(-scale);
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      add_scaled(q, -alpha[i] - pairs_[i].rho * dot(pairs_[i].change, q), pairs_[i].step);
    }
    return q;
  }

 private:
  const std::size_t capacity_;
  std::deque<Pair> pairs_;
};

struct Point {
  std::vector<float> x, gradient;
  double value;
};

// Goes along `direction` as far as the value falls enough (Armijo). False if it falls nowhere.
bool step_along(const Objective& objective, const Point& from, std::span<const float> direction, Point& to) {
  constexpr double kEnough = 1e-4;
  constexpr int kHalvings = 20;
  const double slope = dot(from.gradient, direction);
  if (!(slope < 0)) return false;
  double length = 1;
  for (int i = 0; i < kHalvings; ++i, length /= 2) {
    to.x = from.x;
    add_scaled(to.x, length, direction);
    to.value = objective(to.x, to.gradient);
    if (to.value <= from.value + kEnough * length * slope) return true;
  }
  return false;
}

std::vector<float> difference(std::span<const float> a, std::span<const float> b) {
  std::vector<float> out(a.begin(), a.end());
  add_scaled(out, -1, b);
  return out;
}

}  // namespace

double minimize(const Objective& objective, std::span<float> x, const LbfgsOptions& options) {
  Point point{{x.begin(), x.end()}, std::vector<float>(x.size()), 0};
  point.value = objective(point.x, point.gradient);
  Point next{{}, std::vector<float>(x.size()), 0};
  History history(options.n_history);
  for (std::size_t i = 0; i < options.max_iterations; ++i) {
    if (!step_along(objective, point, history.direction(point.gradient), next)) {
      if (history.empty()) break;
      history.clear();  // try again straight down
      continue;
    }
    const double gain = point.value - next.value;
    history.push(difference(next.x, point.x), difference(next.gradient, point.gradient));
    std::swap(point, next);
    if (gain <= options.relative_decrease * std::abs(point.value)) break;
  }
  std::ranges::copy(point.x, x.begin());
  return point.value;
}

}  // namespace linnet::tasks
