// One row's block of codes into a tile, as the file has it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "quant/tile.h"

namespace linnet::quant {

/// 32 columns of a block, from `column` on.
template <class Format, int kBits>
void set_codes(TileCodes<kBits>& codes, std::size_t row, const typename Format::Block& block,
               std::size_t column) noexcept {
  std::uint32_t words[kBlockColumns / 4];
  for (std::size_t w = 0; w < kBlockColumns / 4; ++w) words[w] = Format::four_codes(block, column + 4 * w);
  codes.set_row(row, words);
}

template <class Format, int kBits, int kOffset>
void set_block(ScaleTile<kBits, kOffset>& tile, std::size_t row,
               const typename Format::Block& block) noexcept {
  tile.scale[row] = block.scale;
  set_codes<Format>(tile.codes, row, block, 0);
}

}  // namespace linnet::quant
