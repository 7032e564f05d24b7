// What 16 lanes of AVX-512 with VNNI can do: one register. In an unnamed namespace, because each unit that
// includes this is compiled with flags of its own.
#pragma once

#include <immintrin.h>

#include "kernels/make_table.h"

namespace linnet::kernels {
namespace {

struct Avx512Vnni {
  using F32 = __m512;
  using I32 = __m512i;
  using Bytes = __m512i;
  static constexpr int kMatMulTokens = 16;
  static constexpr int kDotTokens = 2;
  static constexpr int kAttentionRows = 10;
  static constexpr int kSums = 24;
  static constexpr int kSignedOffset = 128;  // vpdpbusd wants unsigned codes

  static F32 load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, F32 v) { _mm512_storeu_ps(p, v); }
  static F32 splat(float v) { return _mm512_set1_ps(v); }
  static F32 add(F32 a, F32 b) { return _mm512_add_ps(a, b); }
  static F32 sub(F32 a, F32 b) { return _mm512_sub_ps(a, b); }
  static F32 mul(F32 a, F32 b) { return _mm512_mul_ps(a, b); }
  static F32 div(F32 a, F32 b) { return _mm512_div_ps(a, b); }
  static F32 fma(F32 a, F32 b, F32 c) { return _mm512_fmadd_ps(a, b, c); }
  static F32 max(F32 a, F32 b) { return _mm512_max_ps(a, b); }
  static F32 min(F32 a, F32 b) { return _mm512_min_ps(a, b); }
  static F32 abs(F32 v) { return _mm512_abs_ps(v); }
  static float largest_lane(F32 v) { return _mm512_reduce_max_ps(v); }
  static F32 zero_where_less(F32 v, F32 a, F32 b) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a, b, _CMP_NLT_UQ), v);
  }
  static F32 power_of_two(F32 n) {
    return _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127)), 23));
  }

  static F32 load_half(const std::uint16_t* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static void store_half(std::uint16_t* p, F32 v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
  }
  static F32 load_element(const float* p) { return load(p); }
  static F32 load_element(const quant::Half* p) { return load_half(&p->bits); }
  static F32 load_element(const quant::BFloat* p) {
    const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
  }

  static I32 splat_int(std::int32_t v) { return _mm512_set1_epi32(v); }
  static I32 add_int(I32 a, I32 b) { return _mm512_add_epi32(a, b); }
  static F32 to_float(I32 v) { return _mm512_cvtepi32_ps(v); }
  static I32 round(F32 v) { return _mm512_cvtps_epi32(v); }
  static I32 load_u8(const std::uint8_t* p) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static I32 load_i8(const std::int8_t* p) {
    return _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  // Only the lowest four bits of a lane choose from the table.
  template <int kHalf>
  static F32 load_nibbles(const std::uint8_t* p) {
    const F32 values = _mm512_setr_ps(-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7);
    I32 codes = load_u8(p);
    if constexpr (kHalf == 1) codes = _mm512_srli_epi32(codes, 4);
    return _mm512_permutexvar_ps(codes, values);
  }
  static void store_i8(std::int8_t* p, I32 v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(v));
  }
  static std::int32_t sum_of_lanes(I32 v) { return _mm512_reduce_add_epi32(v); }

  static Bytes load_bytes(const std::uint8_t* p) { return _mm512_loadu_si512(p); }
  template <int kLeft, int kMask>
  static Bytes bits(Bytes v) {
    if constexpr (kLeft > 0) v = _mm512_slli_epi32(v, kLeft);
    if constexpr (kLeft < 0) v = _mm512_srli_epi32(v, -kLeft);
    return _mm512_and_si512(v, _mm512_set1_epi8(kMask));
  }
  static Bytes merge(Bytes a, Bytes b) { return _mm512_or_si512(a, b); }
  static Bytes signed_codes(Bytes v) {
    return _mm512_xor_si512(v, _mm512_set1_epi8(static_cast<char>(0x80)));
  }
  template <int kBits>
  static I32 dot(I32 sum, Bytes codes, std::int32_t word) {
    return _mm512_dpbusd_epi32(sum, codes, _mm512_set1_epi32(word));
  }
};

}  // namespace
}  // namespace linnet::kernels
