// Causal attention with grouped heads and an optional sliding window over a key-value cache.
#pragma once

#include <cstddef>

#include "kernels/kernel_table.h"
#include "ops/context.h"

namespace linnet::ops {

/// One layer's part of a key-value cache, as attention reads it.
///   keys    (n_kv_heads, n_ctx / 16, head_dim, 16)
///   values  (n_kv_heads, n_ctx, head_dim)
/// Both of CacheElement; n_ctx a multiple of kAttentionBlock.
struct CacheView {
  kernels::CacheElement element;
  std::size_t n_ctx;
  std::size_t n_kv_heads;
  std::size_t head_dim;
  std::byte* keys;
  std::byte* values;

  std::size_t element_bytes() const noexcept { return element == kernels::CacheElement::kF16 ? 2 : 4; }
};

/// Stores one position's keys and values, (n_kv_heads, head_dim) each. head_dim <= kMaxHeadDim.
inline constexpr std::size_t kMaxHeadDim = 1024;
void store_key_value(const Context& context, const CacheView& cache, std::size_t position, const float* keys,
                     const float* values);

/// What attention works on.
struct AttentionShape {
  std::size_t n_heads;
  std::size_t window;  ///< Positions that a query sees, itself included; 0 = all before it.
};

/// Rows that a thread needs as scratch memory.
std::size_t attention_scratch_rows(std::size_t n_heads, std::size_t n_kv_heads) noexcept;

/// out = softmax(q k^T) v for n_tokens tokens whose first is at `position`; q is already scaled. This
/// thread's share.
///   q, out   (n_tokens, n_heads, head_dim), rows `stride` apart
///   scratch  attention_scratch_rows() rows of this thread's own
/// Dao et al. 2022, arXiv:2205.14135, for the blocks; Ainslie et al. 2023, arXiv:2305.13245, for the grouped
/// heads.
void attention(const Context& context, const CacheView& cache, const AttentionShape& shape,
               std::size_t position, std::size_t n_tokens, const float* q, float* out, std::size_t stride,
               kernels::AttentionRow* scratch);

}  // namespace linnet::ops
