// NEON with the matrix product of bytes of Armv8.6: two rows by two tokens at once.
#include "kernels/arm64/neon_dotprod.h"
#include "kernels/tables.h"

namespace linnet::kernels {
namespace {

struct NeonI8mm : NeonDotprod {
  /// Sums of two tokens; v[i] is of rows 2i and 2i + 1: row by row, token by token.
  struct Pair {
    int32x4_t v[8];
  };

  /// Two neighbouring words of 16 rows, before; after, both words of rows 0 to 7 (two rows a register) and
  /// both of rows 8 to 15.
  [[gnu::always_inline]] static void interleave(Bytes& first, Bytes& second) {
    const Bytes a = first;
    const Bytes b = second;
    unroll<4>([&](auto i) __attribute__((always_inline)) {
      const uint32x4_t x = vreinterpretq_u32_u8(a.v[i]);
      const uint32x4_t y = vreinterpretq_u32_u8(b.v[i]);
      Bytes& half = i < 2 ? first : second;
      half.v[2 * (i % 2)] = vreinterpretq_u8_u32(vzip1q_u32(x, y));
      half.v[2 * (i % 2) + 1] = vreinterpretq_u8_u32(vzip2q_u32(x, y));
    });
  }
  [[gnu::always_inline]] static Pair splat_pair(std::int32_t first, std::int32_t second) {
    const int32x4_t both = vzip1q_s32(vdupq_n_s32(first), vdupq_n_s32(second));
    return {{both, both, both, both, both, both, both, both}};
  }
  /// Adds the products of interleaved words with eight activations of each token.
  [[gnu::always_inline]] static void dot_pair(Pair& sums, const Bytes& low, const Bytes& high,
                                              const std::int8_t* first, const std::int8_t* second) {
    const int8x16_t x = vcombine_s8(vld1_s8(first), vld1_s8(second));
    unroll<4>([&](auto i) __attribute__((always_inline)) {
      sums.v[i] = vmmlaq_s32(sums.v[i], vreinterpretq_s8_u8(low.v[i]), x);
      sums.v[4 + i] = vmmlaq_s32(sums.v[4 + i], vreinterpretq_s8_u8(high.v[i]), x);
    });
  }
  [[gnu::always_inline]] static void split(const Pair& sums, I32& first, I32& second) {
    first = each<I32>([&](int i) { return vuzp1q_s32(sums.v[2 * i], sums.v[2 * i + 1]); });
    second = each<I32>([&](int i) { return vuzp2q_s32(sums.v[2 * i], sums.v[2 * i + 1]); });
  }
};

}  // namespace

constinit const KernelTable neon_i8mm_table = make_table<NeonI8mm>("neon_i8mm");

}  // namespace linnet::kernels
