#include "quant/packed.h"

#include <array>
#include <cstring>
#include <utility>

#include "base/half.h"
#include "quant/all_types.h"
#include "quant/group_scales.h"
#include "quant/tile.h"
#include "quant/tile_row.h"

namespace linnet::quant {

void TileCodes<4>::set_row(std::size_t row, const std::uint32_t* words) noexcept {
  for (std::size_t w = 0; w < 4; ++w) {
    const std::uint32_t both = (words[w] & 0x0f0f0f0fu) | ((words[w + 4] & 0x0f0f0f0fu) << 4);
    std::memcpy(lines[w] + 4 * row, &both, sizeof both);
  }
}

void TileCodes<5>::set_row(std::size_t row, const std::uint32_t* words) noexcept {
  low.set_row(row, words);
  std::uint32_t bits = 0;
  for (unsigned w = 0; w < 8; ++w) bits |= ((words[w] >> 4) & 0x01010101u) << w;
  std::memcpy(high + 4 * row, &bits, sizeof bits);
}

void TileCodes<6>::set_row(std::size_t row, const std::uint32_t* words) noexcept {
  low.set_row(row, words);
  std::uint32_t bits[2] = {};
  for (unsigned w = 0; w < 8; ++w) bits[w / 4] |= ((words[w] >> 4) & 0x03030303u) << (2 * (w % 4));
  for (unsigned half = 0; half < 2; ++half) std::memcpy(high[half] + 4 * row, &bits[half], sizeof bits[half]);
}

void TileCodes<8>::set_row(std::size_t row, const std::uint32_t* words) noexcept {
  for (std::size_t w = 0; w < 8; ++w) std::memcpy(lines[w] + 4 * row, &words[w], sizeof words[w]);
}

namespace {

// The codes of one row, the inverse of set_row().
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

// set_block(): one row's block into a tile. get_block(): its values back.

template <int kBits, int kOffset>
void get_block(const ScaleTile<kBits, kOffset>& tile, std::size_t row, float* values) noexcept {
  const float scale = f16_to_f32(tile.scale[row]);
  for (std::size_t c = 0; c < tile.kColumns; ++c) {
    values[c] = scale * static_cast<float>(code_at(tile.codes, row, c) - kOffset);
  }
}

template <class Format, int kBits>
void set_block(ScaleMinTile<kBits>& tile, std::size_t row, const typename Format::Block& block) noexcept {
  tile.scale[row] = block.scale;
  tile.minimum[row] = block.minimum;
  set_codes<Format>(tile.codes, row, block, 0);
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
void set_block(SuperMinTile<kBits>& tile, std::size_t row, const typename Format::Block& block) noexcept {
  tile.scale[row] = block.scale;
  tile.minimum[row] = block.minimum;
  const GroupScales groups = unpack_group_scales(block.scales);
  for (std::size_t b = 0; b < 8; ++b) {
    tile.blocks[b].step[row] = groups.scale[b];
    tile.blocks[b].floor[row] = groups.minimum[b];
    set_codes<Format>(tile.blocks[b].codes, row, block, b * kBlockColumns);
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
void set_block(SuperTile<kBits, kOffset>& tile, std::size_t row,
               const typename Format::Block& block) noexcept {
  tile.scale[row] = block.scale;
  for (std::size_t b = 0; b < 8; ++b) {
    tile.blocks[b].step[0][row] = block.scales[2 * b];
    tile.blocks[b].step[1][row] = block.scales[2 * b + 1];
    set_codes<Format>(tile.blocks[b].codes, row, block, b * kBlockColumns);
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

template <class Format>
void pack_group(const void* rows, std::size_t row_bytes, std::size_t n_rows, std::size_t n_columns,
                void* out) noexcept {
  using Tile = typename Format::Tile;
  auto* tiles = static_cast<Tile*>(out);
  const std::size_t n_tiles = (n_columns + Tile::kColumns - 1) / Tile::kColumns;
  std::memset(out, 0, n_tiles * sizeof(Tile));
  for (std::size_t row = 0; row < n_rows; ++row) {
    const auto* bytes = static_cast<const std::byte*>(rows) + row * row_bytes;
    if constexpr (kIsFloat<Format>) {
      for (std::size_t c = 0; c < n_columns; ++c) {
        std::memcpy(&tiles[c / kBlockColumns].values[c % kBlockColumns][row],
                    bytes + c * sizeof(typename Format::Block), sizeof(typename Format::Block));
      }
    } else {
      static_assert(Tile::kColumns == Format::kColumns);
      for (std::size_t i = 0; i < n_tiles; ++i) {
        typename Format::Block block;  // a copy, because a file's blocks need not be aligned
        std::memcpy(&block, bytes + i * sizeof block, sizeof block);
        set_block<Format>(tiles[i], row, block);
      }
    }
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

template <class... Formats>
constexpr auto make_formats(TypeList<Formats...>) noexcept {
  std::size_t index = 0;
  return std::array{PackedFormat{Formats::kId, index++, kIsFloat<Formats>, Formats::Tile::kColumns,
                                 sizeof(typename Formats::Tile), &pack_group<Formats>,
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
