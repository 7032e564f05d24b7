#include "tasks/lbfgs.h"

#include <vector>

#include <gtest/gtest.h>

namespace linnet::tasks {
namespace {

TEST(Lbfgs, FindsTheBottomOfRosenbrocksValley) {
  const auto rosenbrock = [](std::span<const float> x, std::span<float> g) {
    const double a = 1 - double{x[0]}, b = double{x[1]} - double{x[0]} * double{x[0]};
    g[0] = static_cast<float>(-2 * a - 40 * double{x[0]} * b);
    g[1] = static_cast<float>(20 * b);
    return a * a + 10 * b * b;
  };
  std::vector<float> x = {-1.2f, 1};
  EXPECT_LT(minimize(rosenbrock, x, {.max_iterations = 200, .relative_decrease = 0}), 1e-8);
  EXPECT_NEAR(x[0], 1, 1e-3);
  EXPECT_NEAR(x[1], 1, 1e-3);
}

TEST(Lbfgs, StaysWhereNothingFalls) {
  std::vector<float> x = {3, 4};
  const auto flat = [](std::span<const float>, std::span<float> g) {
    g[0] = g[1] = 0;
    return 5.0;
  };
  EXPECT_EQ(minimize(flat, x), 5.0);
  EXPECT_EQ(x, (std::vector<float>{3, 4}));
}

}  // namespace
}  // namespace linnet::tasks
