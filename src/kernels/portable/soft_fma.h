// A fused multiply-add for processors without one, from double arithmetic.
#pragma once

#include <cstdint>

namespace linnet::kernels {
namespace {

/// a * b + c, rounded once. The product of two floats is exact in double. Their sum with c is rounded to odd
/// there, which loses nothing that the final rounding to float needs (Boldo and Melquiond 2008, "Emulation of
/// FMA and correctly rounded sums: proved algorithms using rounding to odd").
[[gnu::always_inline]] inline float fused_multiply_add(float a, float b, float c) {
#if defined(__FP_FAST_FMAF)
  return __builtin_fmaf(a, b, c);
#else
  const double product = static_cast<double>(a) * static_cast<double>(b);
  const double addend = static_cast<double>(c);
  const double sum = product + addend;
  // What the addition rounded away, exactly (Knuth's two-sum); NaN where sum is not finite.
  const double part = sum - product;
  const double lost = (product - (sum - part)) + (addend - part);
  std::uint64_t bits = __builtin_bit_cast(std::uint64_t, sum);
  // Inexact with an even last bit: step to the odd neighbour on the side of the exact value. The magnitude
  // grows if what was lost has the sum's sign.
  const bool inexact = lost > 0.0 || lost < 0.0;
  const bool grows = (lost > 0.0) == (sum > 0.0);
  const std::uint64_t step = inexact && (bits & 1) == 0 ? 1 : 0;
  bits = grows ? bits + step : bits - step;
  return static_cast<float>(__builtin_bit_cast(double, bits));
#endif
}

}  // namespace
}  // namespace linnet::kernels
