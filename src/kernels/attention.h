// Attention over one block of positions. Keys stand 16 positions side by side, so a score needs no sum across
// lanes; values stand a position a row, so the weighted sum needs none either.
#pragma once

#include <limits>

#include "kernels/exp.h"
#include "kernels/kernel_table.h"
#include "kernels/unroll.h"

namespace linnet::kernels {

/// Scores of kRows queries over kTiles tiles from `first` on, each an ascending fma over head_dim.
template <class Isa, class Element, int kRows, int kTiles>
[[gnu::always_inline]] inline void score_some(const AttentionBlock& block, const AttentionRow* rows,
                                              std::size_t first, float (&scores)[kRows][kAttentionBlock]) {
  const std::size_t tile_size = block.head_dim * kKeyTile;
  const auto* keys = static_cast<const Element*>(block.keys) + first * tile_size;
  typename Isa::F32 sums[kTiles][kRows];
  unroll<kTiles * kRows>([&](auto i) __attribute__((always_inline)) {
    sums[i / kRows][i % kRows] = Isa::splat(0.0f);
  });
  for (std::size_t d = 0; d < block.head_dim; ++d, keys += kKeyTile) {
    unroll<kTiles>([&](auto t) __attribute__((always_inline)) {
      const auto key = Isa::load_element(keys + t * tile_size);
      unroll<kRows>([&](auto r) __attribute__((always_inline)) {
        sums[t][r] = Isa::fma(key, Isa::splat(rows[r].query[d]), sums[t][r]);
      });
    });
  }
  unroll<kTiles * kRows>([&](auto i) __attribute__((always_inline)) {
    Isa::store(scores[i % kRows] + (first + i / kRows) * kKeyTile, sums[i / kRows][i % kRows]);
  });
}

/// The same over the tiles [first, last): two at a time, because a multiply-add takes some cycles.
template <class Isa, class Element, int kRows>
[[gnu::always_inline]] inline void score_tiles(const AttentionBlock& block, const AttentionRow* rows,
                                               std::size_t first, std::size_t last,
                                               float (&scores)[kRows][kAttentionBlock]) {
  for (; first + 2 <= last; first += 2) score_some<Isa, Element, kRows, 2>(block, rows, first, scores);
  if (first < last) score_some<Isa, Element, kRows, 1>(block, rows, first, scores);
}

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
  for (std::size_t i = first * kKeyTile; i < row.begin; ++i) scores[i] = kHidden;
  for (std::size_t i = row.end; i < last * kKeyTile; ++i) scores[i] = kHidden;
  auto largest = Isa::splat(kHidden);
  for (std::size_t i = first * kKeyTile; i < last * kKeyTile; i += kKeyTile) {
    largest = Isa::max(largest, Isa::load(scores + i));
  }
  const float maximum = reduce_max<Isa>(largest);
  auto total = Isa::splat(0.0f);
  for (std::size_t i = first * kKeyTile; i < last * kKeyTile; i += kKeyTile) {
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

/// Adds the weighted values of positions [begin, end) to kRows sums, for kVectors * 16 of the head's
/// dimensions from `dim` on.
template <class Isa, class Element, int kRows, int kVectors>
[[gnu::always_inline]] inline void add_values(const AttentionBlock& block, AttentionRow* rows,
                                              std::size_t begin, std::size_t end,
                                              const float (&weights)[kRows][kAttentionBlock],
                                              const Merge (&merges)[kRows], std::size_t dim) {
  typename Isa::F32 sums[kRows][kVectors];
  unroll<kRows * kVectors>([&](auto i) __attribute__((always_inline)) {
    sums[i / kVectors][i % kVectors] = Isa::splat(0.0f);
  });
  const auto* values = static_cast<const Element*>(block.values) + begin * block.head_dim + dim;
  for (std::size_t i = begin; i < end; ++i, values += block.head_dim) {
    unroll<kVectors>([&](auto v) __attribute__((always_inline)) {
      const auto value = Isa::load_element(values + 16 * v);
      unroll<kRows>([&](auto r) __attribute__((always_inline)) {
        sums[r][v] = Isa::fma(value, Isa::splat(weights[r][i]), sums[r][v]);
      });
    });
  }
  unroll<kRows * kVectors>([&](auto i) __attribute__((always_inline)) {
    constexpr int r = i / kVectors;
    merge_sums<Isa>(rows[r].sum + dim + 16 * (i % kVectors), merges[r], sums[r][i % kVectors]);
  });
}

template <class Isa, class Element, int kRows>
void attend_rows(const AttentionBlock& block, AttentionRow* rows) noexcept {
  std::size_t begin = rows[0].begin;
  std::size_t end = rows[0].end;
  for (int r = 1; r < kRows; ++r) {
    begin = rows[r].begin < begin ? rows[r].begin : begin;
    end = rows[r].end > end ? rows[r].end : end;
  }
  const std::size_t first = begin / kKeyTile;
  const std::size_t last = (end + kKeyTile - 1) / kKeyTile;
  float scores[kRows][kAttentionBlock];
  score_tiles<Isa, Element, kRows>(block, rows, first, last, scores);
  Merge merges[kRows];
  for (int r = 0; r < kRows; ++r) merges[r] = soften<Isa>(rows[r], first, last, scores[r]);
  std::size_t dim = 0;
  for (; dim + 64 <= block.head_dim; dim += 64) {
    add_values<Isa, Element, kRows, 4>(block, rows, begin, end, scores, merges, dim);
  }
  for (; dim < block.head_dim; dim += 16) {
    add_values<Isa, Element, kRows, 1>(block, rows, begin, end, scores, merges, dim);
  }
}

template <class Isa, class Element, int kRows>
void attend_by(const AttentionBlock& block, AttentionRow* rows, std::size_t n_rows) noexcept {
  for (; n_rows >= kRows; n_rows -= kRows, rows += kRows) attend_rows<Isa, Element, kRows>(block, rows);
  if constexpr (kRows > 1) attend_by<Isa, Element, kRows / 2>(block, rows, n_rows);
}

/// KernelTable::attend.
template <class Isa, class Element>
void attend(const AttentionBlock& block, AttentionRow* rows, std::size_t n_rows) noexcept {
  attend_by<Isa, Element, Isa::kAttentionRows>(block, rows, n_rows);
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
