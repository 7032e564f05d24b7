// Elementary functions that give the same bits on every platform: only + - * / and bit operations on doubles,
// no libm. For sampling and for tables made at load (rotary angles); kernels have single-precision ones of
// their own. Pure functions, any thread. Errors below are against the exact value, measured by math_test.cc.
#pragma once

#include <bit>
#include <cstdint>

namespace linnet::math {

/// e^x for |x| <= 87, relative error <= 1.2e-7. No branch and no call, so that loops over it become vector
/// code. Method: x = n ln 2 + r with |r| <= ln(2) / 2 (ln 2 in two parts, so that n * high is exact), then
/// e^r by its Taylor polynomial of degree 7, whose remainder is below 6e-9.
inline float exp_finite(float x) noexcept {
  constexpr float kRound = 0x1.8p23f;  // adding it leaves the nearest integer in the low bits of the sum
  constexpr float kLn2High = 0x1.62ep-1f, kLn2Low = 0x1.0bfbe8p-15f, kInverseLn2 = 0x1.715476p+0f;
  const float shifted = x * kInverseLn2 + kRound;
  const float n = shifted - kRound;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  float p = 1.0f / 5040.0f;
  p = p * r + 1.0f / 720.0f;
  p = p * r + 1.0f / 120.0f;
  p = p * r + 1.0f / 24.0f;
  p = p * r + 1.0f / 6.0f;
  p = p * r + 0.5f;
  p = 1.0f + (r + r * r * p);
  // The low bits of `shifted` are n; moved to the exponent they multiply p, which is in [0.7, 1.5), by 2^n.
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(p) +
                              (std::bit_cast<std::uint32_t>(shifted) << 23));
}

/// e^x for any x: 0 and infinity where the result leaves the range of double, NaN for NaN. Relative error <=
/// 6e-16.
double exp(double x) noexcept;

/// Natural logarithm: -infinity for 0, NaN for negative x and NaN. Relative error <= 4e-16.
double log(double x) noexcept;

/// base^exponent = e^(exponent log(base)) for base > 0. Relative error <= 5e-16 * (1 + |exponent *
/// log(base)|): below 1e-14 for any result between 1e-8 and 1e8.
double pow(double base, double exponent) noexcept;

struct SinCos {
  double sin;
  double cos;
};

/// Sine and cosine of an angle in radians, |x| <= 2^31: absolute error <= 3e-16 each. Beyond, and for NaN:
/// both NaN.
SinCos sincos(double x) noexcept;

}  // namespace linnet::math
