// What keys and values can be stored as: THE list. A cache is cut into blocks of kAttentionBlock positions;
// of each block and head it holds keys and values apart, in tiles of 16 neighbouring positions that take the
// same bytes for both. Kernel units of every instruction set include this: plain types only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "quant/all_types.h"
#include "quant/tile.h"

namespace linnet::kernels {

/// Positions of history that attention treats as one block; blocks lie at multiples of it.
inline constexpr std::size_t kAttentionBlock = 256;
/// Positions of a tile.
inline constexpr std::size_t kTilePositions = quant::kTileRows;
/// Dimensions of a head at most; a multiple of 16.
inline constexpr std::size_t kMaxHeadDim = 1024;

/// Floats, as (Half) or as they are (float):
///   keys    (kAttentionBlock / 16, head_dim, 16)  a position a lane
///   values  (kAttentionBlock, head_dim)
template <class FloatElement>
struct FloatCache {
  using Element = FloatElement;
  static constexpr std::size_t kColumns = 1;                                   ///< Dimensions of a tile,
  static constexpr std::size_t kTileBytes = kTilePositions * sizeof(Element);  ///< and its bytes.
};

/// Blocks of 32 dimensions as a weight format without minimum codes them, in tiles of 16 positions; a head's
/// last block is filled up with zeros:
///   keys    (kAttentionBlock / 16, n_blocks) of KeyTile, the format's tile of weights: a position for a row
///   values  (kAttentionBlock / 16, n_blocks) of ValueTile
template <class BlockFormat>
struct BlockCache {
  using Format = BlockFormat;
  using KeyTile = typename Format::Tile;
  struct ValueTile {
    std::uint16_t scale[kTilePositions];                   ///< Half floats.
    decltype(Format::Block::codes) codes[kTilePositions];  ///< Of each position, as in the format's block.
  };
  static constexpr std::size_t kColumns = Format::kColumns;
  static constexpr std::size_t kTileBytes = sizeof(KeyTile);
  static_assert(sizeof(ValueTile) == kTileBytes);
};

/// A type of CacheTypes, and the index into what KernelTable and others have for each.
enum class CacheElement : std::uint8_t { kF16, kF32, kQ8_0, kQ4_0 };
using CacheTypes = quant::TypeList<FloatCache<quant::Half>, FloatCache<float>, BlockCache<quant::Q8_0>,
                                   BlockCache<quant::Q4_0>>;

}  // namespace linnet::kernels
