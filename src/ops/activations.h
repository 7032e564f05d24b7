// Inputs of matrix products in the form that kernels want: panels of 16 tokens, quantized, as floats, or
// both.
#pragma once

#include <cstddef>

#include "kernels/matmul_block.h"
#include "ops/context.h"
#include "quant/activation.h"

namespace linnet::ops {

/// Activations of up to n_tokens tokens; views into a session's arena. A form that no weight of the model
/// needs is null.
struct Activations {
  quant::ActivationBlock* quantized = nullptr;
  kernels::FloatBlock* floats = nullptr;
};

/// Writes blocks [first_block, first_block + n_blocks) of one token. values: (n_blocks * 32), contiguous.
///   token, n_tokens   which token, of how many side by side
///   row_blocks        blocks in a whole row
void put_activations(const Context& context, const float* values, std::size_t token, std::size_t n_tokens,
                     std::size_t first_block, std::size_t n_blocks, std::size_t row_blocks,
                     const Activations& out);

/// Writes this thread's share of the tokens of x: (n_tokens, n_columns), rows `stride` apart.
void put_activations(const Context& context, const float* x, std::size_t stride, std::size_t n_tokens,
                     std::size_t n_columns, const Activations& out);

}  // namespace linnet::ops
