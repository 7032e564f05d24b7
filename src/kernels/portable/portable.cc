// Plain C++ for any processor, and the definition of what the other units do.
#include <cstring>

#include "base/half.h"
#include "kernels/make_table.h"
#include "kernels/portable/soft_fma.h"
#include "kernels/tables.h"

namespace linnet::kernels {
namespace {

struct Portable {
  struct F32 {
    float v[16];
  };
  struct I32 {
    std::int32_t v[16];
  };
  struct Bytes {
    std::uint8_t v[64];
  };
  static constexpr int kMatMulTokens = 4;
  static constexpr int kDotTokens = 1;
  static constexpr int kAttentionRows = 2;
  static constexpr int kSums = 4;
  static constexpr int kSignedOffset = 0;

  template <class Vector, class Lane>
  static Vector each(Lane&& lane) {
    Vector r;
    for (int i = 0; i < 16; ++i) r.v[i] = lane(i);
    return r;
  }

  static F32 load(const float* p) {
    return each<F32>([&](int i) { return p[i]; });
  }
  static void store(float* p, const F32& a) { std::memcpy(p, a.v, sizeof a.v); }
  static F32 splat(float x) {
    return each<F32>([&](int) { return x; });
  }
  static F32 add(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return a.v[i] + b.v[i]; });
  }
  static F32 sub(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return a.v[i] - b.v[i]; });
  }
  static F32 mul(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return a.v[i] * b.v[i]; });
  }
  static F32 div(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return a.v[i] / b.v[i]; });
  }
  static F32 fma(const F32& a, const F32& b, const F32& c) {
    return each<F32>([&](int i) { return fused_multiply_add(a.v[i], b.v[i], c.v[i]); });
  }
  static F32 max(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
  }
  static F32 min(const F32& a, const F32& b) {
    return each<F32>([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
  }
  static float largest_lane(const F32& a) {
    float largest = a.v[0];
    for (const float lane : a.v) largest = lane > largest ? lane : largest;
    return largest;
  }
  static F32 abs(const F32& a) {
    return each<F32>([&](int i) { return __builtin_fabsf(a.v[i]); });
  }
  static F32 zero_where_less(const F32& a, const F32& b, const F32& c) {
    return each<F32>([&](int i) { return b.v[i] < c.v[i] ? 0.0f : a.v[i]; });
  }
  static F32 power_of_two(const F32& n) {
    return each<F32>([&](int i) {
      const auto exponent = static_cast<std::uint32_t>(nearest(n.v[i]) + 127);
      return __builtin_bit_cast(float, exponent << 23);
    });
  }

  static F32 load_half(const std::uint16_t* p) {
    return each<F32>([&](int i) { return f16_to_f32(p[i]); });
  }
  static void store_half(std::uint16_t* p, const F32& a) {
    for (int i = 0; i < 16; ++i) p[i] = f32_to_f16(a.v[i]);
  }
  static F32 load_element(const float* p) { return load(p); }
  static F32 load_element(const quant::Half* p) {
    return each<F32>([&](int i) { return f16_to_f32(p[i].bits); });
  }
  static F32 load_element(const quant::BFloat* p) {
    return each<F32>([&](int i) { return bf16_to_f32(p[i].bits); });
  }

  static I32 splat_int(std::int32_t x) {
    return each<I32>([&](int) { return x; });
  }
  static I32 add_int(const I32& a, const I32& b) {
    return each<I32>([&](int i) { return a.v[i] + b.v[i]; });
  }
  static F32 to_float(const I32& a) {
    return each<F32>([&](int i) { return static_cast<float>(a.v[i]); });
  }
  // The nearest integer, ties to even, for magnitudes below 2^22; no conversion that could be undefined for a
  // NaN.
  static std::int32_t nearest(float x) {
    return static_cast<std::int32_t>(__builtin_bit_cast(std::uint32_t, x + 12582912.0f) - 0x4b400000u);
  }
  static I32 round(const F32& a) {
    return each<I32>([&](int i) { return nearest(a.v[i]); });
  }
  static I32 load_u8(const std::uint8_t* p) {
    return each<I32>([&](int i) { return std::int32_t{p[i]}; });
  }
  static I32 load_i8(const std::int8_t* p) {
    return each<I32>([&](int i) { return std::int32_t{p[i]}; });
  }
  // The low (0) or the high half (1) of 16 bytes as a code of Q4_0: less 8.
  template <int kHalf>
  static F32 load_nibbles(const std::uint8_t* p) {
    return each<F32>([&](int i) { return static_cast<float>((p[i] >> 4 * kHalf & 15) - 8); });
  }
  static void store_i8(std::int8_t* p, const I32& a) {
    for (int i = 0; i < 16; ++i) p[i] = static_cast<std::int8_t>(a.v[i]);
  }
  static std::int32_t sum_of_lanes(const I32& a) {
    std::int32_t sum = 0;
    for (const std::int32_t lane : a.v) sum += lane;
    return sum;
  }

  static Bytes load_bytes(const std::uint8_t* p) {
    Bytes r;
    std::memcpy(r.v, p, sizeof r.v);
    return r;
  }
  template <int kLeft, int kMask>
  static Bytes bits(const Bytes& a) {
    Bytes r;
    for (int i = 0; i < 64; ++i) {
      r.v[i] =
          static_cast<std::uint8_t>((kLeft >= 0 ? a.v[i] << (kLeft & 7) : a.v[i] >> (-kLeft & 7)) & kMask);
    }
    return r;
  }
  static Bytes merge(const Bytes& a, const Bytes& b) {
    Bytes r;
    for (int i = 0; i < 64; ++i) r.v[i] = a.v[i] | b.v[i];
    return r;
  }
  static Bytes signed_codes(const Bytes& a) { return a; }
  template <int kBits>
  static I32 dot(const I32& sum, const Bytes& codes, std::int32_t word) {
    std::int8_t x[4];
    std::memcpy(x, &word, sizeof x);
    return each<I32>([&](int i) {
      std::int32_t s = sum.v[i];
      for (int j = 0; j < 4; ++j) {
        const std::uint8_t code = codes.v[4 * i + j];
        s += (kBits == 8 ? static_cast<std::int8_t>(code) : code) * x[j];
      }
      return s;
    });
  }
};

}  // namespace

constinit const KernelTable portable_table = make_table<Portable>("portable");

}  // namespace linnet::kernels
