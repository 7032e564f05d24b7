#include "quant/group_scales.h"

#include <algorithm>

#include "base/half.h"
#include "quant/fit.h"

namespace linnet::quant {
namespace {

constexpr std::size_t kGroups = 8;
constexpr std::size_t kGroup = 32;
constexpr int kMaxGroupScale = 63;

/// The half that lets six-bit multiples of itself reach `largest`.
std::uint16_t unit_for(float largest) noexcept { return f32_to_f16(largest / kMaxGroupScale); }

std::uint8_t multiple_of(float unit, float value) noexcept {
  return unit == 0.0f ? 0 : static_cast<std::uint8_t>(nearest_code(value / unit, 0, kMaxGroupScale));
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
  GroupScales groups;
  for (std::size_t g = 0; g < kGroups; ++g) {
    groups.scale[g] = multiple_of(f16_to_f32(fit.scale), fits[g].scale);
    groups.minimum[g] = multiple_of(f16_to_f32(fit.minimum), -fits[g].offset);
  }
  pack_group_scales(groups, fit.scales);

  // The codes are those that suit the scales as they were rounded.
  float scales[kGroups];
  float offsets[kGroups];
  unpack_groups(fit.scale, fit.minimum, fit.scales, scales, offsets);
  for (std::size_t i = 0; i < kGroups * kGroup; ++i) {
    const float scale = scales[i / kGroup];
    const float steps = scale == 0.0f ? 0.0f : (x[i] - offsets[i / kGroup]) / scale;
    fit.codes[i] = static_cast<std::uint8_t>(nearest_code(steps, 0, max_code));
  }
  return fit;
}

}  // namespace linnet::quant
