// Rows of weights by a format that is known at run time only.
#pragma once

#include <cstddef>
#include <string_view>

#include "quant/type_id.h"

namespace linnet::quant {

/// One format of all_types.h. Rows start at a block, are aligned as its Block is (4 bytes at most), and
/// n_columns is a multiple of block_columns: whoever read the tensor's shape has checked that. No allocation,
/// no state.
struct Codec {
  TypeId id;
  std::string_view name;      // as GGUF spells it: "Q4_K"
  std::size_t block_columns;  // 1, 32 or 256
  std::size_t block_bytes;
  void (*decode_row)(const void* blocks, float* values, std::size_t n_columns) noexcept;
  void (*encode_row)(const float* values, void* blocks, std::size_t n_columns) noexcept;
};

/// Null for a format that linnet can name but not read.
const Codec* find_codec(TypeId id) noexcept;

}  // namespace linnet::quant
