// What every format of integer codes has in common: a block unpacks to codes, scales and offsets.
#pragma once

#include <cstddef>
#include <cstdint>

#include "quant/words.h"

namespace linnet::quant {

/// A block of an integer format taken apart. Columns g * kGroup to (g + 1) * kGroup - 1 form group g, and
///
///     value = scale[g] * code               in formats without offsets: Format::kHasOffset is false
///     value = scale[g] * code + offset[g]   in the others
///
/// Without offsets, offset is not set. Product and sum are each rounded to float; so computed, the values are
/// those that ggml computes.
template <std::size_t kColumns, std::size_t kGroup>
struct Unpacked {
  std::int8_t code[kColumns];
  float scale[kColumns / kGroup];
  float offset[kColumns / kGroup];
};

/// Format::unpack's codes: those that the block stores, less `zero`, the stored code of zero.
template <class Format>
void unpack_codes(const typename Format::Block& block, int zero,
                  typename Format::Unpacked& unpacked) noexcept {
  for (std::size_t i = 0; i < Format::kColumns; i += 4) {
    const Word four = Format::template codes_at<Word>(block, i);
    for (std::size_t j = 0; j < 4; ++j) {
      unpacked.code[i + j] = static_cast<std::int8_t>(static_cast<int>(four >> (8 * j) & 0xff) - zero);
    }
  }
}

/// What Format::decode does, for the formats' own sources.
template <class Format>
void decode_integers(const typename Format::Block& block, float* values) noexcept {
  typename Format::Unpacked unpacked;
  Format::unpack(block, unpacked);
  for (std::size_t i = 0; i < Format::kColumns; ++i) {
    values[i] = unpacked.scale[i / Format::kGroup] * static_cast<float>(unpacked.code[i]);
    // Not `+ 0` where there is no offset: that would turn -0 into 0.
    if constexpr (Format::kHasOffset) values[i] += unpacked.offset[i / Format::kGroup];
  }
}

}  // namespace linnet::quant
