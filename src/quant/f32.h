// F32: IEEE 754 binary32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "quant/tile.h"
#include "quant/type_id.h"

namespace linnet::quant {

/// A block is one element.
struct F32 {
  static constexpr TypeId kId = TypeId::kF32;
  static constexpr std::string_view kName = "F32";
  static constexpr std::size_t kColumns = 1;
  using Block = float;
  using Tile = FloatTile<float>;

  [[gnu::always_inline]] static void decode(const Block& block, float* value) noexcept { *value = block; }
  [[gnu::always_inline]] static void encode(const float* value, Block& block) noexcept { block = *value; }
};

}  // namespace linnet::quant
