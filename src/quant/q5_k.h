// Q5_K: 256 5-bit codes in groups of 32, each with a 6-bit scale and minimum, 5.5 bits a weight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "quant/bit_planes.h"
#include "quant/integer_format.h"
#include "quant/tile.h"
#include "quant/type_id.h"

namespace linnet::quant {

struct Q5_K {
  static constexpr TypeId kId = TypeId::kQ5_K;
  static constexpr std::string_view kName = "Q5_K";
  static constexpr std::size_t kColumns = 256;
  static constexpr std::size_t kGroup = 32;
  static constexpr bool kHasOffset = true;
  using Unpacked = quant::Unpacked<kColumns, kGroup>;
  using Tile = SuperMinTile<5>;
  using LowBits = BitPlanes<4, 32>;
  using HighBits = BitPlanes<1, 32>;

  /// Column i, of group g = i / 32, is (scale * s[g]) * code - (minimum * m[g]), where scales holds the 6-bit
  /// s and m as group_scales.h tells. The lower four bits of the codes stand as in Q4_K: byte 32 c + j has
  /// column 64 c + j in the low nibble and column 64 c + 32 + j in the high one. The fifth bit of column 32 g
  /// + j is bit g of high_bits[j].
  struct Block {
    std::uint16_t scale;    // half, of the 6-bit scales
    std::uint16_t minimum;  // half, of the 6-bit minima
    std::uint8_t scales[12];
    std::uint8_t high_bits[32];
    std::uint8_t codes[128];
  };

  /// Codes are 0 to 31; the offset is -(minimum * m[g]).
  static void unpack(const Block& block, Unpacked& unpacked) noexcept;
  /// The stored codes of as many columns as Words has bytes (BitPlanes::get), from `column` on.
  template <class Words>
  static Words codes_at(const Block& block, std::size_t column) noexcept {
    return LowBits::get<Words>(block.codes, column) | HighBits::get<Words>(block.high_bits, column) << 4;
  }
  /// Writes kColumns floats, bit for bit those of ggml.
  static void decode(const Block& block, float* values) noexcept;
  /// Reads kColumns floats. Each group takes the scale and minimum of least squared error that a search finds
  /// (fit_affine), rounded to six bits so that the error stays least. Inputs are first made finite (see
  /// fit.h).
  static void encode(const float* values, Block& block) noexcept;
};
static_assert(sizeof(Q5_K::Block) == 176 && alignof(Q5_K::Block) <= 2);

}  // namespace linnet::quant
