#include "ops/activations.h"

#include <cstring>

namespace linnet::ops {

void put_activations(const Context& context, const float* row, float outlier, std::size_t token,
                     std::size_t n_tokens, std::size_t row_blocks, const Activations& out) {
  const auto [at, stride] = quant::panel_position(token, n_tokens, row_blocks);
  if (out.blocks != nullptr) {
    context.kernels.quantize(row, row_blocks, outlier, out.blocks + at, out.refinements + at,
                             out.refined + at, stride);
  }
  if (out.floats != nullptr) {
    for (std::size_t b = 0; b < row_blocks; ++b) {
      std::memcpy(&out.floats[at + b * stride], row + b * quant::kBlockColumns, sizeof(kernels::FloatBlock));
    }
  }
}

void put_activations(const Context& context, const float* x, std::size_t stride, std::size_t n_tokens,
                     std::size_t n_columns, const Activations& out) {
  const Range share = context.team.split(n_tokens);
  for (std::size_t t = share.begin; t < share.end; ++t) {
    put_activations(context, x + t * stride, kOutlier, t, n_tokens, n_columns / quant::kBlockColumns, out);
  }
}

}  // namespace linnet::ops
