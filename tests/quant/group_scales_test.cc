#include "quant/group_scales.h"

#include <gtest/gtest.h>

#include "base/half.h"

namespace linnet::quant {
namespace {

TEST(GroupScales, EverySixBitValueSurvivesInEveryPlace) {
  for (unsigned value = 0; value < 64; ++value) {
    GroupScales scales;
    for (unsigned g = 0; g < 8; ++g) {
      scales.scale[g] = static_cast<std::uint8_t>((value + 11 * g) & 63);
      scales.minimum[g] = static_cast<std::uint8_t>((63 - value + 7 * g) & 63);
    }
    std::uint8_t packed[12];
    pack_group_scales(scales, packed);
    const GroupScales unpacked = unpack_group_scales(packed);
    for (unsigned g = 0; g < 8; ++g) {
      EXPECT_EQ(unpacked.scale[g], scales.scale[g]) << g;
      EXPECT_EQ(unpacked.minimum[g], scales.minimum[g]) << g;
    }
  }
}

TEST(GroupScales, UnpackMultipliesTheUnits) {
  GroupScales groups{};
  groups.scale[5] = 63;
  groups.minimum[7] = 10;
  std::uint8_t packed[12];
  pack_group_scales(groups, packed);
  float scales[8];
  float offsets[8];
  unpack_groups(f32_to_f16(0.5f), f32_to_f16(0.25f), packed, scales, offsets);
  EXPECT_EQ(scales[5], 31.5f);
  EXPECT_EQ(scales[0], 0.0f);
  EXPECT_EQ(offsets[7], -2.5f);
}

TEST(GroupScales, CodesFitValuesThatTheFormatHolds) {
  float values[256];
  for (int i = 0; i < 256; ++i) values[i] = 0.5f * static_cast<float>(i % 16) - 4.0f;
  const GroupedFit fit = fit_groups(values, 15);
  float scales[8];
  float offsets[8];
  unpack_groups(fit.scale, fit.minimum, fit.scales, scales, offsets);
  for (std::size_t i = 0; i < 256; ++i) {
    EXPECT_EQ(fit.codes[i], i % 16);
    EXPECT_NEAR(scales[i / 32] * static_cast<float>(fit.codes[i]) + offsets[i / 32], values[i], 4e-3f) << i;
  }
}

}  // namespace
}  // namespace linnet::quant
