#include "ops/activations.h"

#include <cstring>

namespace linnet::ops {

void put_activations(const Context& context, const float* values, std::size_t token, std::size_t n_tokens,
                     std::size_t first_block, std::size_t n_blocks, std::size_t row_blocks,
                     const Activations& out) {
  const auto position = quant::panel_position(token, n_tokens, row_blocks);
  const std::size_t at = position.index + first_block * position.stride;
  if (out.quantized != nullptr)
    context.kernels.quantize(values, n_blocks, out.quantized + at, position.stride);
  if (out.floats != nullptr) {
    for (std::size_t b = 0; b < n_blocks; ++b) {
      std::memcpy(&out.floats[at + b * position.stride], values + b * quant::kBlockColumns,
                  sizeof(kernels::FloatBlock));
    }
  }
}

void put_activations(const Context& context, const float* x, std::size_t stride, std::size_t n_tokens,
                     std::size_t n_columns, const Activations& out) {
  const std::size_t n_blocks = n_columns / quant::kBlockColumns;
  const Range share = context.team.split(n_tokens);
  for (std::size_t t = share.begin; t < share.end; ++t) {
    put_activations(context, x + t * stride, t, n_tokens, 0, n_blocks, n_blocks, out);
  }
}

}  // namespace linnet::ops
