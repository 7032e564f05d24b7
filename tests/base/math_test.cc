#include "base/math.h"

#include <bit>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace linnet::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kTrials = 200'000;

double relative_error(double got, long double want) {
  return static_cast<double>(std::fabs((static_cast<long double>(got) - want) / want));
}

double uniform(Rng& rng, double low, double high) { return low + (high - low) * rng.next_double(); }

TEST(Math, ExpIsWithinItsBound) {
  Rng rng(1);
  for (int i = 0; i < kTrials; ++i) {
    const double x = i % 2 ? uniform(rng, -708, 708) : uniform(rng, -1, 1);
    ASSERT_LE(relative_error(exp(x), std::exp(static_cast<long double>(x))), 4e-16) << x;
  }
  for (int i = 0; i < 1000; ++i) {
    const double x = uniform(rng, 708, 709.7);
    ASSERT_LE(relative_error(exp(x), std::exp(static_cast<long double>(x))), 6e-16) << x;
  }
}

TEST(Math, SinglePrecisionExpIsWithinItsBound) {
  Rng rng(1);
  for (int i = 0; i < kTrials; ++i) {
    const float x = static_cast<float>(uniform(rng, -87, 87));
    ASSERT_LE(relative_error(exp_finite(x), std::exp(static_cast<long double>(x))), 1.2e-7) << x;
  }
  EXPECT_EQ(exp_finite(0.0f), 1.0f);
}

TEST(Math, ExpAtTheEdges) {
  EXPECT_EQ(exp(0.0), 1.0);
  EXPECT_EQ(exp(-0.0), 1.0);
  EXPECT_EQ(exp(kInfinity), kInfinity);
  EXPECT_EQ(exp(710.0), kInfinity);
  EXPECT_EQ(exp(-kInfinity), 0.0);
  EXPECT_EQ(exp(-746.0), 0.0);
  EXPECT_NEAR(exp(-745.0), 4.94e-324, 5e-324);
  EXPECT_NEAR(exp(-720.0), std::exp(-720.0), 1e-322);
  EXPECT_TRUE(std::isnan(exp(kNaN)));
}

TEST(Math, LogIsWithinItsBound) {
  Rng rng(2);
  for (int i = 0; i < kTrials; ++i) {
    const double x = i % 2 ? std::bit_cast<double>(rng.next() >> 2) : uniform(rng, 0.5, 2.0);
    if (!(x > 0) || x == 1 || std::isinf(x)) continue;
    ASSERT_LE(relative_error(log(x), std::log(static_cast<long double>(x))), 4e-16) << x;
  }
  EXPECT_LE(relative_error(log(5e-324), std::log(static_cast<long double>(5e-324))), 4e-16);
  EXPECT_LE(relative_error(log(1.0 + 1e-15), std::log1p(static_cast<long double>(1.0 + 1e-15) - 1)), 4e-16);
}

TEST(Math, LogAtTheEdges) {
  EXPECT_EQ(log(1.0), 0.0);
  EXPECT_EQ(log(0.0), -kInfinity);
  EXPECT_EQ(log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(log(-1.0)));
  EXPECT_TRUE(std::isnan(log(kNaN)));
}

// Exponents -2 i / head_dim on the bases that models use.
TEST(Math, PowGivesRotaryFrequencies) {
  for (const double base : {1e4, 1e5, 5e5, 1e6, 8e6}) {
    for (int i = 0; i < 256; i += 2) {
      const double exponent = -i / 256.0;
      const long double want = std::pow(static_cast<long double>(base), static_cast<long double>(exponent));
      ASSERT_LE(relative_error(pow(base, exponent), want), 1e-14) << base << " " << i;
    }
  }
  EXPECT_EQ(pow(7.0, 0.0), 1.0);
}

TEST(Math, SinCosIsWithinItsBound) {
  Rng rng(3);
  for (int i = 0; i < kTrials; ++i) {
    const double range = i % 4 == 0 ? 0x1p31 : i % 4 == 1 ? 1e5 : i % 4 == 2 ? 10 : 1;
    const double x = uniform(rng, -range, range);
    const SinCos got = sincos(x);
    ASSERT_NEAR(got.sin, static_cast<double>(std::sin(static_cast<long double>(x))), 3e-16) << x;
    ASSERT_NEAR(got.cos, static_cast<double>(std::cos(static_cast<long double>(x))), 3e-16) << x;
  }
}

// Next to a multiple of pi / 2 nearly all bits cancel in the reduction; small results keep their relative
// accuracy.
TEST(Math, SinCosNearMultiplesOfHalfPi) {
  for (int n = 1; n < 100'000; n += 7) {
    const double x = n * 1.5707963267948966;
    const SinCos got = sincos(x);
    const double small = n % 2 ? got.cos : got.sin;
    const long double want =
        n % 2 ? std::cos(static_cast<long double>(x)) : std::sin(static_cast<long double>(x));
    ASSERT_LE(relative_error(small, want), 1e-14) << n;
  }
}

TEST(Math, SinCosAtTheEdges) {
  EXPECT_EQ(sincos(0.0).sin, 0.0);
  EXPECT_EQ(sincos(0.0).cos, 1.0);
  EXPECT_FALSE(std::isnan(sincos(0x1p31).sin));
  for (const double x : {0x1.00001p31, -0x1p32, kInfinity, kNaN}) {
    EXPECT_TRUE(std::isnan(sincos(x).sin));
    EXPECT_TRUE(std::isnan(sincos(x).cos));
  }
}

// The bits themselves, made on x86-64 with g++ 12: every platform and compiler must give these.
TEST(Math, BitsAreTheSameEverywhere) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&hash](double value) {
    hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3;
  };
  Rng rng(4);
  for (int i = 0; i < 10'000; ++i) {
    mix(exp_finite(static_cast<float>(uniform(rng, -80, 80))));
    mix(exp(uniform(rng, -750, 720)));
    mix(log(uniform(rng, 0, 100)));
    const SinCos angle = sincos(uniform(rng, -0x1p31, 0x1p31));
    mix(angle.sin);
    mix(angle.cos);
    const double base = uniform(rng, 1, 1e6);
    mix(pow(base, uniform(rng, -1, 1)));
  }
  EXPECT_EQ(hash, 14079552691471738885u);
}

}  // namespace
}  // namespace linnet::math
