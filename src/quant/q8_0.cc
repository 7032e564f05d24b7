#include "quant/q8_0.h"

#include <algorithm>
#include <cmath>

#include "base/half.h"
#include "quant/fit.h"

namespace linnet::quant {

void Q8_0::unpack(const Block& block, Unpacked& unpacked) noexcept {
  unpacked.scale[0] = f16_to_f32(block.scale);
  std::copy(block.codes, block.codes + kColumns, unpacked.code);
}

void Q8_0::decode(const Block& block, float* values) noexcept { decode_integers<Q8_0>(block, values); }

void Q8_0::encode(const float* values, Block& block) noexcept {
  float largest = 0.0f;
  for (std::size_t i = 0; i < kColumns; ++i) largest = std::max(largest, std::fabs(finite(values[i])));
  const float scale = largest / 127.0f;
  const float inverse = inverse_of(scale);
  block.scale = f32_to_f16(scale);
  for (std::size_t i = 0; i < kColumns; ++i) {
    block.codes[i] = static_cast<std::int8_t>(std::round(finite(values[i]) * inverse));
  }
}

}  // namespace linnet::quant
