// Attention's products with keys and values that are stored as floats.
#pragma once

#include "kernels/kernel_table.h"
#include "kernels/unroll.h"

namespace linnet::kernels {

/// Vectors of sums of each of kRows queries that are made side by side. What they share is loaded first, then
/// comes row after row: the other way round, compilers keep every row's factor in a register and sums in
/// memory.
template <class Isa, int kRows>
inline constexpr int kVectorsPerRow = kRows * 4 <= Isa::kSums ? 4
                                      : kRows < Isa::kSums    ? Isa::kSums / kRows
                                                              : 1;

/// How attention reads a cache; see attention.h.
template <class Isa, class Cache>
struct CacheReader;

template <class Isa, class Element>
struct CacheReader<Isa, FloatCache<Element>> {
  /// Scores of kRows queries over the tiles [first, last), each an ascending fma over head_dim: some tiles at
  /// a time, because a multiply-add takes some cycles.
  template <int kRows>
  static void score(const AttentionBlock& block, const AttentionRow* rows, std::size_t first,
                    std::size_t last, float (&scores)[kRows][kAttentionBlock]) noexcept {
    constexpr int kSide = kVectorsPerRow<Isa, kRows>;
    for (; first + kSide <= last; first += kSide) score_tiles<kRows, kSide>(block, rows, first, scores);
    for (; first < last; ++first) score_tiles<kRows, 1>(block, rows, first, scores);
  }

  /// Adds the weighted values of positions [begin, end) to sums, for kVectors * 16 of the head's dimensions
  /// from `dim` on.
  template <int kRows, int kVectors>
  [[gnu::always_inline]] static void add_values(const AttentionBlock& block, std::size_t begin,
                                                std::size_t end, std::size_t dim,
                                                const float (&weights)[kRows][kAttentionBlock],
                                                typename Isa::F32 (&sums)[kRows][kVectors]) {
    const auto* values = static_cast<const Element*>(block.values) + begin * block.head_dim + dim;
    for (std::size_t i = begin; i < end; ++i, values += block.head_dim) {
      typename Isa::F32 here[kVectors];
      unroll<kVectors>([&](auto v)
                           __attribute__((always_inline)) { here[v] = Isa::load_element(values + 16 * v); });
      unroll<kRows>([&](auto r) __attribute__((always_inline)) {
        const auto weight = Isa::splat(weights[r][i]);
        unroll<kVectors>([&](auto v) __attribute__((always_inline)) {
          sums[r][v] = Isa::fma(here[v], weight, sums[r][v]);
        });
      });
    }
  }

 private:
  template <int kRows, int kTiles>
  [[gnu::always_inline]] static void score_tiles(const AttentionBlock& block, const AttentionRow* rows,
                                                 std::size_t first, float (&scores)[kRows][kAttentionBlock]) {
    const std::size_t tile_size = block.head_dim * kTilePositions;
    const auto* keys = static_cast<const Element*>(block.keys) + first * tile_size;
    typename Isa::F32 sums[kTiles][kRows];
    unroll<kTiles * kRows>([&](auto i) __attribute__((always_inline)) {
      sums[i / kRows][i % kRows] = Isa::splat(0.0f);
    });
    for (std::size_t d = 0; d < block.head_dim; ++d, keys += kTilePositions) {
      typename Isa::F32 here[kTiles];
      unroll<kTiles>([&](auto t) __attribute__((always_inline)) {
        here[t] = Isa::load_element(keys + t * tile_size);
      });
      unroll<kRows>([&](auto r) __attribute__((always_inline)) {
        const auto query = Isa::splat(rows[r].query[d]);
        unroll<kTiles>([&](auto t) __attribute__((always_inline)) {
          sums[t][r] = Isa::fma(here[t], query, sums[t][r]);
        });
      });
    }
    unroll<kTiles * kRows>([&](auto i) __attribute__((always_inline)) {
      Isa::store(scores[i % kRows] + (first + i / kRows) * kTilePositions, sums[i / kRows][i % kRows]);
    });
  }
};

}  // namespace linnet::kernels
