// AVX2 with AVX-VNNI, the four-way dot product of processors without AVX-512.
#include "kernels/tables.h"
#include "kernels/x86_64/avx2.h"

namespace linnet::kernels {
namespace {

struct AvxVnni : Avx2 {
  static constexpr int kMatMulTokens = 8;
  static constexpr int kDotTokens = 4;
  static constexpr int kSignedOffset = 128;  // vpdpbusd wants unsigned codes

  static Bytes signed_codes(Bytes a) {
    const __m256i flip = _mm256_set1_epi8(static_cast<char>(0x80));
    return {{_mm256_xor_si256(a.v[0], flip), _mm256_xor_si256(a.v[1], flip)}};
  }
  template <int kBits>
  static I32 dot(I32 sum, Bytes codes, std::int32_t word) {
    const __m256i x = _mm256_set1_epi32(word);
    return {
        {_mm256_dpbusd_avx_epi32(sum.v[0], codes.v[0], x), _mm256_dpbusd_avx_epi32(sum.v[1], codes.v[1], x)}};
  }
};

}  // namespace

constinit const KernelTable avx_vnni_table = make_table<AvxVnni>("avx_vnni");

}  // namespace linnet::kernels
