#include "quant/q5_0.h"

#include "base/half.h"
#include "quant/fit.h"

namespace linnet::quant {
namespace {

constexpr int kZero = 16;  // the stored code of zero

}  // namespace

void Q5_0::unpack(const Block& block, Unpacked& unpacked) noexcept {
  unpacked.scale[0] = f16_to_f32(block.scale);
  unpack_codes<Q5_0>(block, kZero, unpacked);
}

void Q5_0::decode(const Block& block, float* values) noexcept { decode_integers<Q5_0>(block, values); }

void Q5_0::encode(const float* values, Block& block) noexcept {
  block = {};
  std::int8_t codes[kColumns];
  block.scale = f32_to_f16(fit_extreme(values, kColumns, kZero, codes));
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto code = static_cast<unsigned>(codes[i] + kZero);
    LowBits::put(block.codes, i, code);
    HighBits::put(block.high_bits, i, code >> 4);
  }
}

}  // namespace linnet::quant
