// Keys and values of all layers for one sequence. A view into a session's arena.
#pragma once

#include <cstddef>

#include "kernels/kernel_table.h"
#include "model/hparams.h"
#include "ops/attention.h"
#include "tensor/arena.h"

namespace linnet {

class KvCache {
 public:
  /// Takes 2 * n_layers * n_kv_heads * head_dim * n_ctx elements from the arena, n_ctx rounded up to whole
  /// attention blocks.
  void lay_out(Arena& arena, const Hparams& hparams, std::size_t n_ctx,
               kernels::CacheElement element) noexcept {
    constexpr std::size_t kBlock = kernels::kAttentionBlock;
    view_ = {element, (n_ctx + kBlock - 1) / kBlock * kBlock, hparams.n_kv_heads, hparams.head_dim, nullptr,
             nullptr};
    layer_bytes_ = view_.n_ctx * hparams.d_kv() * view_.element_bytes();
    keys_ = arena.take<std::byte>(hparams.n_layers * layer_bytes_);
    values_ = arena.take<std::byte>(hparams.n_layers * layer_bytes_);
  }

  ops::CacheView layer(std::size_t i) const noexcept {
    ops::CacheView view = view_;
    view.keys = keys_ + i * layer_bytes_;
    view.values = values_ + i * layer_bytes_;
    return view;
  }

 private:
  ops::CacheView view_{};
  std::size_t layer_bytes_ = 0;
  std::byte* keys_ = nullptr;
  std::byte* values_ = nullptr;
};

}  // namespace linnet
