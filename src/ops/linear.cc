#include "ops/linear.h"

#include <algorithm>

#include "base/assert.h"

namespace linnet::ops {

namespace {

// Bytes of weights that meet all tokens before the next are read: few enough to stay in a core's own cache,
// and about as many as the activations have, because these are read again for each such part.
std::size_t bytes_together(std::size_t activation_bytes) noexcept {
  return std::clamp<std::size_t>(activation_bytes, 256 << 10, 1 << 20);
}

}  // namespace

void linear(const Context& context, const Matrix& weight, Range groups, const Activations& x,
            std::size_t n_tokens, float* y, std::size_t stride) {
  LINNET_ASSERT(stride >= padded_rows(weight.n_rows));
  const auto multiply = context.kernels.matmul[weight.format->index];
  const std::size_t n_blocks = weight.n_blocks();
  const std::size_t n_bytes = bytes_together(n_tokens * n_blocks * sizeof(quant::ActivationBlock));
  const std::size_t n_together = n_tokens <= quant::kPanelTokens
                                     ? groups.end - groups.begin
                                     : std::max<std::size_t>(1, n_bytes / weight.group_bytes());
  for (std::size_t group = groups.begin; group < groups.end; group += n_together) {
    const std::size_t n_groups = std::min(n_together, groups.end - group);
    multiply(weight.group(group), n_groups, n_blocks, x.all(), n_tokens, y + group * quant::kTileRows,
             stride);
  }
}

void linear(const Context& context, const Matrix& weight, const Activations& x, std::size_t n_tokens,
            float* y, std::size_t stride) {
  linear(context, weight, context.team.split(weight.n_groups()), x, n_tokens, y, stride);
}

}  // namespace linnet::ops
