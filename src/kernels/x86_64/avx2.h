// What 16 lanes of AVX2 with FMA and F16C can do: two registers. In an unnamed namespace, because each unit
// that includes this is compiled with flags of its own.
#pragma once

#include <immintrin.h>

#include "kernels/make_table.h"

namespace linnet::kernels {
namespace {

struct Avx2 {
  struct F32 {
    __m256 v[2];
  };
  struct I32 {
    __m256i v[2];
  };
  using Bytes = I32;
  static constexpr int kMatMulTokens = 4;
  static constexpr int kDotTokens = 1;
  static constexpr int kAttentionRows = 4;
  static constexpr int kSums = 4;
  static constexpr int kSignedOffset = 0;

  static F32 load(const float* p) { return {{_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}}; }
  static void store(float* p, F32 a) {
    _mm256_storeu_ps(p, a.v[0]);
    _mm256_storeu_ps(p + 8, a.v[1]);
  }
  static F32 splat(float x) { return {{_mm256_set1_ps(x), _mm256_set1_ps(x)}}; }
  static F32 add(F32 a, F32 b) { return {{_mm256_add_ps(a.v[0], b.v[0]), _mm256_add_ps(a.v[1], b.v[1])}}; }
  static F32 sub(F32 a, F32 b) { return {{_mm256_sub_ps(a.v[0], b.v[0]), _mm256_sub_ps(a.v[1], b.v[1])}}; }
  static F32 mul(F32 a, F32 b) { return {{_mm256_mul_ps(a.v[0], b.v[0]), _mm256_mul_ps(a.v[1], b.v[1])}}; }
  static F32 div(F32 a, F32 b) { return {{_mm256_div_ps(a.v[0], b.v[0]), _mm256_div_ps(a.v[1], b.v[1])}}; }
  static F32 fma(F32 a, F32 b, F32 c) {
    return {{_mm256_fmadd_ps(a.v[0], b.v[0], c.v[0]), _mm256_fmadd_ps(a.v[1], b.v[1], c.v[1])}};
  }
  static F32 max(F32 a, F32 b) { return {{_mm256_max_ps(a.v[0], b.v[0]), _mm256_max_ps(a.v[1], b.v[1])}}; }
  static F32 min(F32 a, F32 b) { return {{_mm256_min_ps(a.v[0], b.v[0]), _mm256_min_ps(a.v[1], b.v[1])}}; }
  static F32 abs(F32 a) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    return {{_mm256_andnot_ps(sign, a.v[0]), _mm256_andnot_ps(sign, a.v[1])}};
  }
  static float largest_lane(F32 a) {
    const __m256 eight = _mm256_max_ps(a.v[0], a.v[1]);
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
  }
  static F32 zero_where_less(F32 a, F32 b, F32 c) {
    return {{_mm256_and_ps(_mm256_cmp_ps(b.v[0], c.v[0], _CMP_NLT_UQ), a.v[0]),
             _mm256_and_ps(_mm256_cmp_ps(b.v[1], c.v[1], _CMP_NLT_UQ), a.v[1])}};
  }
  static __m256 power_of_two(__m256 n) {
    return _mm256_castsi256_ps(
        _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23));
  }
  static F32 power_of_two(F32 n) { return {{power_of_two(n.v[0]), power_of_two(n.v[1])}}; }

  static F32 load_half(const std::uint16_t* p) {
    return {{_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))),
             _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 8)))}};
  }
  static void store_half(std::uint16_t* p, F32 a) {
    for (int i = 0; i < 2; ++i) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(p + 8 * i),
                       _mm256_cvtps_ph(a.v[i], _MM_FROUND_TO_NEAREST_INT));
    }
  }
  static F32 load_element(const float* p) { return load(p); }
  static F32 load_element(const quant::Half* p) { return load_half(&p->bits); }
  static F32 load_element(const quant::BFloat* p) {
    F32 r;
    for (int i = 0; i < 2; ++i) {
      const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 8 * i));
      r.v[i] = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
    }
    return r;
  }

  static I32 splat_int(std::int32_t x) { return {{_mm256_set1_epi32(x), _mm256_set1_epi32(x)}}; }
  static I32 add_int(I32 a, I32 b) {
    return {{_mm256_add_epi32(a.v[0], b.v[0]), _mm256_add_epi32(a.v[1], b.v[1])}};
  }
  static F32 to_float(I32 a) { return {{_mm256_cvtepi32_ps(a.v[0]), _mm256_cvtepi32_ps(a.v[1])}}; }
  static I32 round(F32 a) { return {{_mm256_cvtps_epi32(a.v[0]), _mm256_cvtps_epi32(a.v[1])}}; }
  static I32 load_u8(const std::uint8_t* p) {
    return {{_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))),
             _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p + 8)))}};
  }
  static I32 load_i8(const std::int8_t* p) {
    return {{_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))),
             _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p + 8)))}};
  }
  template <int kHalf>
  static F32 load_nibbles(const std::uint8_t* p) {
    const I32 codes = bits<-4 * kHalf, 0x0f>(load_u8(p));
    return to_float(add_int(codes, splat_int(-8)));
  }
  static void store_i8(std::int8_t* p, I32 a) {
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(a.v[0], a.v[1]), 0xd8);
    const __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
  }
  static std::int32_t sum_of_lanes(I32 a) {
    const __m256i eight = _mm256_add_epi32(a.v[0], a.v[1]);
    const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
  }

  static Bytes load_bytes(const std::uint8_t* p) {
    return {{_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
             _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32))}};
  }
  template <int kLeft, int kMask>
  static __m256i bits(__m256i v) {
    if constexpr (kLeft > 0) v = _mm256_slli_epi32(v, kLeft);
    if constexpr (kLeft < 0) v = _mm256_srli_epi32(v, -kLeft);
    return _mm256_and_si256(v, _mm256_set1_epi8(kMask));
  }
  template <int kLeft, int kMask>
  static Bytes bits(Bytes a) {
    return {{bits<kLeft, kMask>(a.v[0]), bits<kLeft, kMask>(a.v[1])}};
  }
  static Bytes merge(Bytes a, Bytes b) {
    return {{_mm256_or_si256(a.v[0], b.v[0]), _mm256_or_si256(a.v[1], b.v[1])}};
  }
  static Bytes signed_codes(Bytes a) { return a; }
  // Products of unsigned with signed bytes are added in pairs to 16 bits without saturation: 2 * 63 * 127
  // fits, and of signed codes the magnitude is taken and the sign moved over to the activation, 2 * 128 * 127
  // fits too.
  template <int kBits>
  static __m256i dot(__m256i sum, __m256i codes, __m256i x) {
    __m256i pairs;
    if constexpr (kBits == 8) {
      pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(codes), _mm256_sign_epi8(x, codes));
    } else {
      pairs = _mm256_maddubs_epi16(codes, x);
    }
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  template <int kBits>
  static I32 dot(I32 sum, Bytes codes, std::int32_t word) {
    const __m256i x = _mm256_set1_epi32(word);
    return {{dot<kBits>(sum.v[0], codes.v[0], x), dot<kBits>(sum.v[1], codes.v[1], x)}};
  }
};

}  // namespace
}  // namespace linnet::kernels
