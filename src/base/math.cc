#include "base/math.h"

#include <limits>

namespace linnet::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// An angle less the nearest multiple of pi / 2, as a sum of two doubles, and that multiple modulo 4.
struct Reduced {
  double high;
  double low;
  unsigned quadrant;
};

// pi / 2 in three parts of 22 bits and a tail (Cody and Waite 1980). For n < 2^31 the products with the parts
// are exact, and so are the first two differences: each removes the leading bits of what is left.
Reduced reduce(double x) noexcept {
  constexpr double kRound = 0x1.8p52, kTwoOverPi = 0x1.45f306dc9c883p-1;
  constexpr double kPart0 = 0x1.921fbp+0, kPart1 = 0x1.5110bp-22, kPart2 = 0x1.184698p-44;
  constexpr double kTail = 0x1.3198a2e037073p-69;
  const double shifted = x * kTwoOverPi + kRound;
  const double n = shifted - kRound;
  const double exact = (x - n * kPart0) - n * kPart1;
  const double rest = exact - n * kPart2;
  const double correction = n * kTail - ((exact - rest) - n * kPart2);
  const double high = rest - correction;
  return {high, (rest - high) - correction, static_cast<unsigned>(std::bit_cast<std::uint64_t>(shifted) & 3)};
}

// sin(r + low) for |r| <= pi / 4 by Taylor's polynomial of degree 17; sin' = cos ~ 1 - r^2 / 2 carries `low`.
double sin_polynomial(double r, double low) noexcept {
  const double z = r * r;
  double p = 1.0 / 355687428096000.0;
  p = p * z - 1.0 / 1307674368000.0;
  p = p * z + 1.0 / 6227020800.0;
  p = p * z - 1.0 / 39916800.0;
  p = p * z + 1.0 / 362880.0;
  p = p * z - 1.0 / 5040.0;
  p = p * z + 1.0 / 120.0;
  p = p * z - 1.0 / 6.0;
  return r + (low * (1.0 - 0.5 * z) + r * z * p);
}

// cos(r + low), degree 18.
double cos_polynomial(double r, double low) noexcept {
  const double z = r * r;
  double p = -1.0 / 6402373705728000.0;
  p = p * z + 1.0 / 20922789888000.0;
  p = p * z - 1.0 / 87178291200.0;
  p = p * z + 1.0 / 479001600.0;
  p = p * z - 1.0 / 3628800.0;
  p = p * z + 1.0 / 40320.0;
  p = p * z - 1.0 / 720.0;
  p = p * z + 1.0 / 24.0;
  return 1.0 - (0.5 * z - (z * z * p - r * low));
}

// e^x for |x| <= 708: as exp_finite(float) in the header, with a polynomial of degree 13, remainder below
// 5e-18.
double exp_normal(double x) noexcept {
  constexpr double kRound = 0x1.8p52;
  constexpr double kLn2High = 0x1.62e42feep-1, kLn2Low = 0x1.a39ef35793c76p-33,
                   kInverseLn2 = 0x1.71547652b82fep+0;
  const double shifted = x * kInverseLn2 + kRound;
  const double n = shifted - kRound;
  const double r = (x - n * kLn2High) - n * kLn2Low;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = 1.0 + (r + r * r * p);
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(p) +
                               (std::bit_cast<std::uint64_t>(shifted) << 52));
}

}  // namespace

double exp(double x) noexcept {
  if (x != x) return x;
  if (x >= -708.0 && x <= 708.0) return exp_normal(x);
  // Outside, as a square: it overflows and underflows just where e^x does.
  const double half = x < -1400.0 ? -700.0 : x > 1400.0 ? 700.0 : 0.5 * x;
  const double root = exp_normal(half);
  return root * root;
}

// x = 2^k m with m in [sqrt(1/2), sqrt(2)), f = m - 1, s = f / (2 + f): log m = 2 atanh(s) = f - s (f - R),
// where R = 2 s^2 / 3 + 2 s^4 / 5 + ... ; s^2 <= 0.0295 makes eleven terms enough.
double log(double x) noexcept {
  if (x != x || x == kInfinity) return x;
  if (x == 0) return -kInfinity;
  if (x < 0) return kNaN;
  std::int64_t exponent = 0;
  if (x < std::numeric_limits<double>::min()) {  // subnormal: give it an exponent of its own
    x *= 0x1p54;
    exponent = -54;
  }
  constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e667f3bcd, kExponentMask = 0xfff0000000000000;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t above = (bits - kSqrtHalf) & kExponentMask;  // k << 52
  exponent += static_cast<std::int64_t>(above) >> 52;
  const double f = std::bit_cast<double>(bits - above) - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  double series = 0;
  for (int n = 23; n >= 3; n -= 2) series = (series + 2.0 / n) * z;
  constexpr double kLn2High = 0x1.62e42feep-1, kLn2Low = 0x1.a39ef35793c76p-33;
  const auto k = static_cast<double>(exponent);
  return k * kLn2High + (f - (s * (f - series) - k * kLn2Low));
}

double pow(double base, double exponent) noexcept { return exp(exponent * log(base)); }

SinCos sincos(double x) noexcept {
  if (!(x >= -0x1p31 && x <= 0x1p31)) return {kNaN, kNaN};
  const Reduced angle = reduce(x);
  const double sine = sin_polynomial(angle.high, angle.low), cosine = cos_polynomial(angle.high, angle.low);
  switch (angle.quadrant) {
    case 0: return {sine, cosine};
    case 1: return {cosine, -sine};
    case 2: return {-sine, -cosine};
    default: return {-cosine, sine};
  }
}

}  // namespace linnet::math
