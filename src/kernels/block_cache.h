// Attention's products with keys and values that are stored as codes. Scores are a product of packed weights
// like any other: the keys of 16 positions are a tile, the query is an activation of which every block has a
// refinement.
#pragma once

#include <cstring>

#include "kernels/elementwise.h"
#include "kernels/float_cache.h"
#include "kernels/matmul.h"

namespace linnet::kernels {

/// 16 of the 32 values that a position's codes stand for, before the scale: the first or the second half.
template <class Isa, int kHalf>
[[gnu::always_inline]] inline typename Isa::F32 load_codes(const std::int8_t (&codes)[32]) {
  return Isa::to_float(Isa::load_i8(codes + 16 * kHalf));
}
template <class Isa, int kHalf>
[[gnu::always_inline]] inline typename Isa::F32 load_codes(const std::uint8_t (&codes)[16]) {
  return Isa::template load_nibbles<kHalf>(codes);
}

template <class Isa, class Format>
struct CacheReader<Isa, BlockCache<Format>> {
  using Cache = BlockCache<Format>;

  static std::size_t n_blocks(const AttentionBlock& block) noexcept {
    return (block.head_dim + Format::kColumns - 1) / Format::kColumns;
  }

  /// Scores of kRows queries over the tiles [first, last), as matmul.h computes outputs.
  template <int kRows>
  static void score(const AttentionBlock& block, const AttentionRow* rows, std::size_t first,
                    std::size_t last, float (&scores)[kRows][kAttentionBlock]) noexcept {
    constexpr std::size_t kMaxBlocks = kMaxHeadDim / Format::kColumns;
    quant::ActivationBlock blocks[kMaxBlocks * kRows];
    quant::ActivationBlock refinements[kMaxBlocks * kRows];
    std::uint8_t refined[kMaxBlocks * kRows];
    const std::size_t n = n_blocks(block);
    for (std::size_t r = 0; r < kRows; ++r) {
      float query[kMaxHeadDim];
      std::memcpy(query, rows[r].query, block.head_dim * sizeof(float));
      for (std::size_t d = block.head_dim; d < n * Format::kColumns; ++d) query[d] = 0.0f;
      quantize<Isa>(query, n, 0.0f, blocks + r, refinements + r, refined + r, kRows);
    }
    const auto* tiles = static_cast<const typename Cache::KeyTile*>(block.keys) + first * n;
    matmul<Isa, Format>(tiles, last - first, n, {{blocks, refinements, refined}, nullptr}, kRows,
                        scores[0] + first * kTilePositions, kAttentionBlock);
  }

  /// Adds the weighted values of positions [begin, end) to sums, for kVectors * 16 of the head's dimensions
  /// from `dim` on, a multiple of 32. A position's scale is multiplied with its weight first.
  template <int kRows, int kVectors>
  [[gnu::always_inline]] static void add_values(const AttentionBlock& block, std::size_t begin,
                                                std::size_t end, std::size_t dim,
                                                const float (&weights)[kRows][kAttentionBlock],
                                                typename Isa::F32 (&sums)[kRows][kVectors]) {
    constexpr int kBlocks = (kVectors + 1) / 2;
    const std::size_t n = n_blocks(block);
    std::size_t start = begin / kTilePositions * kTilePositions;
    const auto* tiles = static_cast<const typename Cache::ValueTile*>(block.values) +
                        start / kTilePositions * n + dim / Format::kColumns;
    for (; start < end; start += kTilePositions, tiles += n) {
      float scaled[kRows][kBlocks][kTilePositions];
      unroll<kRows * kBlocks>([&](auto i) __attribute__((always_inline)) {
        constexpr int r = i / kBlocks, b = i % kBlocks;
        Isa::store(scaled[r][b], Isa::mul(Isa::load(weights[r] + start), Isa::load_half(tiles[b].scale)));
      });
      const std::size_t from = begin > start ? begin - start : 0;
      const std::size_t to = end - start < kTilePositions ? end - start : kTilePositions;
      for (std::size_t i = from; i < to; ++i) {
        unroll<kVectors>([&](auto v) __attribute__((always_inline)) {
          const auto code = load_codes<Isa, v % 2>(tiles[v / 2].codes[i]);
          unroll<kRows>([&](auto r) __attribute__((always_inline)) {
            sums[r][v] = Isa::fma(code, Isa::splat(scaled[r][v / 2][i]), sums[r][v]);
          });
        });
      }
    }
  }
};

}  // namespace linnet::kernels
