#include "quant/packed.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/half.h"
#include "quant/all_types.h"
#include "quant/group_scales.h"
#include "quant/tile.h"
#include "quant/tile_row.h"

namespace linnet::quant {

namespace {

// The codes of one row, the inverse of set_words().
template <int kBits>
int code_at(const TileCodes<kBits>& codes, std::size_t row, std::size_t column) noexcept {
  const std::size_t w = column / 4;
  const std::size_t at = 4 * row + column % 4;
  if constexpr (kBits == 8) {
    return static_cast<std::int8_t>(codes.lines[w][at]);
  } else if constexpr (kBits == 4) {
    return (codes.lines[w % 4][at] >> (w < 4 ? 0 : 4)) & 0x0f;
  } else if constexpr (kBits == 5) {
    return code_at(codes.low, row, column) | ((codes.high[at] >> w) & 1) << 4;
  } else {
    return code_at(codes.low, row, column) | ((codes.high[w / 4][at] >> (2 * (w % 4))) & 3) << 4;
  }
}

// set_tile(): a tile from the blocks of its rows. get_block(): a row's values back.

template <class Format, int kBits, int kOffset>
void set_tile(ScaleTile<kBits, kOffset>& tile, const RowBlocks<Format>& blocks) noexcept {
  for (std::size_t row = 0; row < kTileRows; ++row) tile.scale[row] = blocks[row].scale;
  set_codes(tile.codes, blocks, 0);
}

template <int kBits, int kOffset>
void get_block(const ScaleTile<kBits, kOffset>& tile, std::size_t row, float* values) noexcept {
  const float scale = f16_to_f32(tile.scale[row]);
  for (std::size_t c = 0; c < tile.kColumns; ++c) {
    values[c] = scale * static_cast<float>(code_at(tile.codes, row, c) - kOffset);
  }
}

template <class Format, int kBits>
void set_tile(ScaleMinTile<kBits>& tile, const RowBlocks<Format>& blocks) noexcept {
  for (std::size_t row = 0; row < kTileRows; ++row) {
    tile.scale[row] = blocks[row].scale;
    tile.minimum[row] = blocks[row].minimum;
  }
  set_codes(tile.codes, blocks, 0);
}

template <int kBits>
void get_block(const ScaleMinTile<kBits>& tile, std::size_t row, float* values) noexcept {
  const float scale = f16_to_f32(tile.scale[row]);
  const float minimum = f16_to_f32(tile.minimum[row]);
  for (std::size_t c = 0; c < tile.kColumns; ++c) {
    values[c] = scale * static_cast<float>(code_at(tile.codes, row, c)) + minimum;
  }
}

template <class Format, int kBits>
void set_tile(SuperMinTile<kBits>& tile, const RowBlocks<Format>& blocks) noexcept {
  SixteenBytes groups[kTileRows];  // of each row; then of all rows, eight steps and eight floors
  for (std::size_t row = 0; row < kTileRows; ++row) {
    tile.scale[row] = blocks[row].scale;
    tile.minimum[row] = blocks[row].minimum;
    const GroupScales unpacked = unpack_group_scales(blocks[row].scales);
    static_assert(sizeof unpacked == sizeof groups[row]);
    std::memcpy(&groups[row], &unpacked, sizeof unpacked);
  }
  transpose(groups);
#pragma GCC unroll 8  // shifts become constants
  for (std::size_t b = 0; b < 8; ++b) {
    std::memcpy(tile.blocks[b].step, &groups[b], kTileRows);
    std::memcpy(tile.blocks[b].floor, &groups[8 + b], kTileRows);
    set_codes(tile.blocks[b].codes, blocks, b * kBlockColumns);
  }
}

template <int kBits>
void get_block(const SuperMinTile<kBits>& tile, std::size_t row, float* values) noexcept {
  for (const auto& block : tile.blocks) {
    const float scale = f16_to_f32(tile.scale[row]) * static_cast<float>(block.step[row]);
    const float minimum = f16_to_f32(tile.minimum[row]) * static_cast<float>(block.floor[row]);
    for (std::size_t c = 0; c < kBlockColumns; ++c) {
      *values++ = scale * static_cast<float>(code_at(block.codes, row, c)) - minimum;
    }
  }
}

template <class Format, int kBits, int kOffset>
void set_tile(SuperTile<kBits, kOffset>& tile, const RowBlocks<Format>& blocks) noexcept {
  SixteenBytes steps[kTileRows];  // of each row; then of all rows, two for each block
  for (std::size_t row = 0; row < kTileRows; ++row) {
    tile.scale[row] = blocks[row].scale;
    std::memcpy(&steps[row], blocks[row].scales, sizeof steps[row]);
  }
  transpose(steps);
#pragma GCC unroll 8  // shifts become constants
  for (std::size_t b = 0; b < 8; ++b) {
    std::memcpy(tile.blocks[b].step, &steps[2 * b], sizeof tile.blocks[b].step);
    set_codes(tile.blocks[b].codes, blocks, b * kBlockColumns);
  }
}

template <int kBits, int kOffset>
void get_block(const SuperTile<kBits, kOffset>& tile, std::size_t row, float* values) noexcept {
  for (const auto& block : tile.blocks) {
    for (std::size_t c = 0; c < kBlockColumns; ++c) {
      const float scale = f16_to_f32(tile.scale[row]) * static_cast<float>(block.step[c / 16][row]);
      *values++ = scale * static_cast<float>(code_at(block.codes, row, c) - kOffset);
    }
  }
}

template <class Format>
constexpr bool kIsFloat = Format::kColumns == 1;

template <class Element>
void set_tile(FloatTile<Element>& tile, const std::byte* rows, std::size_t row_bytes, std::size_t n_rows,
              std::size_t n_columns) noexcept {
  if (n_rows < kTileRows || n_columns < kBlockColumns) tile = {};
  for (std::size_t row = 0; row < n_rows; ++row) {
    for (std::size_t c = 0; c < n_columns; ++c) {
      std::memcpy(&tile.values[c][row], rows + row * row_bytes + c * sizeof(Element), sizeof(Element));
    }
  }
}

template <class Format>
void pack_floats(const void* rows, std::size_t row_bytes, std::size_t n_rows, std::size_t n_columns,
                 void* tiles) noexcept {
  auto* tile = static_cast<typename Format::Tile*>(tiles);
  const auto* bytes = static_cast<const std::byte*>(rows);
  for (std::size_t c = 0; c < n_columns; c += kBlockColumns, ++tile) {
    set_tile(*tile, bytes + c * sizeof(typename Format::Block), row_bytes, n_rows,
             std::min(kBlockColumns, n_columns - c));
  }
}

template <class Format>
void pack_blocks(const void* rows, std::size_t row_bytes, std::size_t n_rows, std::size_t n_columns,
                 void* tiles) noexcept {
  using Block = typename Format::Block;
  static_assert(Format::Tile::kColumns == Format::kColumns);
  auto* tile = static_cast<typename Format::Tile*>(tiles);
  const auto* bytes = static_cast<const std::byte*>(rows);
  for (std::size_t c = 0; c < n_columns; c += Format::kColumns, ++tile, bytes += sizeof(Block)) {
    if (n_rows == kTileRows) {
      set_tile(*tile, RowBlocks<Format>{bytes, row_bytes});
      continue;
    }
    Block filled[kTileRows] = {};  // with rows of zeros
    for (std::size_t row = 0; row < n_rows; ++row)
      std::memcpy(&filled[row], bytes + row * row_bytes, sizeof(Block));
    set_tile(*tile, RowBlocks<Format>{reinterpret_cast<const std::byte*>(filled), sizeof(Block)});
  }
}

template <class Format>
void decode_row(const void* in, std::size_t row, std::size_t n_columns, float* values) noexcept {
  const auto* tiles = static_cast<const typename Format::Tile*>(in);
  if constexpr (kIsFloat<Format>) {
    for (std::size_t c = 0; c < n_columns; ++c) {
      typename Format::Block element;
      std::memcpy(&element, &tiles[c / kBlockColumns].values[c % kBlockColumns][row], sizeof element);
      Format::decode(element, values + c);
    }
  } else {
    for (std::size_t i = 0; i < n_columns / Format::kColumns; ++i)
      get_block(tiles[i], row, values + i * Format::kColumns);
  }
}

template <class Format>
constexpr auto pack_function() noexcept {
  if constexpr (kIsFloat<Format>) {
    return &pack_floats<Format>;
  } else {
    return &pack_blocks<Format>;
  }
}

template <class... Formats>
constexpr auto make_formats(TypeList<Formats...>) noexcept {
  std::size_t index = 0;
  return std::array{PackedFormat{Formats::kId, index++, kIsFloat<Formats>, Formats::Tile::kColumns,
                                 sizeof(typename Formats::Tile), pack_function<Formats>(),
                                 &decode_row<Formats>}...};
}

constexpr auto kFormats = make_formats(AllTypes{});

}  // namespace

const PackedFormat* find_packed_format(TypeId id) noexcept {
  for (const PackedFormat& format : kFormats) {
    if (format.id == id) return &format;
  }
  return nullptr;
}

}  // namespace linnet::quant
