#include "base/half.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace linnet {
namespace {

static_assert(f16_to_f32(0x3c00) == 1.0f && f32_to_f16(-2.0f) == 0xc000);
static_assert(f16_to_f32(0x0001) == 0x1p-24f && f32_to_f16(0x1p-24f) == 0x0001);
static_assert(bf16_to_f32(0x3f80) == 1.0f && f32_to_bf16(-2.0f) == 0xc000);

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// A half's value by the definition of the format, for the exponents that stand for numbers.
double defined_value(unsigned half) {
  const int exponent = static_cast<int>(half >> 10 & 31);
  const auto fraction = static_cast<double>(half & 1023);
  const double magnitude =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024.0 + fraction, exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

TEST(Half, EveryBinary16HasItsDefinedValueAndComesBack) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = f16_to_f32(half);
    ASSERT_EQ(std::signbit(value), bits >= 0x8000) << std::hex << bits;
    if ((bits & 0x7fff) > 0x7c00) {
      ASSERT_TRUE(std::isnan(value)) << std::hex << bits;
      ASSERT_EQ(std::bit_cast<std::uint32_t>(value) & 0x7fffffu, 0x400000u | (bits & 0x3ff) << 13);
      ASSERT_EQ(f32_to_f16(value), bits | 0x0200) << std::hex << bits;
      continue;
    }
    if ((bits & 0x7fff) == 0x7c00) {
      ASSERT_EQ(std::fabs(value), kInfinity);
    } else {
      ASSERT_EQ(value, defined_value(bits)) << std::hex << bits;
    }
    ASSERT_EQ(f32_to_f16(value), bits) << std::hex << bits;
  }
}

TEST(Half, EveryTieOfBinary16GoesToTheEvenNeighbour) {
  for (unsigned bits = 0; bits < 0x7c00; ++bits) {
    // The number after the largest half would be 65536; what rounds to it becomes infinite, whose bits come
    // next.
    const double next = bits == 0x7bff ? 65536.0 : defined_value(bits + 1);
    const auto middle = static_cast<float>((defined_value(bits) + next) / 2);
    ASSERT_EQ(f32_to_f16(middle), bits + (bits & 1)) << std::hex << bits;
    ASSERT_EQ(f32_to_f16(std::nextafter(middle, 0.0f)), bits) << std::hex << bits;
    ASSERT_EQ(f32_to_f16(std::nextafter(middle, kInfinity)), bits + 1) << std::hex << bits;
    ASSERT_EQ(f32_to_f16(-middle), 0x8000 + bits + (bits & 1)) << std::hex << bits;
  }
}

TEST(Half, WhatBinary16CannotHoldBecomesZeroOrInfinite) {
  EXPECT_EQ(f32_to_f16(std::numeric_limits<float>::max()), 0x7c00);
  EXPECT_EQ(f32_to_f16(-kInfinity), 0xfc00);
  EXPECT_EQ(f32_to_f16(std::numeric_limits<float>::denorm_min()), 0x0000);
  EXPECT_EQ(f32_to_f16(-std::numeric_limits<float>::min()), 0x8000);
}

TEST(Half, EveryBfloat16IsTheUpperHalfOfItsFloat) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const float value = bf16_to_f32(static_cast<std::uint16_t>(bits));
    ASSERT_EQ(std::bit_cast<std::uint32_t>(value), bits << 16);
    ASSERT_EQ(f32_to_bf16(value), (bits & 0x7fff) > 0x7f80 ? bits | 0x0040 : bits) << std::hex << bits;
  }
}

TEST(Half, EveryTieOfBfloat16GoesToTheEvenNeighbour) {
  for (std::uint32_t bits = 0; bits < 0x7f80; ++bits) {
    const std::uint32_t middle = bits << 16 | 0x8000;
    ASSERT_EQ(f32_to_bf16(std::bit_cast<float>(middle)), bits + (bits & 1)) << std::hex << bits;
    ASSERT_EQ(f32_to_bf16(std::bit_cast<float>(middle - 1)), bits) << std::hex << bits;
    ASSERT_EQ(f32_to_bf16(std::bit_cast<float>(middle + 1)), bits + 1) << std::hex << bits;
    ASSERT_EQ(f32_to_bf16(std::bit_cast<float>(middle | 0x80000000)), 0x8000 + bits + (bits & 1));
  }
}

TEST(Half, NanStaysNanWhateverItsPayload) {
  for (const std::uint32_t bits : {0x7f800001u, 0x7fbfffffu, 0x7fc00000u, 0xff800001u, 0xffffffffu}) {
    const auto value = std::bit_cast<float>(bits);
    EXPECT_TRUE(std::isnan(f16_to_f32(f32_to_f16(value)))) << std::hex << bits;
    EXPECT_TRUE(std::isnan(bf16_to_f32(f32_to_bf16(value)))) << std::hex << bits;
  }
}

}  // namespace
}  // namespace linnet
