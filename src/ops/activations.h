// Inputs of matrix products in the form that kernels want: panels of 16 tokens, quantized, as floats, or
// both.
#pragma once

#include <cstddef>

#include "kernels/matmul_block.h"
#include "ops/context.h"
#include "quant/activation.h"

namespace linnet::ops {

/// Activations of up to n_tokens tokens; views into a session's arena. A form that no weight of the model
/// wants is null.
struct Activations {
  quant::ActivationBlock* blocks = nullptr;
  quant::ActivationBlock* refinements = nullptr;
  std::uint8_t* refined = nullptr;
  kernels::FloatBlock* floats = nullptr;

  kernels::MatMulInput all() const noexcept { return {{blocks, refinements, refined}, floats}; }
};

/// Blocks with a value this many times the root mean square of their row are refined. Chosen by measuring:
/// docs/numerics.md.
inline constexpr float kOutlier = 8.0f;
/// Refines every block: for the output head, whose rounding errors nothing averages out any more.
inline constexpr float kRefineAll = 0.0f;

/// Writes one token's whole row, (row_blocks * 32), as token `token` of `n_tokens` side by side.
void put_activations(const Context& context, const float* row, float outlier, std::size_t token,
                     std::size_t n_tokens, std::size_t row_blocks, const Activations& out);

/// Writes this thread's share of the tokens of x: (n_tokens, n_columns), rows `stride` apart.
void put_activations(const Context& context, const float* x, std::size_t stride, std::size_t n_tokens,
                     std::size_t n_columns, const Activations& out);

}  // namespace linnet::ops
