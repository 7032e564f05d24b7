// Codes are moved as words of four, a byte each; and the words of four rows together.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linnet::quant {

using Word = std::uint32_t;

/// Every processor that linnet runs on has registers of this size; elsewhere the compiler uses four words.
using FourWords [[gnu::vector_size(16)]] = Word;

/// Of four FourWords: words[i][j] becomes words[j][i].
inline void transpose(FourWords* words) noexcept {
  const FourWords a = __builtin_shufflevector(words[0], words[1], 0, 4, 1, 5);
  const FourWords b = __builtin_shufflevector(words[2], words[3], 0, 4, 1, 5);
  const FourWords c = __builtin_shufflevector(words[0], words[1], 2, 6, 3, 7);
  const FourWords d = __builtin_shufflevector(words[2], words[3], 2, 6, 3, 7);
  words[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
  words[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
  words[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
  words[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

/// The words of one row are in order as they are.
inline void transpose(Word*) noexcept {}

using SixteenBytes [[gnu::vector_size(16)]] = std::uint8_t;

/// Of sixteen SixteenBytes: bytes[i][j] becomes bytes[j][i]. Each step doubles the run of bytes that stand as
/// wanted.
inline void transpose(SixteenBytes* bytes) noexcept {
  for (int step = 0; step < 4; ++step) {
    SixteenBytes mixed[16];
    for (std::size_t i = 0; i < 8; ++i) {
      const SixteenBytes a = bytes[i], b = bytes[i + 8];
      mixed[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      mixed[2 * i + 1] =
          __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    for (std::size_t i = 0; i < 16; ++i) bytes[i] = mixed[i];
  }
}

}  // namespace linnet::quant
