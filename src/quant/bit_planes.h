// How codes of fewer than eight bits share bytes: one rule that covers every format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "quant/words.h"

namespace linnet::quant {

/// Fields of kBits bits, 8 / kBits to a byte. The bytes come in runs of kStride; a run holds 8 / kBits runs
/// of kStride columns, the first in the lowest bits of its bytes, the next in the bits above, and so on. So
/// BitPlanes<4, 16> has columns 0 to 15 in the low nibbles of 16 bytes and 16 to 31 in the high ones;
/// BitPlanes<1, 1> is a plain bit string.
template <unsigned kBits, std::size_t kStride>
struct BitPlanes {
  static constexpr std::size_t kRun = kStride * (8 / kBits);  // columns in kStride bytes

  static constexpr unsigned get(const std::uint8_t* bytes, std::size_t column) noexcept {
    return (bytes[byte_of(column)] >> shift_of(column)) & ((1u << kBits) - 1);
  }
  /// As many columns from `column` on as Words has bytes, a byte each, the first in the lowest: four in a
  /// Word, sixteen in FourWords. `column` is a multiple of their number.
  template <class Words>
  static Words get(const std::uint8_t* bytes, std::size_t column) noexcept {
    constexpr Word kMask = ((1u << kBits) - 1) * 0x01010101u;
    if constexpr (kStride >= sizeof(Words)) {
      Words fields;
      std::memcpy(&fields, bytes + byte_of(column), sizeof fields);
      return (fields >> shift_of(column)) & kMask;
    } else if constexpr (sizeof(Words) > sizeof(Word)) {
      return Words{get<Word>(bytes, column), get<Word>(bytes, column + 4), get<Word>(bytes, column + 8),
                   get<Word>(bytes, column + 12)};
    } else {
      static_assert(kBits == 1 && kStride == 1);
      // Each product bit that the mask keeps is one of the four bits, moved to a byte of its own.
      return ((bytes[column / 8] >> column % 8 & 0xfu) * 0x00204081u) & kMask;
    }
  }
  /// The bytes must have been zero, and each column is written once; bits of `field` above kBits are dropped.
  static constexpr void put(std::uint8_t* bytes, std::size_t column, unsigned field) noexcept {
    const unsigned bits = (field & ((1u << kBits) - 1)) << shift_of(column);
    bytes[byte_of(column)] = static_cast<std::uint8_t>(bytes[byte_of(column)] | bits);
  }

 private:
  static constexpr std::size_t byte_of(std::size_t column) noexcept {
    return column / kRun * kStride + column % kStride;
  }
  static constexpr unsigned shift_of(std::size_t column) noexcept {
    return static_cast<unsigned>(column % kRun / kStride) * kBits;
  }
};

}  // namespace linnet::quant
