// Weights from a file's rows of blocks to tiles of 16 rows (tile.h), and single rows back.
#pragma once

#include <cstddef>
#include <cstdint>

#include "quant/type_id.h"

namespace linnet::quant {

/// The version of what pack_group() writes, which packed files note. To be raised with every change of it.
inline constexpr std::uint32_t kPackedLayout = 1;

/// How matrices of one format are packed. A matrix of n_rows x n_columns becomes ceil(n_rows / 16) row
/// groups, each of ceil(n_columns / tile_columns) tiles; rows and columns beyond the matrix are zero.
struct PackedFormat {
  TypeId id;
  std::size_t index;         ///< In AllTypes, and so in KernelTable::matmul.
  bool is_float;             ///< Meets float activations, not quantized ones.
  std::size_t tile_columns;  ///< 32 or 256.
  std::size_t tile_bytes;

  /// Packs up to 16 rows, `row_bytes` apart, into one row group. Rows of blocks begin at even addresses.
  void (*pack_group)(const void* rows, std::size_t row_bytes, std::size_t n_rows, std::size_t n_columns,
                     void* tiles) noexcept;
  /// Row `row` (0 to 15) of a group as n_columns floats: the same values as the format's decode() gives.
  void (*decode_row)(const void* tiles, std::size_t row, std::size_t n_columns, float* values) noexcept;
};

/// Null for a format that linnet can name but not read.
const PackedFormat* find_packed_format(TypeId id) noexcept;

}  // namespace linnet::quant
