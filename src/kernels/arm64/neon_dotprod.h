// NEON with the four-way dot product of Armv8.2.
#pragma once

#include "kernels/arm64/neon.h"

namespace linnet::kernels {
namespace {

struct NeonDotprod : Neon {
  static constexpr int kMatMulTokens = 8;

  template <int kBits>
  static I32 dot(const I32& sum, const Bytes& codes, std::int32_t word) {
    const int8x16_t x = vreinterpretq_s8_s32(vdupq_n_s32(word));
    return each<I32>([&](int i) { return vdotq_s32(sum.v[i], vreinterpretq_s8_u8(codes.v[i]), x); });
  }
};

}  // namespace
}  // namespace linnet::kernels
