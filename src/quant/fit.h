// Choosing scales and codes for a group of values: what the encoders share.
//
// Encoders meet any input. NaN counts as zero, and magnitudes are limited to the largest half, 65504, so that
// no scale or offset that gets stored is infinite and no conversion to an integer is out of range.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linnet::quant {

/// NaN as 0, the rest limited to [-65504, 65504].
float finite(float value) noexcept;

/// The nearest integer (half way: up), limited to [low, high]. The value is finite.
int nearest_code(float value, int low, int high) noexcept;

/// 1 / scale, or 0 where that would be infinite: such a scale is zero as a half.
float inverse_of(float scale) noexcept;

/// value = scale * code + offset.
struct AffineFit {
  float scale;
  float offset;
};

/// Codes from -half_range to half_range - 1, chosen so that the value of largest magnitude (the first such)
/// becomes -half_range. Returns the scale, which has the opposite sign of that value.
float fit_extreme(const float* values, std::size_t n, int half_range, std::int8_t* codes) noexcept;

/// Codes from 0 (the smallest value) to max_code (the largest).
AffineFit fit_range(const float* values, std::size_t n, int max_code, std::int8_t* codes) noexcept;

/// The scale for codes from -half_range to half_range - 1 that has the least squared error among those that a
/// search near fit_extreme's finds; 0 where all values are too small for any half. The values are finite.
float fit_scale(const float* values, std::size_t n, int half_range) noexcept;

/// The scale >= 0 and offset <= 0 for codes from 0 to max_code that have the least squared error among those
/// that a search near fit_range's finds. The values are finite.
AffineFit fit_affine(const float* values, std::size_t n, int max_code) noexcept;

}  // namespace linnet::quant
