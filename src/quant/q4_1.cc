#include "quant/q4_1.h"

#include "base/half.h"
#include "quant/fit.h"

namespace linnet::quant {
namespace {

constexpr int kMaxCode = 15;

}  // namespace

void Q4_1::unpack(const Block& block, Unpacked& unpacked) noexcept {
  unpacked.scale[0] = f16_to_f32(block.scale);
  unpacked.offset[0] = f16_to_f32(block.minimum);
  unpack_codes<Q4_1>(block, 0, unpacked);
}

void Q4_1::decode(const Block& block, float* values) noexcept { decode_integers<Q4_1>(block, values); }

void Q4_1::encode(const float* values, Block& block) noexcept {
  block = {};
  std::int8_t codes[kColumns];
  const AffineFit fit = fit_range(values, kColumns, kMaxCode, codes);
  block.scale = f32_to_f16(fit.scale);
  block.minimum = f32_to_f16(fit.offset);
  for (std::size_t i = 0; i < kColumns; ++i) LowBits::put(block.codes, i, static_cast<unsigned>(codes[i]));
}

}  // namespace linnet::quant
