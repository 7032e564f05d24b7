// Blocks of codes, as a file has them, into the rows of a tile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "quant/tile.h"
#include "quant/words.h"

namespace linnet::quant {

// set_words(): a row's codes as its words 0 to 3 and 4 to 7 (Words = Word), or those of four rows from `row`
// on, low[i] and high[i] of row + i (FourWords).

/// The low halves of the bytes of `low`, and in the high halves those of `high`.
template <class Words>
Words fold(Words low, Words high) noexcept {
  return (low & 0x0f0f0f0fu) | ((high & 0x0f0f0f0fu) << 4);
}

template <class Words>
[[gnu::always_inline]] inline void set_words(TileCodes<4>& codes, std::size_t row, const Words* low,
                                             const Words* high) noexcept {
  Words both[4];
  for (std::size_t i = 0; i < 4; ++i) both[i] = fold(low[i], high[i]);
  transpose(both);
  for (std::size_t w = 0; w < 4; ++w) std::memcpy(codes.lines[w] + 4 * row, &both[w], sizeof both[w]);
}

template <class Words>
[[gnu::always_inline]] inline void set_words(TileCodes<5>& codes, std::size_t row, const Words* low,
                                             const Words* high) noexcept {
  set_words(codes.low, row, low, high);
  Words upper[4], bits{};
  for (std::size_t i = 0; i < 4; ++i) upper[i] = fold(low[i] >> 4, high[i] >> 4);
  transpose(upper);
  for (unsigned w = 0; w < 4; ++w) bits |= (upper[w] & 0x11111111u) << w;
  std::memcpy(codes.high + 4 * row, &bits, sizeof bits);
}

template <class Words>
[[gnu::always_inline]] inline void set_words(TileCodes<6>& codes, std::size_t row, const Words* low,
                                             const Words* high) noexcept {
  set_words(codes.low, row, low, high);
  Words upper[4];
  for (std::size_t i = 0; i < 4; ++i) upper[i] = fold(low[i] >> 4, high[i] >> 4);
  transpose(upper);
  for (unsigned half = 0; half < 2; ++half) {
    Words bits{};
    for (unsigned w = 0; w < 4; ++w) bits |= ((upper[w] >> (4 * half)) & 0x03030303u) << (2 * w);
    std::memcpy(codes.high[half] + 4 * row, &bits, sizeof bits);
  }
}

template <class Words>
[[gnu::always_inline]] inline void set_words(TileCodes<8>& codes, std::size_t row, const Words* low,
                                             const Words* high) noexcept {
  for (std::size_t half = 0; half < 2; ++half) {
    Words words[4];
    for (std::size_t i = 0; i < 4; ++i) words[i] = (half == 0 ? low : high)[i];
    transpose(words);
    for (std::size_t w = 0; w < 4; ++w) {
      std::memcpy(codes.lines[4 * half + w] + 4 * row, &words[w], sizeof words[w]);
    }
  }
}

/// A row's block, which has 32 columns.
template <class Format, int kBits, int kOffset>
void set_block(ScaleTile<kBits, kOffset>& tile, std::size_t row,
               const typename Format::Block& block) noexcept {
  tile.scale[row] = block.scale;
  Word words[kBlockColumns / 4];
  for (std::size_t w = 0; w < kBlockColumns / 4; ++w)
    words[w] = Format::template codes_at<Word>(block, 4 * w);
  set_words(tile.codes, row, words, words + 4);
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
[[gnu::always_inline]] inline void set_codes(TileCodes<kBits>& codes, const RowBlocks<Format>& blocks,
                                             std::size_t column) noexcept {
  for (std::size_t row = 0; row < kTileRows; row += 4) {
    FourWords low[4], high[4];
    for (std::size_t i = 0; i < 4; ++i) {
      low[i] = Format::template codes_at<FourWords>(blocks[row + i], column);
      high[i] = Format::template codes_at<FourWords>(blocks[row + i], column + 16);
    }
    set_words(codes, row, low, high);
  }
}

}  // namespace linnet::quant
