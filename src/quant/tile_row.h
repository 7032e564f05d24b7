// Blocks of codes, as a file has them, into the rows of a tile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "quant/tile.h"
#include "quant/words.h"

namespace linnet::quant {

// set_words(): the 8 words of a row (Words = Word), or of four rows from `row` on (FourWords).

template <class Words>
void set_words(TileCodes<4>& codes, std::size_t row, const Words* words) noexcept {
  for (std::size_t w = 0; w < 4; ++w) {
    const Words both = (words[w] & 0x0f0f0f0fu) | ((words[w + 4] & 0x0f0f0f0fu) << 4);
    std::memcpy(codes.lines[w] + 4 * row, &both, sizeof both);
  }
}

template <class Words>
void set_words(TileCodes<5>& codes, std::size_t row, const Words* words) noexcept {
  set_words(codes.low, row, words);
  Words bits{};
  for (unsigned w = 0; w < 8; ++w) bits |= ((words[w] >> 4) & 0x01010101u) << w;
  std::memcpy(codes.high + 4 * row, &bits, sizeof bits);
}

template <class Words>
void set_words(TileCodes<6>& codes, std::size_t row, const Words* words) noexcept {
  set_words(codes.low, row, words);
  for (unsigned half = 0; half < 2; ++half) {
    Words bits{};
    for (unsigned w = 0; w < 4; ++w) bits |= ((words[4 * half + w] >> 4) & 0x03030303u) << (2 * w);
    std::memcpy(codes.high[half] + 4 * row, &bits, sizeof bits);
  }
}

template <class Words>
void set_words(TileCodes<8>& codes, std::size_t row, const Words* words) noexcept {
  for (std::size_t w = 0; w < 8; ++w) std::memcpy(codes.lines[w] + 4 * row, &words[w], sizeof words[w]);
}

/// A row's block, which has 32 columns.
template <class Format, int kBits, int kOffset>
void set_block(ScaleTile<kBits, kOffset>& tile, std::size_t row,
               const typename Format::Block& block) noexcept {
  tile.scale[row] = block.scale;
  Word words[kBlockColumns / 4];
  for (std::size_t w = 0; w < kBlockColumns / 4; ++w)
    words[w] = Format::template codes_at<Word>(block, 4 * w);
  set_words(tile.codes, row, words);
}

/// The blocks of 16 rows at the same columns.
template <class Format>
struct RowBlocks {
  using Block = typename Format::Block;
  const std::byte* first;  ///< Aligned as a Block,
  std::size_t stride;      ///< as is this.
  const Block& operator[](std::size_t row) const noexcept {
    return *reinterpret_cast<const Block*>(first + row * stride);
  }
};

/// 32 columns of all rows, from `column` of their blocks on.
template <class Format, int kBits>
void set_codes(TileCodes<kBits>& codes, const RowBlocks<Format>& blocks, std::size_t column) noexcept {
  for (std::size_t row = 0; row < kTileRows; row += 4) {
    FourWords words[kBlockColumns / 4];
    for (std::size_t i = 0; i < 4; ++i) {
      words[i] = Format::template codes_at<FourWords>(blocks[row + i], column);
      words[i + 4] = Format::template codes_at<FourWords>(blocks[row + i], column + 16);
    }
    transpose(words);
    transpose(words + 4);
    set_words(codes, row, words);
  }
}

}  // namespace linnet::quant
