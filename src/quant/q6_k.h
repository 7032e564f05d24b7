// Q6_K: 256 6-bit codes in groups of 16, each with an 8-bit scale, 6.5625 bits a weight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "quant/bit_planes.h"
#include "quant/integer_format.h"
#include "quant/tile.h"
#include "quant/type_id.h"

namespace linnet::quant {

struct Q6_K {
  static constexpr TypeId kId = TypeId::kQ6_K;
  static constexpr std::string_view kName = "Q6_K";
  static constexpr std::size_t kColumns = 256;
  static constexpr std::size_t kGroup = 16;
  static constexpr bool kHasOffset = false;
  using Unpacked = quant::Unpacked<kColumns, kGroup>;
  using Tile = SuperTile<6, 32>;
  using LowBits = BitPlanes<4, 64>;
  using HighBits = BitPlanes<2, 32>;

  /// Column i is (scale * scales[i / 16]) * (code - 32). Columns come in two halves of 128. In half h, byte
  /// 64 h + j of codes has the lower four bits of column 128 h + j in the low nibble and of column 128 h + 64
  /// + j in the high one; byte 32 h + j of high_bits has the upper two bits of columns 128 h + 32 p + j for p
  /// = 0 to 3, lowest bits first.
  struct Block {
    std::uint8_t codes[128];
    std::uint8_t high_bits[64];
    std::int8_t scales[16];
    std::uint16_t scale;  // half, of the 8-bit scales
  };

  /// Codes are -32 to 31, the offset of 32 already taken off.
  static void unpack(const Block& block, Unpacked& unpacked) noexcept;
  /// The stored codes of as many columns as Words has bytes (BitPlanes::get), from `column` on.
  template <class Words>
  static Words codes_at(const Block& block, std::size_t column) noexcept {
    return LowBits::get<Words>(block.codes, column) | HighBits::get<Words>(block.high_bits, column) << 4;
  }
  /// Writes kColumns floats, bit for bit those of ggml.
  static void decode(const Block& block, float* values) noexcept;
  /// Reads kColumns floats. Each group takes the scale of least squared error that a search finds
  /// (fit_scale), which is then rounded to eight bits. Inputs are first made finite (see fit.h).
  static void encode(const float* values, Block& block) noexcept;
};
static_assert(sizeof(Q6_K::Block) == 210 && alignof(Q6_K::Block) <= 2);

}  // namespace linnet::quant
