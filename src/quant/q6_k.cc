#include "quant/q6_k.h"

#include <algorithm>
#include <cmath>

#include "base/half.h"
#include "quant/fit.h"

namespace linnet::quant {
namespace {

constexpr int kZero = 32;  // the stored code of zero
constexpr std::size_t kGroups = Q6_K::kColumns / Q6_K::kGroup;

}  // namespace

void Q6_K::unpack(const Block& block, Unpacked& unpacked) noexcept {
  const float unit = f16_to_f32(block.scale);
  for (std::size_t g = 0; g < kGroups; ++g) unpacked.scale[g] = unit * static_cast<float>(block.scales[g]);
  unpack_codes<Q6_K>(block, kZero, unpacked);
}

void Q6_K::decode(const Block& block, float* values) noexcept { decode_integers<Q6_K>(block, values); }

void Q6_K::encode(const float* values, Block& block) noexcept {
  float x[kColumns];
  std::transform(values, values + kColumns, x, finite);
  float scales[kGroups];
  float largest = 0.0f;
  for (std::size_t g = 0; g < kGroups; ++g) {
    scales[g] = fit_scale(x + g * kGroup, kGroup, kZero);
    if (std::fabs(scales[g]) > std::fabs(largest)) largest = scales[g];
  }
  block = {};
  block.scale = f32_to_f16(largest / -128.0f);
  const float unit = f16_to_f32(block.scale);
  for (std::size_t g = 0; g < kGroups; ++g) {
    block.scales[g] = static_cast<std::int8_t>(unit == 0.0f ? 0 : nearest_code(scales[g] / unit, -128, 127));
    // The codes are those that suit the scale as it was rounded.
    const float scale = unit * static_cast<float>(block.scales[g]);
    for (std::size_t i = g * kGroup; i < (g + 1) * kGroup; ++i) {
      const float steps = scale == 0.0f ? 0.0f : x[i] / scale;
      const auto code = static_cast<unsigned>(nearest_code(steps, -kZero, kZero - 1) + kZero);
      LowBits::put(block.codes, i, code);
      HighBits::put(block.high_bits, i, code >> 4);
    }
  }
}

}  // namespace linnet::quant
