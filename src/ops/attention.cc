#include "ops/attention.h"

#include <algorithm>
#include <limits>

#include "base/assert.h"

namespace linnet::ops {
namespace {

using kernels::AttentionRow;
using kernels::kAttentionBlock;

// Queries that go over the cache together: enough to reuse each key and value from the first-level cache.
constexpr std::size_t kTargetRows = 32;

std::size_t tokens_together(std::size_t n_heads, std::size_t n_kv_heads) noexcept {
  return std::max<std::size_t>(1, kTargetRows / (n_heads / n_kv_heads));
}

// First position that the query at `position` sees.
std::size_t first_visible(std::size_t position, std::size_t window) noexcept {
  return window == 0 || position < window ? 0 : position + 1 - window;
}

// One call's arguments, and its three kinds of work.
class Attention {
 public:
  Attention(const Context& context, const CacheLayer& layer, const AttentionShape& shape, const float* q,
            float* out, std::size_t stride, const AttentionScratch& scratch)
      : context_(context),
        layer_(layer),
        shape_(shape),
        q_(q),
        out_(out),
        stride_(stride),
        scratch_(scratch),
        n_kv_heads_(layer.shape.n_kv_heads),
        dim_(layer.shape.head_dim),
        group_(shape.n_heads / n_kv_heads_),
        together_(tokens_together(shape.n_heads, n_kv_heads_)),
        attend_(context.kernels.attend[static_cast<std::size_t>(layer.shape.element)]) {}

  // Every piece of work of a slice has a number, and pieces are dealt out in turn: later tokens see more.
  void compute(const AttentionSlice& slice) {
    if (is_split(slice)) {
      const std::size_t first = first_visible(slice.position, shape_.window) / kAttentionBlock;
      for (std::size_t b = first; b <= slice.position / kAttentionBlock; ++b) {
        for (std::size_t h = 0; h < n_kv_heads_; ++h) {
          if (is_mine()) attend_block(slice, b, h);
        }
      }
      ++n_split_;
      return;
    }
    for (std::size_t t = 0; t < slice.n_tokens; t += together_) {
      for (std::size_t h = 0; h < n_kv_heads_; ++h) {
        if (is_mine()) attend_tokens(slice, t, std::min(together_, slice.n_tokens - t), h);
      }
    }
  }

  bool has_split() const noexcept { return n_split_ > 0; }

  // After all blocks of all split slices are done: adds them up in ascending order.
  void merge(const AttentionSlice& slice) {
    if (!is_split(slice, n_merged_)) return;
    const std::size_t first = first_visible(slice.position, shape_.window) / kAttentionBlock;
    for (std::size_t h = 0; h < shape_.n_heads; ++h) {
      if (!is_mine()) continue;
      AttentionRow total = start(slice.row, h);
      for (std::size_t b = first; b <= slice.position / kAttentionBlock; ++b) {
        context_.kernels.merge(partial(n_merged_, b)[h], dim_, total);
      }
      finish(total);
    }
    ++n_merged_;
  }

 private:
  // A token that stands alone and has a history of several blocks, as long as there is room for its parts.
  bool is_split(const AttentionSlice& slice, std::size_t n_before) const noexcept {
    return slice.n_tokens == 1 && n_before < scratch_.n_split && slice.position >= kAttentionBlock;
  }
  bool is_split(const AttentionSlice& slice) const noexcept { return is_split(slice, n_split_); }

  bool is_mine() noexcept { return turn_++ % context_.team.size() == context_.team.rank(); }

  // (n_heads) rows of one block of a split token.
  AttentionRow* partial(std::size_t split, std::size_t block) const noexcept {
    return scratch_.partial + (split * scratch_.n_blocks + block) * shape_.n_heads;
  }

  AttentionRow start(std::size_t row, std::size_t head) const noexcept {
    const std::size_t at = row * stride_ + head * dim_;
    return start(q_ + at, out_ + at);
  }
  AttentionRow start(const float* query, float* sum) const noexcept {
    std::fill_n(sum, dim_, 0.0f);
    return {query, 0, 0, sum, -std::numeric_limits<float>::infinity(), 0.0f};
  }
  void finish(const AttentionRow& row) const noexcept {
    const float inverse = 1.0f / row.total;
    for (std::size_t d = 0; d < dim_; ++d) row.sum[d] *= inverse;
  }

  // Limits a row to what the query at `position` sees of a block. False if that is nothing.
  bool show(std::size_t block, std::size_t position, AttentionRow& row) const noexcept {
    const std::size_t start = block * kAttentionBlock;
    const std::size_t lowest = std::max(start, first_visible(position, shape_.window));
    const std::size_t beyond = std::min(start + kAttentionBlock, position + 1);
    if (lowest >= beyond) return false;
    row.begin = lowest - start;
    row.end = beyond - start;
    return true;
  }

  void attend(std::byte* page, std::size_t kv_head, AttentionRow* rows, std::size_t n_rows) const noexcept {
    attend_({layer_.keys(page, kv_head), layer_.values(page, kv_head), dim_}, rows, n_rows);
  }

  // One block of a split token's history, for the heads that share keys.
  void attend_block(const AttentionSlice& slice, std::size_t block, std::size_t kv_head) const {
    AttentionRow* rows = partial(n_split_, block);
    float* sums = scratch_.sums + (rows - scratch_.partial) * static_cast<std::ptrdiff_t>(dim_);
    for (std::size_t h = kv_head * group_; h < (kv_head + 1) * group_; ++h) {
      rows[h] = start(q_ + slice.row * stride_ + h * dim_, sums + h * dim_);
      show(block, slice.position, rows[h]);
    }
    attend(slice.pages[block], kv_head, rows + kv_head * group_, group_);
  }

  // n tokens from the slice's `first` on over all of their history.
  void attend_tokens(const AttentionSlice& slice, std::size_t first, std::size_t n,
                     std::size_t kv_head) const {
    AttentionRow* rows = scratch_.rows + context_.team.rank() * together_ * group_;
    for (std::size_t r = 0; r < n * group_; ++r) {
      rows[r] = start(slice.row + first + r / group_, kv_head * group_ + r % group_);
    }
    const std::size_t position = slice.position + first;
    const std::size_t first_block = first_visible(position, shape_.window) / kAttentionBlock;
    for (std::size_t b = first_block; b <= (position + n - 1) / kAttentionBlock; ++b) {
      // Both limits grow with the token, so the tokens that see something of this block are neighbours.
      std::size_t from = n;
      std::size_t to = 0;
      for (std::size_t t = 0; t < n; ++t) {
        AttentionRow* heads = rows + t * group_;
        if (!show(b, position + t, heads[0])) continue;
        from = std::min(from, t);
        to = t + 1;
        for (std::size_t g = 1; g < group_; ++g) {
          heads[g].begin = heads[0].begin;
          heads[g].end = heads[0].end;
        }
      }
      if (from < to) attend(slice.pages[b], kv_head, rows + from * group_, (to - from) * group_);
    }
    for (std::size_t r = 0; r < n * group_; ++r) finish(rows[r]);
  }

  const Context& context_;
  const CacheLayer& layer_;
  const AttentionShape& shape_;
  const float* q_;
  float* out_;
  const std::size_t stride_;
  const AttentionScratch& scratch_;
  const std::size_t n_kv_heads_;
  const std::size_t dim_;
  const std::size_t group_;
  const std::size_t together_;
  const kernels::KernelTable::Attend attend_;
  std::size_t turn_ = 0;
  std::size_t n_split_ = 0;
  std::size_t n_merged_ = 0;
};

}  // namespace

void store_key_value(const Context& context, const CacheLayer& layer, std::byte* const* pages,
                     std::size_t position, const float* keys, const float* values) {
  const std::size_t dim = layer.shape.head_dim;
  LINNET_ASSERT(dim <= kernels::kMaxHeadDim);
  const kernels::CacheLayout& layout = kernels::cache_layout(layer.shape.element);
  std::byte* page = pages[position / kAttentionBlock];
  for (std::size_t h = 0; h < layer.shape.n_kv_heads; ++h, keys += dim, values += dim) {
    layout.store(context.kernels, keys, values, dim, position % kAttentionBlock, layer.keys(page, h),
                 layer.values(page, h));
  }
}

std::size_t attention_rows(std::size_t n_heads, std::size_t n_kv_heads) noexcept {
  return tokens_together(n_heads, n_kv_heads) * (n_heads / n_kv_heads);
}

void attention(const Context& context, const CacheLayer& layer, const AttentionShape& shape,
               std::span<const AttentionSlice> slices, const float* q, float* out, std::size_t stride,
               const AttentionScratch& scratch) {
  Attention work(context, layer, shape, q, out, stride, scratch);
  for (const AttentionSlice& slice : slices) work.compute(slice);
  context.team.barrier();
  if (!work.has_split()) return;
  for (const AttentionSlice& slice : slices) work.merge(slice);
  context.team.barrier();
}

}  // namespace linnet::ops
