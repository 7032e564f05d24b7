#include "quant/q4_0.h"

#include "base/half.h"
#include "quant/fit.h"

namespace linnet::quant {
namespace {

constexpr int kZero = 8;  // the stored code of zero

}  // namespace

void Q4_0::unpack(const Block& block, Unpacked& unpacked) noexcept {
  unpacked.scale[0] = f16_to_f32(block.scale);
  unpack_codes<Q4_0>(block, kZero, unpacked);
}

void Q4_0::decode(const Block& block, float* values) noexcept { decode_integers<Q4_0>(block, values); }

void Q4_0::encode(const float* values, Block& block) noexcept {
  block = {};
  std::int8_t codes[kColumns];
  block.scale = f32_to_f16(fit_extreme(values, kColumns, kZero, codes));
  for (std::size_t i = 0; i < kColumns; ++i)
    LowBits::put(block.codes, i, static_cast<unsigned>(codes[i] + kZero));
}

}  // namespace linnet::quant
