// A packed matrix: a view that owns nothing. Immutable.
#pragma once

#include <cstddef>

#include "quant/packed.h"
#include "quant/tile.h"

namespace linnet {

/// n_rows x n_columns weights as row groups of tiles (quant/tile.h). y = W x maps n_columns inputs to n_rows
/// outputs.
struct Matrix {
  const quant::PackedFormat* format = nullptr;
  std::size_t n_rows = 0;
  std::size_t n_columns = 0;
  const std::byte* tiles = nullptr;

  std::size_t n_groups() const noexcept { return (n_rows + quant::kTileRows - 1) / quant::kTileRows; }
  /// Blocks of 32 columns; n_columns is a multiple of 32.
  std::size_t n_blocks() const noexcept { return n_columns / quant::kBlockColumns; }
  std::size_t group_bytes() const noexcept { return n_columns / format->tile_columns * format->tile_bytes; }
  const std::byte* group(std::size_t g) const noexcept { return tiles + g * group_bytes(); }
  std::size_t n_bytes() const noexcept { return n_groups() * group_bytes(); }
};

/// Outputs that a row-major result needs a row: n_rows rounded up to whole tiles.
constexpr std::size_t padded_rows(std::size_t n_rows) noexcept {
  return (n_rows + quant::kTileRows - 1) / quant::kTileRows * quant::kTileRows;
}

}  // namespace linnet
