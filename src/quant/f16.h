// F16: IEEE 754 binary16.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/half.h"
#include "quant/tile.h"
#include "quant/type_id.h"

namespace linnet::quant {

/// A block is one element.
struct F16 {
  static constexpr TypeId kId = TypeId::kF16;
  static constexpr std::string_view kName = "F16";
  static constexpr std::size_t kColumns = 1;
  using Block = std::uint16_t;
  using Tile = FloatTile<Half>;

  [[gnu::always_inline]] static void decode(const Block& block, float* value) noexcept {
    *value = f16_to_f32(block);
  }
  /// Rounds to nearest, ties to even; beyond the range of halves the result is infinite.
  [[gnu::always_inline]] static void encode(const float* value, Block& block) noexcept {
    block = f32_to_f16(*value);
  }
};

}  // namespace linnet::quant
