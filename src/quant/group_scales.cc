#include "quant/group_scales.h"

#include <algorithm>
#include <limits>

#include "base/half.h"
#include "quant/fit.h"

namespace linnet::quant {
namespace {

constexpr std::size_t kGroups = 8;
constexpr std::size_t kGroup = 32;
constexpr int kMaxGroupScale = 63;

/// The half that lets six-bit multiples of itself reach `largest`.
std::uint16_t unit_for(float largest) noexcept { return f32_to_f16(largest / kMaxGroupScale); }

int multiple_of(float unit, float value) noexcept {
  return unit == 0.0f ? 0 : nearest_code(value / unit, 0, kMaxGroupScale);
}

AffineFit times(const AffineFit& unit, int scale, int minimum) noexcept {
  return {unit.scale * static_cast<float>(scale), unit.offset * static_cast<float>(minimum)};
}

int code_of(float value, const AffineFit& fit, int max_code) noexcept {
  return fit.scale == 0.0f ? 0 : nearest_code((value - fit.offset) / fit.scale, 0, max_code);
}

float squared_error(const float* x, const AffineFit& fit, int max_code) noexcept {
  float error = 0.0f;
  for (std::size_t i = 0; i < kGroup; ++i) {
    const float difference = fit.scale * static_cast<float>(code_of(x[i], fit, max_code)) + fit.offset - x[i];
    error += difference * difference;
  }
  return error;
}

struct Multiples {
  int scale;
  int minimum;
};

/// Rounds a group's fit to multiples of the units. The nearest ones are not the best: what the rounding of
/// one does to the values, the other can partly undo. So their neighbours are tried too.
Multiples round_fit(const float* x, const AffineFit& fit, const AffineFit& unit, int max_code) noexcept {
  const Multiples nearest{multiple_of(unit.scale, fit.scale), multiple_of(unit.offset, fit.offset)};
  Multiples best = nearest;
  float least_error = std::numeric_limits<float>::infinity();
  for (int s = std::max(nearest.scale - 1, 0); s <= std::min(nearest.scale + 1, kMaxGroupScale); ++s) {
    for (int m = std::max(nearest.minimum - 1, 0); m <= std::min(nearest.minimum + 1, kMaxGroupScale); ++m) {
      const float error = squared_error(x, times(unit, s, m), max_code);
      if (error < least_error) {
        least_error = error;
        best = {s, m};
      }
    }
  }
  return best;
}

}  // namespace

GroupScales unpack_group_scales(const std::uint8_t* packed) noexcept {
  GroupScales scales;
  for (std::size_t g = 0; g < 4; ++g) {
    const unsigned s = packed[g], m = packed[4 + g], both = packed[8 + g];
    scales.scale[g] = static_cast<std::uint8_t>(s & 63);
    scales.minimum[g] = static_cast<std::uint8_t>(m & 63);
    scales.scale[g + 4] = static_cast<std::uint8_t>((both & 15) | (s >> 6 << 4));
    scales.minimum[g + 4] = static_cast<std::uint8_t>((both >> 4) | (m >> 6 << 4));
  }
  return scales;
}

void pack_group_scales(const GroupScales& scales, std::uint8_t* packed) noexcept {
  for (std::size_t g = 0; g < 4; ++g) {
    const unsigned s = scales.scale[g + 4], m = scales.minimum[g + 4];
    packed[g] = static_cast<std::uint8_t>(scales.scale[g] | (s >> 4 << 6));
    packed[4 + g] = static_cast<std::uint8_t>(scales.minimum[g] | (m >> 4 << 6));
    packed[8 + g] = static_cast<std::uint8_t>((s & 15) | ((m & 15) << 4));
  }
}

void unpack_groups(std::uint16_t scale, std::uint16_t minimum, const std::uint8_t* packed, float* scales,
                   float* offsets) noexcept {
  const GroupScales groups = unpack_group_scales(packed);
  const float scale_unit = f16_to_f32(scale);
  const float minimum_unit = f16_to_f32(minimum);
  for (std::size_t g = 0; g < kGroups; ++g) {
    scales[g] = scale_unit * static_cast<float>(groups.scale[g]);
    offsets[g] = -(minimum_unit * static_cast<float>(groups.minimum[g]));
  }
}

GroupedFit fit_groups(const float* values, int max_code) noexcept {
  float x[kGroups * kGroup];
  std::transform(values, values + kGroups * kGroup, x, finite);
  AffineFit fits[kGroups];
  AffineFit largest{0.0f, 0.0f};
  for (std::size_t g = 0; g < kGroups; ++g) {
    fits[g] = fit_affine(x + g * kGroup, kGroup, max_code);
    largest.scale = std::max(largest.scale, fits[g].scale);
    largest.offset = std::min(largest.offset, fits[g].offset);
  }
  GroupedFit fit;
  fit.scale = unit_for(largest.scale);
  fit.minimum = unit_for(-largest.offset);
  const AffineFit unit{f16_to_f32(fit.scale), -f16_to_f32(fit.minimum)};
  GroupScales groups;
  for (std::size_t g = 0; g < kGroups; ++g) {
    const float* group = x + g * kGroup;
    const Multiples rounded = round_fit(group, fits[g], unit, max_code);
    groups.scale[g] = static_cast<std::uint8_t>(rounded.scale);
    groups.minimum[g] = static_cast<std::uint8_t>(rounded.minimum);
    const AffineFit kept = times(unit, rounded.scale, rounded.minimum);
    for (std::size_t i = 0; i < kGroup; ++i) {
      fit.codes[g * kGroup + i] = static_cast<std::uint8_t>(code_of(group[i], kept, max_code));
    }
  }
  pack_group_scales(groups, fit.scales);
  return fit;
}

}  // namespace linnet::quant
