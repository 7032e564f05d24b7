// Q5_1: 32 5-bit codes, a scale and a minimum, 6 bits a weight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "quant/bit_planes.h"
#include "quant/integer_format.h"
#include "quant/tile.h"
#include "quant/type_id.h"

namespace linnet::quant {

struct Q5_1 {
  static constexpr TypeId kId = TypeId::kQ5_1;
  static constexpr std::string_view kName = "Q5_1";
  static constexpr std::size_t kColumns = 32;
  static constexpr std::size_t kGroup = 32;
  static constexpr bool kHasOffset = true;
  using Unpacked = quant::Unpacked<kColumns, kGroup>;
  using Tile = ScaleMinTile<5>;
  using LowBits = BitPlanes<4, 16>;
  using HighBits = BitPlanes<1, 1>;

  /// Column i is scale * code + minimum. The lower four bits of the codes of columns i and i + 16 are the low
  /// and high nibble of codes[i]; the fifth bit of column i is bit i % 8 of high_bits[i / 8].
  struct Block {
    std::uint16_t scale;    // half
    std::uint16_t minimum;  // half
    std::uint8_t high_bits[4];
    std::uint8_t codes[16];
  };

  /// Codes are 0 to 31.
  static void unpack(const Block& block, Unpacked& unpacked) noexcept;
  /// The stored codes of as many columns as Words has bytes (BitPlanes::get), from `column` on.
  template <class Words>
  static Words codes_at(const Block& block, std::size_t column) noexcept {
    return LowBits::get<Words>(block.codes, column) | HighBits::get<Words>(block.high_bits, column) << 4;
  }
  /// Writes kColumns floats, bit for bit those of ggml.
  static void decode(const Block& block, float* values) noexcept;
  /// Reads kColumns floats. The smallest value becomes code 0 and the largest code 31; the others round to
  /// nearest. Inputs are first made finite (see fit.h).
  static void encode(const float* values, Block& block) noexcept;
};
static_assert(sizeof(Q5_1::Block) == 24 && alignof(Q5_1::Block) <= 2);

}  // namespace linnet::quant
