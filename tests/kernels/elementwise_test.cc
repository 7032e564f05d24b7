// Norms, activations, exp and conversions, against libm in double.
#include "kernels/elementwise.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "base/half.h"
#include "tests/kernels/support.h"

namespace linnet::kernels {
namespace {

using Elementwise = EveryTable;
INSTANTIATE_TEST_SUITE_P(Tables, Elementwise, all_tables(), table_name);

/// The distance in units of the expected value's last place (of the smallest normal number's below that).
double units_off(float actual, double expected) {
  const int exponent = std::max(std::ilogb(std::max(std::abs(expected), 0x1p-126)), -126);
  return std::abs(static_cast<double>(actual) - expected) / std::ldexp(1.0, exponent - 23);
}

TEST_P(Elementwise, RmsNorm) {
  Rng rng(1);
  for (const std::size_t n : {16, 32, 64, 80, 576, 1024}) {
    for (const float size : {1e-20f, 1e-3f, 1.0f, 1e4f, 1e15f}) {
      const std::vector<float> x = random_floats(rng, n, size);
      const std::vector<float> weight = random_floats(rng, n, 2.0f);
      const float epsilon = 1e-5f;
      double squares = 0;
      for (const float value : x) squares += static_cast<double>(value) * static_cast<double>(value);
      const double root = std::sqrt(squares / static_cast<double>(n) + static_cast<double>(epsilon));
      std::vector<float> y(n);
      table().rms_norm(x.data(), weight.data(), n, epsilon, y.data());
      std::vector<float> in_place = x;
      table().rms_norm(in_place.data(), weight.data(), n, epsilon, in_place.data());
      std::vector<float> portable(n);
      usable_tables().back()->rms_norm(x.data(), weight.data(), n, epsilon, portable.data());
      // The sum of n positive squares meets n / 16 + 4 roundings, halved by the root; then a handful more.
      const double units = 0.5 * (static_cast<double>(n) / 16 + 4) + 5;
      for (std::size_t i = 0; i < n; ++i) {
        const double expected = static_cast<double>(x[i]) / root * static_cast<double>(weight[i]);
        ASSERT_LE(units_off(y[i], expected), units) << n << ", " << size;
      }
      ASSERT_EQ(first_difference<float>(in_place, y), n);
      ASSERT_EQ(first_difference<float>(portable, y), n);
    }
  }
}

TEST_P(Elementwise, RmsNormOfZerosIsZero) {
  const std::vector<float> x(32, 0.0f);
  const std::vector<float> weight(32, 1.0f);
  std::vector<float> y(32, 1.0f);
  table().rms_norm(x.data(), weight.data(), 32, 1e-6f, y.data());
  EXPECT_EQ(y, x);
}

/// Evenly spaced over [-limit, limit], both ends and both zeros included; a multiple of 16.
std::vector<float> grid(float limit) {
  std::vector<float> values;
  constexpr int kSteps = 20000;
  for (int i = -kSteps; i < kSteps; ++i) {
    values.push_back(limit * static_cast<float>(i) / static_cast<float>(kSteps));
  }
  for (const float x : {limit, -0.0f, 0.0f, 1e-30f, -1e-30f, 0x1p-149f, 1e-6f, -1e-6f}) values.push_back(x);
  values.resize((values.size() + 15) / 16 * 16, 1.0f);
  return values;
}

/// Checks `activate` on a grid: within `units` or `absolute` of `define`, and the portable table's bits.
void check_activation(void (*activate)(float*, const float*, std::size_t) noexcept,
                      void (*portable)(float*, const float*, std::size_t) noexcept,
                      const std::function<double(double)>& define, double units, double absolute) {
  for (const float limit : {4.0f, 100.0f}) {
    const std::vector<float> x = grid(limit);
    const std::vector<float> up(x.size(), 1.0f);
    std::vector<float> y = x;
    std::vector<float> other = x;
    activate(y.data(), up.data(), y.size());
    portable(other.data(), up.data(), other.size());
    ASSERT_EQ(first_difference<float>(y, other), y.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double expected = define(static_cast<double>(x[i]));
      if (std::abs(static_cast<double>(y[i]) - expected) <= absolute) continue;
      ASSERT_LE(units_off(y[i], expected), units) << x[i] << ": " << y[i] << ", not " << expected;
    }
  }
}

double silu(double x) { return x / (1 + std::exp(-x)); }
double gelu(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

// 2 units of exp, and one each of the sum, the quotient and the product. Below -88 exp stops growing: an
// absolute error of 100 exp(-88).
TEST_P(Elementwise, SiluMul) {
  check_activation(table().silu_mul, usable_tables().back()->silu_mul, silu, 4.5, 1e-36);
}

// In the left tail the exponent 2 u has some roundings itself, which exp multiplies by up to |2 u| < 88.
// Below -5 the value is smaller than the rounding of anything it is added to.
TEST_P(Elementwise, GeluMul) {
  const auto right = [](double x) { return gelu(x); };
  check_activation(table().gelu_mul, usable_tables().back()->gelu_mul, right, 30, 1e-11);
}

TEST_P(Elementwise, ActivationsOfTheTails) {
  for (const auto activate : {table().silu_mul, table().gelu_mul}) {
    std::vector<float> gate = {100.0f, -100.0f, 0.0f, -0.0f, 1e30f, -1e30f, 1e4f, -1e4f};
    gate.resize(16, 0.0f);
    const std::vector<float> up(16, 2.0f);
    activate(gate.data(), up.data(), 16);
    EXPECT_EQ(gate[0], 200.0f);
    EXPECT_LE(std::abs(gate[1]), 1e-35f);
    EXPECT_EQ(bits_of(gate[2]), bits_of(0.0f));
    EXPECT_EQ(bits_of(gate[3]), bits_of(-0.0f));
    EXPECT_EQ(gate[4], 2e30f);
    EXPECT_EQ(gate[6], 2e4f);
    for (const std::size_t i : {5, 7}) EXPECT_LE(std::abs(gate[i]), 1e-7f) << i;
  }
}

TEST_P(Elementwise, UpMultiplies) {
  Rng rng(2);
  const std::vector<float> x = random_floats(rng, 64, 3.0f);
  const std::vector<float> up = random_floats(rng, 64, 3.0f);
  const std::vector<float> ones(64, 1.0f);
  for (const auto activate : {table().silu_mul, table().gelu_mul}) {
    std::vector<float> y = x;
    std::vector<float> alone = x;
    activate(y.data(), up.data(), 64);
    activate(alone.data(), ones.data(), 64);
    for (std::size_t i = 0; i < 64; ++i) ASSERT_EQ(y[i], alone[i] * up[i]);
  }
}

TEST_P(Elementwise, ToHalfIsTheConversionOfBase) {
  std::vector<float> x;
  for (std::uint32_t half = 0; half < 0x8000; half += 7) {
    const std::uint32_t bits = bits_of(f16_to_f32(static_cast<std::uint16_t>(half & 0x7bff)));
    // A half, its neighbours, and what lies just at, below and above the middle to the next.
    for (const std::uint32_t offset : {0u, 1u, 0xfffu, 0x1000u, 0x1001u, 0xffffffffu}) {
      x.push_back(__builtin_bit_cast(float, (bits + offset) & 0x7fffffffu));
    }
  }
  for (const float value : {65504.0f, 65519.99f, 65520.0f, 65536.0f, 1e30f, 0x1p-24f, 0x1p-25f,
                            0x1.000002p-25f, 0x1.8p-24f, 0x1p-26f, 0x1p-149f, 0x1.ffcp-15f, 0x1.ffep-15f,
                            0x1.fffp-15f, std::numeric_limits<float>::infinity()}) {
    x.push_back(value);
  }
  Rng rng(3);
  while (x.size() < 100000)
    x.push_back(std::ldexp(symmetric(rng, 1.0f), static_cast<int>(rng.next() % 46) - 28));
  x.resize((x.size() + 15) / 16 * 16);
  std::vector<std::uint16_t> y(x.size());
  for (const float sign : {1.0f, -1.0f}) {
    for (float& value : x) value *= sign;
    table().to_half(x.data(), y.data(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i], f32_to_f16(x[i])) << std::hexfloat << x[i];
  }
}

/// One number in a lane group's place: enough of an instruction set for exp().
struct Scalar {
  using F32 = float;
  static float splat(float x) { return x; }
  static float add(float a, float b) { return a + b; }
  static float sub(float a, float b) { return a - b; }
  static float mul(float a, float b) { return a * b; }
  static float fma(float a, float b, float c) { return std::fma(a, b, c); }
  static float max(float a, float b) { return a > b ? a : b; }
  static float min(float a, float b) { return a < b ? a : b; }
  static float power_of_two(float n) { return std::ldexp(1.0f, static_cast<int>(n)); }
  static float zero_where_less(float a, float b, float c) { return b < c ? 0.0f : a; }
};

TEST(Exp, IsWithinTwoUnitsOverItsRange) {
  double worst = 0;
  for (int i = -870000; i <= 880000; ++i) {
    const float x = static_cast<float>(i) * 1e-4f;
    const double expected = std::exp(static_cast<double>(std::clamp(x, -87.0f, 88.0f)));
    worst = std::max(worst, units_off(exp<Scalar>(x), expected));
  }
  EXPECT_LE(worst, 2.0);
}

TEST(Exp, IsExactAtZeroAndStopsAtItsEnds) {
  EXPECT_EQ(exp<Scalar>(0.0f), 1.0f);
  EXPECT_EQ(exp<Scalar>(-0.0f), 1.0f);
  EXPECT_EQ(exp<Scalar>(1000.0f), exp<Scalar>(88.0f));
  EXPECT_GT(exp<Scalar>(-87.0f), 0.0f);
  for (const float x :
       {std::nextafter(-87.0f, -88.0f), -88.0f, -1e30f, -std::numeric_limits<float>::infinity()}) {
    EXPECT_EQ(bits_of(exp<Scalar>(x)), 0u) << x;
  }
}

}  // namespace
}  // namespace linnet::kernels
