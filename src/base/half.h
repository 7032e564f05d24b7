// The two 16-bit float formats, by integer arithmetic: the same bits from every compiler and processor.
//
// Everything here is constexpr, keeps no state, and is always inlined: units that are compiled for different
// instruction sets include this header, and none of them may leave a symbol behind that another could pick
// up.
#pragma once

#include <cstdint>

namespace linnet {

/// The float that an IEEE 754 binary16 stands for; exact. A NaN keeps its sign and payload and becomes quiet.
[[gnu::always_inline]] constexpr float f16_to_f32(std::uint16_t half) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t magnitude = half & 0x7fffu;
  std::uint32_t bits = 0;
  if (magnitude > 0x7c00u) {
    bits = 0x7fc00000u | (magnitude << 13);
  } else if (magnitude == 0x7c00u) {
    bits = 0x7f800000u;
  } else if (magnitude >= 0x0400u) {
    bits = (magnitude << 13) + (112u << 23);  // exponent biases: 127 - 15
  } else {
    bits = __builtin_bit_cast(std::uint32_t, static_cast<float>(magnitude) * 0x1p-24f);
  }
  return __builtin_bit_cast(float, sign | bits);
}

/// The nearest binary16, ties to even; from 65520 on infinity. A NaN keeps its sign and upper payload, and is
/// quiet.
[[gnu::always_inline]] constexpr std::uint16_t f32_to_f16(float value) noexcept {
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, value);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  std::uint32_t half = 0;
  if (magnitude > 0x7f800000u) {
    half = 0x7e00u | ((magnitude >> 13) & 0x03ffu);
  } else if (magnitude >= 0x477ff000u) {  // 65520, half way between the largest half and 2^16
    half = 0x7c00u;
  } else if (magnitude >= 0x38800000u) {  // 2^-14, the smallest normal half
    const std::uint32_t rebiased = magnitude - (112u << 23);
    half = (rebiased + 0x0fffu + ((rebiased >> 13) & 1u)) >> 13;
  } else {
    // One unit in the last place of 0.5 is 2^-24, the spacing of subnormal halves: the addition rounds as
    // wanted.
    const float shifted = __builtin_bit_cast(float, magnitude) + 0.5f;
    half = __builtin_bit_cast(std::uint32_t, shifted) - 0x3f000000u;
  }
  return static_cast<std::uint16_t>(sign | half);
}

/// The float whose upper half a bfloat16 is; exact.
[[gnu::always_inline]] constexpr float bf16_to_f32(std::uint16_t half) noexcept {
  return __builtin_bit_cast(float, static_cast<std::uint32_t>(half) << 16);
}

/// The nearest bfloat16, ties to even. A NaN keeps its sign and upper payload, and is quiet.
[[gnu::always_inline]] constexpr std::uint16_t f32_to_bf16(float value) noexcept {
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x0040u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

}  // namespace linnet
