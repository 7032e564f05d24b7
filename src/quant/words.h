// Codes are moved as words of four, a byte each; and the words of four rows together.
#pragma once

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

}  // namespace linnet::quant
