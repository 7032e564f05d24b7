// What 16 lanes of NEON can do as every 64-bit Arm has it: four registers. In an unnamed namespace, because
// each unit that includes this is compiled with flags of its own.
#pragma once

#include <arm_neon.h>

#include "kernels/make_table.h"

namespace linnet::kernels {
namespace {

struct Neon {
  struct F32 {
    float32x4_t v[4];
  };
  struct I32 {
    int32x4_t v[4];
  };
  struct Bytes {
    uint8x16_t v[4];
  };
  static constexpr int kMatMulTokens = 4;
  static constexpr int kDotTokens = 4;
  static constexpr int kAttentionRows = 2;
  static constexpr int kSums = 4;
  static constexpr int kSignedOffset = 0;

  template <class Vector, class Part>
  static Vector each(Part&& part) {
    return Vector{{part(0), part(1), part(2), part(3)}};
  }

  static F32 load(const float* p) {
    return each<F32>([&](int i) { return vld1q_f32(p + 4 * i); });
  }
  static void store(float* p, const F32& a) {
    for (int i = 0; i < 4; ++i) vst1q_f32(p + 4 * i, a.v[i]);
  }
  static F32 splat(float x) {
    return each<F32>([&](int) { return vdupq_n_f32(x); });
  }
  static F32 add(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return vaddq_f32(a.v[i], b.v[i]); });
  }
  static F32 sub(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return vsubq_f32(a.v[i], b.v[i]); });
  }
  static F32 mul(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return vmulq_f32(a.v[i], b.v[i]); });
  }
  static F32 div(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return vdivq_f32(a.v[i], b.v[i]); });
  }
  static F32 fma(const F32& a, const F32& b, const F32& c) {
    return each<F32>([&](int i) { return vfmaq_f32(c.v[i], a.v[i], b.v[i]); });
  }
  // x86's choice where a lane is NaN: the second operand.
  static F32 max(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return vbslq_f32(vcgtq_f32(a.v[i], b.v[i]), a.v[i], b.v[i]); });
  }
  static F32 min(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return vbslq_f32(vcltq_f32(a.v[i], b.v[i]), a.v[i], b.v[i]); });
  }
  static float largest_lane(const F32& a) {
    return vmaxvq_f32(vmaxq_f32(vmaxq_f32(a.v[0], a.v[1]), vmaxq_f32(a.v[2], a.v[3])));
  }
  static F32 abs(const F32& a) {
    return each<F32>([&](int i) { return vabsq_f32(a.v[i]); });
  }
  static F32 zero_where_less(const F32& a, const F32& b, const F32& c) {
    return each<F32>([&](int i) {
      return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(a.v[i]), vcltq_f32(b.v[i], c.v[i])));
    });
  }
  static F32 power_of_two(const F32& n) {
    return each<F32>([&](int i) {
      return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(vcvtnq_s32_f32(n.v[i]), vdupq_n_s32(127)), 23));
    });
  }

  static F32 load_half(const std::uint16_t* p) {
    return each<F32>([&](int i) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p + 4 * i))); });
  }
  static void store_half(std::uint16_t* p, const F32& a) {
    for (int i = 0; i < 4; ++i) vst1_u16(p + 4 * i, vreinterpret_u16_f16(vcvt_f16_f32(a.v[i])));
  }
  static F32 load_element(const float* p) { return load(p); }
  static F32 load_element(const quant::Half* p) { return load_half(&p->bits); }
  static F32 load_element(const quant::BFloat* p) {
    return each<F32>(
        [&](int i) { return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(&p->bits + 4 * i), 16)); });
  }

  static I32 splat_int(std::int32_t x) {
    return each<I32>([&](int) { return vdupq_n_s32(x); });
  }
  static I32 add_int(const I32& a, const I32& b) {
    return each<I32>([&](int i) { return vaddq_s32(a.v[i], b.v[i]); });
  }
  static F32 to_float(const I32& a) {
    return each<F32>([&](int i) { return vcvtq_f32_s32(a.v[i]); });
  }
  static I32 round(const F32& a) {
    return each<I32>([&](int i) { return vcvtnq_s32_f32(a.v[i]); });
  }
  static I32 load_u8(const std::uint8_t* p) {
    const uint8x16_t bytes = vld1q_u8(p);
    const uint16x8_t low = vmovl_u8(vget_low_u8(bytes));
    const uint16x8_t high = vmovl_u8(vget_high_u8(bytes));
    return {{vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(low))),
             vreinterpretq_s32_u32(vmovl_u16(vget_high_u16(low))),
             vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(high))),
             vreinterpretq_s32_u32(vmovl_u16(vget_high_u16(high)))}};
  }
  static I32 widen(int8x16_t bytes) {
    const int16x8_t low = vmovl_s8(vget_low_s8(bytes));
    const int16x8_t high = vmovl_s8(vget_high_s8(bytes));
    return {{vmovl_s16(vget_low_s16(low)), vmovl_s16(vget_high_s16(low)), vmovl_s16(vget_low_s16(high)),
             vmovl_s16(vget_high_s16(high))}};
  }
  static I32 load_i8(const std::int8_t* p) { return widen(vld1q_s8(p)); }
  template <int kHalf>
  static F32 load_nibbles(const std::uint8_t* p) {
    const uint8x16_t bytes = vld1q_u8(p);
    const uint8x16_t codes = kHalf == 0 ? vandq_u8(bytes, vdupq_n_u8(15)) : vshrq_n_u8(bytes, 4);
    return to_float(widen(vreinterpretq_s8_u8(vsubq_u8(codes, vdupq_n_u8(8)))));
  }
  static void store_i8(std::int8_t* p, const I32& a) {
    const int16x8_t low = vcombine_s16(vmovn_s32(a.v[0]), vmovn_s32(a.v[1]));
    const int16x8_t high = vcombine_s16(vmovn_s32(a.v[2]), vmovn_s32(a.v[3]));
    vst1q_s8(p, vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
  }
  static std::int32_t sum_of_lanes(const I32& a) {
    return vaddvq_s32(vaddq_s32(vaddq_s32(a.v[0], a.v[1]), vaddq_s32(a.v[2], a.v[3])));
  }

  static Bytes load_bytes(const std::uint8_t* p) {
    return each<Bytes>([&](int i) { return vld1q_u8(p + 16 * i); });
  }
  template <int kLeft, int kMask>
  static Bytes bits(const Bytes& a) {
    return each<Bytes>([&](int i) {
      uint8x16_t v = a.v[i];
      if constexpr (kLeft > 0) v = vshlq_n_u8(v, kLeft);
      if constexpr (kLeft < 0) v = vshrq_n_u8(v, -kLeft);
      return vandq_u8(v, vdupq_n_u8(kMask));
    });
  }
  static Bytes merge(const Bytes& a, const Bytes& b) {
    return each<Bytes>([&](int i) { return vorrq_u8(a.v[i], b.v[i]); });
  }
  static Bytes signed_codes(const Bytes& a) { return a; }
  // All codes fit signed bytes here, and a product of two signed bytes fits 16 bits; then four neighbours are
  // added.
  template <int kBits>
  static I32 dot(const I32& sum, const Bytes& codes, std::int32_t word) {
    const int8x16_t x = vreinterpretq_s8_s32(vdupq_n_s32(word));
    return each<I32>([&](int i) {
      const int8x16_t w = vreinterpretq_s8_u8(codes.v[i]);
      const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(w), vget_low_s8(x)));
      const int32x4_t high = vpaddlq_s16(vmull_high_s8(w, x));
      return vaddq_s32(sum.v[i], vpaddq_s32(low, high));
    });
  }
};

}  // namespace
}  // namespace linnet::kernels
