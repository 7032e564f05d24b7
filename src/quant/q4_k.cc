#include "quant/q4_k.h"

#include <algorithm>
#include <iterator>

#include "quant/group_scales.h"

namespace linnet::quant {
namespace {

constexpr int kMaxCode = 15;

}  // namespace

void Q4_K::unpack(const Block& block, Unpacked& unpacked) noexcept {
  unpack_groups(block.scale, block.minimum, block.scales, unpacked.scale, unpacked.offset);
  unpack_codes<Q4_K>(block, 0, unpacked);
}

void Q4_K::decode(const Block& block, float* values) noexcept { decode_integers<Q4_K>(block, values); }

void Q4_K::encode(const float* values, Block& block) noexcept {
  const GroupedFit fit = fit_groups(values, kMaxCode);
  block = {};
  block.scale = fit.scale;
  block.minimum = fit.minimum;
  std::copy(std::begin(fit.scales), std::end(fit.scales), block.scales);
  for (std::size_t i = 0; i < kColumns; ++i) LowBits::put(block.codes, i, fit.codes[i]);
}

}  // namespace linnet::quant
