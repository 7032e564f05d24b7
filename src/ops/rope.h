// Rotary position embedding. Su et al. 2021, arXiv:2104.09864, section 3.4.2.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace linnet::ops {

/// Which two elements of a head are rotated together.
enum class RopePairing {
  kNeighbours,  ///< (2i, 2i + 1), as the paper has it.
  kHalves,      ///< (i, i + n_rot / 2), as GPT-NeoX has it.
};

/// Radians a position for each pair: base^(-2i / n_rot) / (factors[i] * scale).
///   n_rot    elements that are rotated, even
///   factors  (n_rot / 2) or empty: per-frequency factors, as Llama 3.1 has them
std::vector<double> rope_frequencies(std::size_t n_rot, double base, double scale,
                                     std::span<const float> factors);

/// Cosines and sines of one position. table: (n_pairs, 2).
void rope_table(std::span<const double> frequencies, std::size_t position, float* table);

/// Rotates the first 2 * n_pairs elements of each of n_heads heads in place. x: (n_heads, head_dim).
void rope(float* x, std::size_t n_heads, std::size_t head_dim, std::size_t n_pairs, const float* table,
          RopePairing pairing);

}  // namespace linnet::ops
