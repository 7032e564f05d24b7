// Packed weights: 16 rows side by side, so that a vector lane is a row and no sum runs across lanes. A matrix
// is a sequence of row groups, each a sequence of tiles along the columns; see docs/numerics.md and design.
// Plain types only: kernel units of every instruction set include this.
#pragma once

#include <cstddef>
#include <cstdint>

#include "quant/activation.h"

namespace linnet::quant {

/// Rows of a tile.
inline constexpr std::size_t kTileRows = 16;

// 16 rows x 32 columns of unsigned codes. The 32 columns of a row are 8 words of 4 neighbouring columns; word
// w of row r holds columns 4w to 4w + 3. A "line" is the 64 bytes that hold one word of each row, row r in
// bytes 4r to 4r + 3, which is what a four-way dot product of bytes wants. tile_row.h writes them.
template <int kBits>
struct TileCodes;

/// Line w: the low halves of its bytes are word w, the high halves word w + 4.
template <>
struct TileCodes<4> {
  std::uint8_t lines[4][64];
};

/// Low four bits as in TileCodes<4>; bit w of byte 4r + c is the fifth bit of row r, column 4w + c.
template <>
struct TileCodes<5> {
  TileCodes<4> low;
  std::uint8_t high[64];
};

/// Low four bits as in TileCodes<4>; bits 2(w % 4) and up of byte 4r + c of high[w / 4] are the upper two
/// bits of row r, column 4w + c.
template <>
struct TileCodes<6> {
  TileCodes<4> low;
  std::uint8_t high[2][64];
};

/// Line w is word w.
template <>
struct TileCodes<8> {
  std::uint8_t lines[8][64];
};

/// value = scale * (code - kOffset); scale a half float. 8-bit codes are stored as signed bytes, without an
/// offset.
template <int kCodeBits, int kCodeOffset>
struct ScaleTile {
  static constexpr int kBits = kCodeBits;
  static constexpr int kOffset = kCodeOffset;
  static constexpr std::size_t kColumns = kBlockColumns;
  TileCodes<kBits> codes;
  std::uint16_t scale[kTileRows];
};

/// value = scale * code + minimum; both half floats.
template <int kCodeBits>
struct ScaleMinTile {
  static constexpr int kBits = kCodeBits;
  static constexpr std::size_t kColumns = kBlockColumns;
  TileCodes<kBits> codes;
  std::uint16_t scale[kTileRows];
  std::uint16_t minimum[kTileRows];
};

/// 8 blocks of 32 columns: value = scale * step * code - minimum * floor; scale and minimum half floats of
/// all 256 columns, step and floor small integers of each block.
template <int kCodeBits>
struct SuperMinTile {
  static constexpr int kBits = kCodeBits;
  static constexpr std::size_t kColumns = 8 * kBlockColumns;
  std::uint16_t scale[kTileRows];
  std::uint16_t minimum[kTileRows];
  struct Block {
    TileCodes<kBits> codes;
    std::uint8_t step[kTileRows];
    std::uint8_t floor[kTileRows];
  } blocks[8];
};

/// 8 blocks of 32 columns: value = scale * step * (code - kOffset); one signed step for each 16 columns.
template <int kCodeBits, int kCodeOffset>
struct SuperTile {
  static constexpr int kBits = kCodeBits;
  static constexpr int kOffset = kCodeOffset;
  static constexpr std::size_t kColumns = 8 * kBlockColumns;
  std::uint16_t scale[kTileRows];
  struct Block {
    TileCodes<kBits> codes;
    std::int8_t step[2][kTileRows];
  } blocks[8];
};

/// The two 16-bit floats as elements of a tile.
struct Half {
  std::uint16_t bits;
};
struct BFloat {
  std::uint16_t bits;
};

/// 32 columns of 16 floats of some width.
template <class Element>
struct FloatTile {
  static constexpr std::size_t kColumns = kBlockColumns;
  Element values[kBlockColumns][kTileRows];
};

}  // namespace linnet::quant
