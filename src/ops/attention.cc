#include "ops/attention.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/assert.h"

namespace linnet::ops {
namespace {

using kernels::AttentionRow;
using kernels::kAttentionBlock;
using kernels::kKeyTile;

// Queries that go over the cache together: enough to reuse each key and value from the first-level cache.
constexpr std::size_t kTargetRows = 32;

std::size_t tokens_together(std::size_t n_heads, std::size_t n_kv_heads) noexcept {
  return std::max<std::size_t>(1, kTargetRows / (n_heads / n_kv_heads));
}

// Element d of a position stands kKeyTile elements after element d - 1.
template <class Element>
void scatter_key(const Element* key, std::size_t head_dim, std::size_t position, Element* tiles) noexcept {
  Element* at = tiles + position / kKeyTile * head_dim * kKeyTile + position % kKeyTile;
  for (std::size_t d = 0; d < head_dim; ++d) at[d * kKeyTile] = key[d];
}

// First position that the query at `position` sees.
std::size_t first_visible(std::size_t position, std::size_t window) noexcept {
  return window == 0 || position < window ? 0 : position + 1 - window;
}

}  // namespace

void store_key_value(const Context& context, const CacheView& cache, std::size_t position, const float* keys,
                     const float* values) {
  const std::size_t dim = cache.head_dim;
  LINNET_ASSERT(dim <= kMaxHeadDim && position < cache.n_ctx);
  for (std::size_t h = 0; h < cache.n_kv_heads; ++h, keys += dim, values += dim) {
    const std::size_t head = h * cache.n_ctx * dim;
    const std::size_t row = head + position * dim;
    if (cache.element == kernels::CacheElement::kF16) {
      std::uint16_t key[kMaxHeadDim];
      context.kernels.to_half(keys, key, dim);
      scatter_key(key, dim, position, reinterpret_cast<std::uint16_t*>(cache.keys) + head);
      context.kernels.to_half(values, reinterpret_cast<std::uint16_t*>(cache.values) + row, dim);
    } else {
      scatter_key(keys, dim, position, reinterpret_cast<float*>(cache.keys) + head);
      std::memcpy(reinterpret_cast<float*>(cache.values) + row, values, dim * sizeof(float));
    }
  }
}

std::size_t attention_scratch_rows(std::size_t n_heads, std::size_t n_kv_heads) noexcept {
  return tokens_together(n_heads, n_kv_heads) * (n_heads / n_kv_heads);
}

void attention(const Context& context, const CacheView& cache, const AttentionShape& shape,
               std::size_t position, std::size_t n_tokens, const float* q, float* out, std::size_t stride,
               AttentionRow* scratch) {
  const std::size_t dim = cache.head_dim;
  const std::size_t group = shape.n_heads / cache.n_kv_heads;
  const std::size_t together = tokens_together(shape.n_heads, cache.n_kv_heads);
  const std::size_t n_parts = (n_tokens + together - 1) / together;
  const auto attend = context.kernels.attend[static_cast<std::size_t>(cache.element)];
  // Later tokens see more, so parts are dealt out in turn.
  for (std::size_t item = context.team.rank(); item < n_parts * cache.n_kv_heads;
       item += context.team.size()) {
    const std::size_t first_token = item / cache.n_kv_heads * together;
    const std::size_t kv_head = item % cache.n_kv_heads;
    const std::size_t n = std::min(together, n_tokens - first_token);
    for (std::size_t r = 0; r < n * group; ++r) {
      const std::size_t at = (first_token + r / group) * stride + (kv_head * group + r % group) * dim;
      std::fill_n(out + at, dim, 0.0f);
      scratch[r] = {q + at, 0, 0, out + at, -std::numeric_limits<float>::infinity(), 0.0f};
    }
    const std::size_t first_position = position + first_token;
    const std::size_t last_position = first_position + n - 1;
    const std::size_t first_block = first_visible(first_position, shape.window) / kAttentionBlock;
    for (std::size_t b = first_block; b <= last_position / kAttentionBlock; ++b) {
      const std::size_t start = b * kAttentionBlock;
      const std::size_t end = start + kAttentionBlock;
      // Both limits grow with the token, so the tokens that see something of this block are neighbours.
      std::size_t from = n;
      std::size_t to = 0;
      for (std::size_t t = 0; t < n; ++t) {
        const std::size_t lowest = std::max(start, first_visible(first_position + t, shape.window));
        const std::size_t beyond = std::min(end, first_position + t + 1);
        if (lowest >= beyond) continue;
        from = std::min(from, t);
        to = t + 1;
        for (std::size_t r = t * group; r < (t + 1) * group; ++r) {
          scratch[r].begin = lowest - start;
          scratch[r].end = beyond - start;
        }
      }
      const std::size_t offset = (kv_head * cache.n_ctx + start) * dim * cache.element_bytes();
      if (from < to)
        attend({cache.keys + offset, cache.values + offset, dim}, scratch + from * group,
               (to - from) * group);
    }
    for (std::size_t r = 0; r < n * group; ++r) {
      const float inverse = 1.0f / scratch[r].total;
      for (std::size_t d = 0; d < dim; ++d) scratch[r].sum[d] *= inverse;
    }
  }
}

}  // namespace linnet::ops
