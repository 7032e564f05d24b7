// The portable fused multiply-add against the processor's or libm's.
#include "kernels/portable/soft_fma.h"

#include <cmath>
#include <limits>

#include "tests/kernels/support.h"

namespace linnet::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

::testing::AssertionResult agrees(float a, float b, float c) {
  const float expected = std::fma(a, b, c);
  const float actual = fused_multiply_add(a, b, c);
  if (bits_of(expected) == bits_of(actual)) return ::testing::AssertionSuccess();
  if (std::isnan(expected) && std::isnan(actual)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << std::hexfloat << a << " * " << b << " + " << c << " is " << expected << ", not " << actual;
}

float from_bits(std::uint64_t bits) { return __builtin_bit_cast(float, static_cast<std::uint32_t>(bits)); }

TEST(SoftFma, AnyBits) {
  Rng rng(1);
  for (int i = 0; i < 1000000; ++i) {
    const std::uint64_t two = rng.next();
    ASSERT_TRUE(agrees(from_bits(two), from_bits(two >> 32), from_bits(rng.next())));
  }
}

TEST(SoftFma, SumsThatCancelOrTie) {
  Rng rng(2);
  for (int i = 0; i < 1000000; ++i) {
    const float a = from_bits(0x3f800000u | (rng.next() & 0x7fffff));
    const float b = from_bits(0x3f800000u | (rng.next() & 0x7fffff));
    // The addend: the product but for some units, at a distance at which its bits meet a half unit.
    const int distance = static_cast<int>(rng.next() % 100) - 50;
    const auto near = static_cast<std::uint32_t>(rng.next() % 5) - 2u;
    const float c = std::ldexp(from_bits(bits_of(-a * b) + near), distance);
    ASSERT_TRUE(agrees(a, b, c));
  }
}

// A power of two plus a product whose last bit lies far below half a unit: what rounding to odd is for.
TEST(SoftFma, ProductsJustBesideATie) {
  for (int shift = -60; shift <= 60; ++shift) {
    for (const float tiny : {0x1p-23f, 0x1p-22f, 0x1.8p-12f}) {
      for (const float sign : {1.0f, -1.0f}) {
        for (const float c : {1.0f, 0x1.000002p0f, 0x1.fffffep0f, 0x1p-126f, 0x1p-149f}) {
          const float a = sign * std::ldexp(1.0f + tiny, shift / 2);
          const float b = std::ldexp(1.0f - tiny, shift - shift / 2);
          ASSERT_TRUE(agrees(a, b, c));
          ASSERT_TRUE(agrees(a, b, -c));
        }
      }
    }
  }
}

TEST(SoftFma, SubnormalResults) {
  Rng rng(3);
  for (int i = 0; i < 500000; ++i) {
    const float a = std::ldexp(symmetric(rng, 1.0f), -static_cast<int>(rng.next() % 80));
    const float b = std::ldexp(symmetric(rng, 1.0f), -60 - static_cast<int>(rng.next() % 40));
    const float c = from_bits(rng.next() & 0x80ffffffu);
    ASSERT_TRUE(agrees(a, b, c));
  }
}

TEST(SoftFma, EverySpecialValueInEveryPlace) {
  const float values[] = {0.0f,      -0.0f,      1.0f,      -1.0f,    0x1p-149f,       -0x1p-149f,
                          0x1p-126f, 0x1p-75f,   -0x1p-75f, 0x1p127f, 0x1.fffffep127f, -0x1.fffffep127f,
                          kInfinity, -kInfinity, kNan,      0x1p-24f, 0x1.fffffep-1f,  16777216.0f};
  for (const float a : values) {
    for (const float b : values) {
      for (const float c : values) ASSERT_TRUE(agrees(a, b, c));
    }
  }
}

}  // namespace
}  // namespace linnet::kernels
