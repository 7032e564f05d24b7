// Sizes of cached keys and values, and how they get there.
#pragma once

#include <cstddef>

#include "kernels/kernel_table.h"

namespace linnet::kernels {

/// One of CacheTypes.
struct CacheLayout {
  std::size_t columns;     ///< Dimensions of a tile,
  std::size_t tile_bytes;  ///< and its bytes.

  /// Stores the key and the value of one position of a block. They are made finite first where the type has
  /// no infinity.
  ///   key, value    (head_dim), head_dim a multiple of 16 and at most kMaxHeadDim
  ///   keys, values  of the block, see CacheTypes
  void (*store)(const KernelTable& table, const float* key, const float* value, std::size_t head_dim,
                std::size_t position, void* keys, void* values) noexcept;

  /// Of the keys, or of the values, of 16 positions of a head.
  std::size_t head_tile_bytes(std::size_t head_dim) const noexcept {
    return (head_dim + columns - 1) / columns * tile_bytes;
  }
};

const CacheLayout& cache_layout(CacheElement element) noexcept;

}  // namespace linnet::kernels
