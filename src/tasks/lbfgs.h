// The minimum of a smooth function of many variables, by limited-memory BFGS (Nocedal and Wright, Numerical
// Optimization, 2nd ed., algorithm 7.4) with a backtracking line search. Pure: any thread; the same bits for
// the same function.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace linnet::tasks {

struct LbfgsOptions {
  std::size_t max_iterations = 60;
  std::size_t n_history = 8;        ///< Pairs of steps that stand for the curvature.
  double relative_decrease = 1e-4;  ///< Done once an iteration gains no more than this share of the value.
};

/// Writes the gradient at `x` and returns the value there.
using Objective = std::function<double(std::span<const float> x, std::span<float> gradient)>;

/// Moves `x` to where `objective` is (nearly) least and returns the value there.
double minimize(const Objective& objective, std::span<float> x, const LbfgsOptions& options = {});

}  // namespace linnet::tasks
