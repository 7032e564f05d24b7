// What one instruction set offers: a table of plain functions, one table an instruction set, all with the
// same results bit for bit. Kernel units of every instruction set include this: plain types only.
//
// Everywhere: no allocation, no lock, no error; sizes and pointers are checked by the callers (src/ops).
// Floats are 16 to a vector lane group, so the sizes named below are multiples of 16, and arrays are readable
// to their end.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cache_types.h"
#include "kernels/matmul_block.h"
#include "quant/activation.h"
#include "quant/all_types.h"

namespace linnet::kernels {

/// One query and what it has gathered so far: softmax(scores) * values over the blocks seen is sum / total.
struct AttentionRow {
  const float* query;  ///< (head_dim), already scaled.
  std::size_t
      begin;  ///< Visible positions inside the block: [begin, end), not empty, end <= kAttentionBlock.
  std::size_t end;
  float* sum;     ///< (head_dim)
  float maximum;  ///< Largest score so far; -infinity at first.
  float total;    ///< Sum of exp(score - maximum); 0 at first.
};

/// Keys and values of one head over one block of positions.
struct AttentionBlock {
  const void* keys;  ///< As one of CacheTypes has them.
  const void* values;
  std::size_t head_dim;
};

struct KernelTable {
  const char* isa;

  /// y = W x for n_groups groups of 16 rows.
  ///   tiles  n_groups * (n_blocks / blocks a tile) tiles of the format
  ///   x      panels of n_tokens tokens, n_blocks blocks each, in the form that the format wants
  ///   y      (n_tokens, stride): token t's outputs at y + t * stride
  using MatMul = void (*)(const void* tiles, std::size_t n_groups, std::size_t n_blocks, const MatMulInput& x,
                          std::size_t n_tokens, float* y, std::size_t stride) noexcept;
  MatMul matmul[quant::AllTypes::kSize];  ///< In the order of AllTypes.

  /// Quantizes a whole row of n_blocks * 32 floats, rounding half to even, into blocks `stride` apart. A
  /// block whose largest magnitude is over `outlier` times the root mean square of the row gets a refinement;
  /// 0 refines all. A NaN makes all scales of the row NaN; an infinity its block's scale infinite.
  ///   out, refinements, refined  the row's first elements in a Panel's arrays
  void (*quantize)(const float* x, std::size_t n_blocks, float outlier, quant::ActivationBlock* out,
                   quant::ActivationBlock* refinements, std::uint8_t* refined, std::size_t stride) noexcept;

  /// y = x / sqrt(mean(x^2) + epsilon) * weight. x, weight, y: (n); y may be x. Zhang and Sennrich 2019,
  /// arXiv:1910.07467.
  void (*rms_norm)(const float* x, const float* weight, std::size_t n, float epsilon, float* y) noexcept;

  /// gate = silu(gate) * up, silu(x) = x / (1 + exp(-x)). Shazeer 2020, arXiv:2002.05202.
  void (*silu_mul)(float* gate, const float* up, std::size_t n) noexcept;
  /// gate = gelu(gate) * up, in the tanh form. Hendrycks and Gimpel 2016, arXiv:1606.08415.
  void (*gelu_mul)(float* gate, const float* up, std::size_t n) noexcept;

  /// Converts to half floats, round to nearest even.
  void (*to_half)(const float* x, std::uint16_t* y, std::size_t n) noexcept;

  /// The largest of n values, NaN passed over; -infinity if there is none. Any n.
  float (*largest)(const float* x, std::size_t n) noexcept;

  /// Sum of exp(x - maximum) over n values that are at most the maximum, which is finite. NaN counts as far
  /// below it. Any n.
  float (*sum_exp)(const float* x, std::size_t n, float maximum) noexcept;

  /// Adds one block of positions to what each row has gathered. Within a block the scores' maximum is taken
  /// first; blocks are merged in the order of the calls (Milakov and Gimelshein 2018, arXiv:1805.02867). A
  /// row's result does not depend on the other rows.
  using Attend = void (*)(const AttentionBlock& block, AttentionRow* rows, std::size_t n_rows) noexcept;
  Attend attend[CacheTypes::kSize];  ///< By CacheElement.

  /// Adds to a row what was gathered for the same query, from nothing, over the block that comes next:
  /// together the same as attend() on the row.
  void (*merge)(const AttentionRow& later, std::size_t head_dim, AttentionRow& row) noexcept;
};

}  // namespace linnet::kernels
