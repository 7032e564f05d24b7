// Q8_0: 32 signed 8-bit codes and a scale, 8.5 bits a weight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "quant/integer_format.h"
#include "quant/tile.h"
#include "quant/type_id.h"

namespace linnet::quant {

struct Q8_0 {
  static constexpr TypeId kId = TypeId::kQ8_0;
  static constexpr std::string_view kName = "Q8_0";
  static constexpr std::size_t kColumns = 32;
  static constexpr std::size_t kGroup = 32;
  static constexpr bool kHasOffset = false;
  using Unpacked = quant::Unpacked<kColumns, kGroup>;
  using Tile = ScaleTile<8, 0>;

  /// Column i is scale * codes[i].
  struct Block {
    std::uint16_t scale;  // half
    std::int8_t codes[32];
  };

  /// Codes are -128 to 127.
  static void unpack(const Block& block, Unpacked& unpacked) noexcept;
  /// The codes of as many columns as Words has bytes (BitPlanes::get), from `column` on.
  template <class Words>
  static Words codes_at(const Block& block, std::size_t column) noexcept {
    Words codes;
    std::memcpy(&codes, block.codes + column, sizeof codes);
    return codes;
  }
  /// Writes kColumns floats, bit for bit those of ggml.
  static void decode(const Block& block, float* values) noexcept;
  /// Reads kColumns floats. The largest magnitude becomes code 127 or -127; the others round to nearest, ties
  /// away from zero. Inputs are first made finite (see fit.h).
  static void encode(const float* values, Block& block) noexcept;
};
static_assert(sizeof(Q8_0::Block) == 34 && alignof(Q8_0::Block) <= 2);

}  // namespace linnet::quant
