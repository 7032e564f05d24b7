#include "quant/fit.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace linnet::quant {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Fit, FiniteMakesAnyFloatANumberThatAHalfCanHold) {
  EXPECT_EQ(finite(std::nanf("")), 0.0f);
  EXPECT_EQ(finite(kInfinity), 65504.0f);
  EXPECT_EQ(finite(-1e30f), -65504.0f);
  EXPECT_EQ(finite(-3.5f), -3.5f);
}

TEST(Fit, InverseOfAScaleThatIsTooSmallIsZero) {
  EXPECT_EQ(inverse_of(-4.0f), -0.25f);
  EXPECT_EQ(inverse_of(0.0f), 0.0f);
  EXPECT_EQ(inverse_of(std::numeric_limits<float>::denorm_min()), 0.0f);
}

TEST(Fit, NearestCodeRoundsHalfWayUpAndStaysInRange) {
  EXPECT_EQ(nearest_code(2.5f, -32, 31), 3);
  EXPECT_EQ(nearest_code(-2.5f, -32, 31), -2);
  EXPECT_EQ(nearest_code(-2.6f, -32, 31), -3);
  EXPECT_EQ(nearest_code(1e30f, -32, 31), 31);
  EXPECT_EQ(nearest_code(-kInfinity, -32, 31), -32);
}

TEST(Fit, ExtremeGivesTheLargestMagnitudeTheOuterCode) {
  const std::array<float, 4> values{0.5f, -1.0f, 4.0f, -3.9f};
  std::array<std::int8_t, 4> codes;
  EXPECT_EQ(fit_extreme(values.data(), values.size(), 8, codes.data()), -0.5f);
  EXPECT_EQ(codes, (std::array<std::int8_t, 4>{-1, 2, -8, 7}));
}

TEST(Fit, RangeGivesTheEndsTheOuterCodes) {
  const std::array<float, 4> values{-1.0f, 14.0f, 3.2f, 3.7f};
  std::array<std::int8_t, 4> codes;
  const AffineFit fit = fit_range(values.data(), values.size(), 15, codes.data());
  EXPECT_EQ(fit.scale, 1.0f);
  EXPECT_EQ(fit.offset, -1.0f);
  EXPECT_EQ(codes, (std::array<std::int8_t, 4>{0, 15, 4, 5}));
}

TEST(Fit, ScaleFindsTheOneThatTheValuesWereMadeWith) {
  std::array<float, 16> values;
  for (int i = 0; i < 16; ++i) values[static_cast<std::size_t>(i)] = 0.0375f * static_cast<float>(4 * i - 32);
  EXPECT_NEAR(std::fabs(fit_scale(values.data(), values.size(), 32)), 0.0375f, 1e-7f);
  values.fill(0.0f);
  EXPECT_EQ(fit_scale(values.data(), values.size(), 32), 0.0f);
  values.fill(std::numeric_limits<float>::denorm_min());
  EXPECT_EQ(fit_scale(values.data(), values.size(), 32), 0.0f);
}

TEST(Fit, AffineFindsTheLineThatTheValuesWereMadeWith) {
  std::array<float, 32> values;
  for (std::size_t i = 0; i < 32; ++i) values[i] = 0.3f * static_cast<float>(i % 16) - 1.7f;
  const AffineFit fit = fit_affine(values.data(), values.size(), 15);
  EXPECT_NEAR(fit.scale, 0.3f, 1e-5f);
  EXPECT_NEAR(fit.offset, -1.7f, 1e-5f);
}

TEST(Fit, AffineNeedsNoPositiveOffset) {
  std::array<float, 32> values;
  for (std::size_t i = 0; i < 32; ++i) values[i] = 5.0f + 0.1f * static_cast<float>(i);
  const AffineFit above = fit_affine(values.data(), values.size(), 15);
  EXPECT_GT(above.scale, 0.0f);
  EXPECT_LE(above.offset, 0.0f);
  values.fill(-2.0f);
  const AffineFit constant = fit_affine(values.data(), values.size(), 15);
  EXPECT_NEAR(constant.offset, -2.0f, 1e-6f);
  values.fill(2.0f);
  EXPECT_GE(fit_affine(values.data(), values.size(), 15).scale, 2.0f / 15.0f);
  values.fill(0.0f);
  EXPECT_EQ(fit_affine(values.data(), values.size(), 15).scale, 0.0f);
}

}  // namespace
}  // namespace linnet::quant
