// Attention over one block of positions. Keys stand 16 positions side by side, so a score needs no sum across
// lanes; values stand a position a row, so the weighted sum needs none either. What keys and values are
// stored as is CacheReader's: float_cache.h, block_cache.h.
#pragma once

#include <limits>

#include "kernels/block_cache.h"
#include "kernels/exp.h"
#include "kernels/float_cache.h"
#include "kernels/unroll.h"

namespace linnet::kernels {

/// What a row's earlier sum and this block's are multiplied by when they are merged.
struct Merge {
  float before;
  float here;
};

/// Adds a block's total, the sum of exp(score - maximum), to a row's.
template <class Isa>
inline Merge merge_totals(AttentionRow& row, float maximum, float total) noexcept {
  const float merged = row.maximum > maximum ? row.maximum : maximum;
  float factors[16] = {row.maximum - merged, maximum - merged};
  Isa::store(factors, exp<Isa>(Isa::load(factors)));
  row.total = row.total * factors[0] + total * factors[1];
  row.maximum = merged;
  return {factors[0], factors[1]};
}

/// Scores to exp(score - maximum) in place, hidden positions to 0; updates the row's maximum and total.
template <class Isa>
inline Merge soften(AttentionRow& row, std::size_t first, std::size_t last, float* scores) noexcept {
  constexpr float kHidden = -std::numeric_limits<float>::infinity();
  for (std::size_t i = first * kTilePositions; i < row.begin; ++i) scores[i] = kHidden;
  for (std::size_t i = row.end; i < last * kTilePositions; ++i) scores[i] = kHidden;
  auto largest = Isa::splat(kHidden);
  for (std::size_t i = first * kTilePositions; i < last * kTilePositions; i += kTilePositions) {
    largest = Isa::max(largest, Isa::load(scores + i));
  }
  const float maximum = reduce_max<Isa>(largest);
  auto total = Isa::splat(0.0f);
  for (std::size_t i = first * kTilePositions; i < last * kTilePositions; i += kTilePositions) {
    const auto p = exp<Isa>(Isa::sub(Isa::load(scores + i), Isa::splat(maximum)));
    Isa::store(scores + i, p);
    total = Isa::add(total, p);
  }
  return merge_totals<Isa>(row, maximum, reduce_add<Isa>(total));
}

/// Adds 16 elements of a block's weighted sum of values to a row's.
template <class Isa>
[[gnu::always_inline]] inline void merge_sums(float* sum, const Merge& factors, typename Isa::F32 here) {
  const auto before = Isa::mul(Isa::load(sum), Isa::splat(factors.before));
  Isa::store(sum, Isa::fma(here, Isa::splat(factors.here), before));
}

/// Merges the block's weighted values into kRows sums, for kVectors * 16 of the head's dimensions from `dim`
/// on.
template <class Isa, class Cache, int kVectors, int kRows>
[[gnu::always_inline]] inline void merge_values(const AttentionBlock& block, AttentionRow* rows,
                                                std::size_t begin, std::size_t end,
                                                const float (&weights)[kRows][kAttentionBlock],
                                                const Merge (&merges)[kRows], std::size_t dim) {
  typename Isa::F32 sums[kRows][kVectors];
  unroll<kRows * kVectors>([&](auto i) __attribute__((always_inline)) {
    sums[i / kVectors][i % kVectors] = Isa::splat(0.0f);
  });
  CacheReader<Isa, Cache>::add_values(block, begin, end, dim, weights, sums);
  unroll<kRows * kVectors>([&](auto i) __attribute__((always_inline)) {
    constexpr int r = i / kVectors;
    merge_sums<Isa>(rows[r].sum + dim + 16 * (i % kVectors), merges[r], sums[r][i % kVectors]);
  });
}

template <class Isa, class Cache, int kRows>
void attend_rows(const AttentionBlock& block, AttentionRow* rows) noexcept {
  std::size_t begin = rows[0].begin;
  std::size_t end = rows[0].end;
  for (int r = 1; r < kRows; ++r) {
    begin = rows[r].begin < begin ? rows[r].begin : begin;
    end = rows[r].end > end ? rows[r].end : end;
  }
  const std::size_t first = begin / kTilePositions;
  const std::size_t last = (end + kTilePositions - 1) / kTilePositions;
  float scores[kRows][kAttentionBlock];
  CacheReader<Isa, Cache>::score(block, rows, first, last, scores);
  Merge merges[kRows];
  for (int r = 0; r < kRows; ++r) merges[r] = soften<Isa>(rows[r], first, last, scores[r]);
  std::size_t dim = 0;
  if constexpr (kVectorsPerRow<Isa, kRows> == 4) {
    for (; dim + 64 <= block.head_dim; dim += 64) {
      merge_values<Isa, Cache, 4>(block, rows, begin, end, scores, merges, dim);
    }
  }
  for (; dim + 32 <= block.head_dim; dim += 32) {
    merge_values<Isa, Cache, 2>(block, rows, begin, end, scores, merges, dim);
  }
  if (dim < block.head_dim) merge_values<Isa, Cache, 1>(block, rows, begin, end, scores, merges, dim);
}

/// attend_rows for n_rows <= kRows.
template <class Isa, class Cache, int kRows>
void attend_some(const AttentionBlock& block, AttentionRow* rows, std::size_t n_rows) noexcept {
  if (n_rows == kRows) return attend_rows<Isa, Cache, kRows>(block, rows);
  if constexpr (kRows > 1) attend_some<Isa, Cache, kRows - 1>(block, rows, n_rows);
}

/// KernelTable::attend: as few passes over the block as registers allow, as equal as they can be.
template <class Isa, class Cache>
void attend(const AttentionBlock& block, AttentionRow* rows, std::size_t n_rows) noexcept {
  constexpr std::size_t kRows = Isa::kAttentionRows;
  for (std::size_t n_passes = (n_rows + kRows - 1) / kRows; n_passes > 0; --n_passes) {
    const std::size_t n = n_rows / n_passes;
    attend_some<Isa, Cache, kRows>(block, rows, n);
    rows += n;
    n_rows -= n;
  }
}

/// KernelTable::merge.
template <class Isa>
void merge(const AttentionRow& later, std::size_t head_dim, AttentionRow& row) noexcept {
  const Merge factors = merge_totals<Isa>(row, later.maximum, later.total);
  for (std::size_t d = 0; d < head_dim; d += 16) {
    merge_sums<Isa>(row.sum + d, factors, Isa::load(later.sum + d));
  }
}

}  // namespace linnet::kernels
