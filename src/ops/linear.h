// y = W x for many tokens.
#pragma once

#include <cstddef>

#include "ops/activations.h"
#include "ops/context.h"
#include "tensor/matrix.h"

namespace linnet::ops {

/// The distance at which rows of n floats best stand from each other, if many are written at once and then
/// read: rows at multiples of 1 KiB would meet in few sets of a cache.
inline std::size_t row_stride(std::size_t n) noexcept { return n % 256 == 0 ? n + quant::kTileRows : n; }

/// Row groups [groups.begin, groups.end) of W times the activations of n_tokens tokens.
///   y  (n_tokens, stride), row-major: output r of token t at y[t * stride + r]; stride >=
///   padded_rows(n_rows)
void linear(const Context& context, const Matrix& weight, Range groups, const Activations& x,
            std::size_t n_tokens, float* y, std::size_t stride);

/// This thread's share of all row groups.
void linear(const Context& context, const Matrix& weight, const Activations& x, std::size_t n_tokens,
            float* y, std::size_t stride);

}  // namespace linnet::ops
