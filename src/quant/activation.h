// Activations as they meet quantized weights: signed 8-bit codes, 32 to a block, one float scale a block.
// Plain types only: kernel units of every instruction set include this.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linnet::quant {

/// Columns of one activation block, and of one block of a weight tile.
inline constexpr std::size_t kBlockColumns = 32;
/// Tokens whose activations stand side by side.
inline constexpr std::size_t kPanelTokens = 16;

/// 32 activations of one token: value i is about scale * codes[i].
struct ActivationBlock {
  std::int8_t codes[kBlockColumns];  ///< -127 to 127.
  float scale;                       ///< Largest magnitude / 127.
  float scaled_sum;                  ///< scale * (sum[0] + sum[1]), for formats with a minimum.
  std::int32_t sum[2];               ///< Of the first and the second 16 codes, for formats with an offset.
};
static_assert(sizeof(ActivationBlock) == 48);

/// Activations of a panel of `width` tokens as quantized weights meet them. Eight bits are too few where one
/// value of a row is much larger than the rest, because its whole block then takes its scale; such blocks
/// have a refinement, which holds what rounding left over, in the same form. All three arrays are indexed
/// alike; see PanelPosition.
struct Panel {
  const ActivationBlock* blocks;
  const ActivationBlock* refinements;  ///< Zero where a block has none.
  const std::uint8_t* refined;         ///< 1 where a block has one, else 0.
};

/// Tokens are grouped into panels of kPanelTokens (the last may be narrower). Inside a panel blocks are
/// outermost: element (block, token) of a panel of `width` tokens is at index block * width + token, so that
/// a weight tile meets neighbours. Panels follow each other: panel p begins at p * kPanelTokens * n_blocks.
struct PanelPosition {
  std::size_t index;   ///< Of the token's first block.
  std::size_t stride;  ///< To its next block: the panel's width.
};

/// Where token `token` of `n_tokens` stands.
constexpr PanelPosition panel_position(std::size_t token, std::size_t n_tokens,
                                       std::size_t n_blocks) noexcept {
  const std::size_t first = token / kPanelTokens * kPanelTokens;
  const std::size_t width = n_tokens - first < kPanelTokens ? n_tokens - first : kPanelTokens;
  return {first * n_blocks + (token - first), width};
}

}  // namespace linnet::quant
