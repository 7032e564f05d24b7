// BF16: the upper half of an IEEE 754 binary32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/half.h"
#include "quant/tile.h"
#include "quant/type_id.h"

namespace linnet::quant {

/// A block is one element.
struct BF16 {
  static constexpr TypeId kId = TypeId::kBF16;
  static constexpr std::string_view kName = "BF16";
  static constexpr std::size_t kColumns = 1;
  using Block = std::uint16_t;
  using Tile = FloatTile<BFloat>;

  [[gnu::always_inline]] static void decode(const Block& block, float* value) noexcept {
    *value = bf16_to_f32(block);
  }
  /// Rounds to nearest, ties to even.
  [[gnu::always_inline]] static void encode(const float* value, Block& block) noexcept {
    block = f32_to_bf16(*value);
  }
};

}  // namespace linnet::quant
