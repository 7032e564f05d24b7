// Causal attention with grouped heads and an optional sliding window over key-value caches.
#pragma once

#include <cstddef>
#include <span>

#include "kernels/cache_layout.h"
#include "ops/context.h"

namespace linnet::ops {

/// How one layer's keys and values of kAttentionBlock positions stand together: the keys of each head, then
/// the values of each head, as kernels::CacheTypes has them.
struct CacheShape {
  kernels::CacheElement element;
  std::size_t n_kv_heads;
  std::size_t head_dim;

  /// What the first n positions of a head's keys take in whole tiles, and what its values do.
  std::size_t tile_bytes(std::size_t n) const noexcept {
    return (n + kernels::kTilePositions - 1) / kernels::kTilePositions *
           kernels::cache_layout(element).head_tile_bytes(head_dim);
  }
  /// Of the keys, or of the values, of one head.
  std::size_t head_bytes() const noexcept { return tile_bytes(kernels::kAttentionBlock); }
  std::size_t n_bytes() const noexcept { return 2 * n_kv_heads * head_bytes(); }
};

/// Where one layer's part stands in each page of a cache. A sequence is an array of pages: page b holds the
/// positions [256 b, 256 (b + 1)).
struct CacheLayer {
  CacheShape shape;
  std::size_t offset;

  std::byte* keys(std::byte* page, std::size_t head) const noexcept {
    return page + offset + head * shape.head_bytes();
  }
  std::byte* values(std::byte* page, std::size_t head) const noexcept {
    return keys(page, shape.n_kv_heads + head);
  }
};

/// Stores one position's keys and values, (n_kv_heads, head_dim) each. head_dim <= kernels::kMaxHeadDim.
void store_key_value(const Context& context, const CacheLayer& layer, std::byte* const* pages,
                     std::size_t position, const float* keys, const float* values);

/// Neighbouring tokens of one sequence: rows [row, row + n_tokens) of q and out, the first at `position`.
struct AttentionSlice {
  std::byte* const* pages;
  std::size_t position;
  std::size_t row;
  std::size_t n_tokens;
};

/// What attention works on, the same for all slices.
struct AttentionShape {
  std::size_t n_heads;
  std::size_t window;  ///< Positions that a query sees, itself included; 0 = all before it.
};

/// Memory that attention needs beside its inputs, shared by all threads. The history of a token that stands
/// alone in its slice is split over threads by blocks, as long as there is room for what each block gives.
struct AttentionScratch {
  kernels::AttentionRow* rows;     ///< (n_threads, attention_rows())
  kernels::AttentionRow* partial;  ///< (n_split, n_blocks, n_heads)
  float* sums;                     ///< (n_split, n_blocks, n_heads, head_dim)
  std::size_t n_split;             ///< Tokens that there is room for.
  std::size_t n_blocks;            ///< Of the longest history.
};

/// AttentionScratch::rows of each thread.
std::size_t attention_rows(std::size_t n_heads, std::size_t n_kv_heads) noexcept;

/// out = softmax(q k^T) v for all tokens of all slices; q is already scaled. Called by every thread of the
/// team; on return out is complete for all threads. What a token gets does not depend on the other tokens,
/// nor on the number of threads.
///   q, out   (rows, n_heads, head_dim), rows `stride` apart
/// Dao et al. 2022, arXiv:2205.14135, for the blocks; Ainslie et al. 2023, arXiv:2305.13245, for the grouped
/// heads.
void attention(const Context& context, const CacheLayer& layer, const AttentionShape& shape,
               std::span<const AttentionSlice> slices, const float* q, float* out, std::size_t stride,
               const AttentionScratch& scratch);

}  // namespace linnet::ops
