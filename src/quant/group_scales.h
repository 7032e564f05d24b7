// The 6-bit scales and minima of Q4_K's and Q5_K's eight groups.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linnet::quant {

/// Twelve bytes hold eight scales s and eight minima m. For g = 0 to 3:
///   byte g      s[g] in the lower six bits, the upper two bits of s[g + 4] above
///   byte 4 + g  m[g] in the lower six bits, the upper two bits of m[g + 4] above
///   byte 8 + g  the lower four bits of s[g + 4], then those of m[g + 4] above
struct GroupScales {
  std::uint8_t scale[8];
  std::uint8_t minimum[8];
};
GroupScales unpack_group_scales(const std::uint8_t* packed) noexcept;
void pack_group_scales(const GroupScales& scales, std::uint8_t* packed) noexcept;

/// The eight scales (scale * s) and offsets (-(minimum * m)) of a block; scale and minimum are halves.
void unpack_groups(std::uint16_t scale, std::uint16_t minimum, const std::uint8_t* packed, float* scales,
                   float* offsets) noexcept;

/// 256 values as Q4_K and Q5_K store them, but for the packing of the codes, which are 0 to max_code.
struct GroupedFit {
  std::uint16_t scale;    // half
  std::uint16_t minimum;  // half
  std::uint8_t scales[12];
  std::uint8_t codes[256];
};
GroupedFit fit_groups(const float* values, int max_code) noexcept;

}  // namespace linnet::quant
