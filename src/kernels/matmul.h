// y = W x over packed tiles. One text for every instruction set, format and number of tokens; the order of
// additions is the numerics contract: for each output one accumulator, blocks of 32 columns ascending,
//     acc = fma(scale_w * scale_x, float(exact integer sum), acc), then, with a minimum, acc = fma(minimum_w,
//     scaled_sum_x, acc).
#pragma once

#include <cstring>

#include "kernels/kernel_table.h"
#include "kernels/matmul_block.h"
#include "kernels/streams.h"
#include "kernels/weight_block.h"

namespace linnet::kernels {

/// Where a tile meets a panel: the tile's first block of the first of kTokens tokens. Blocks are `stride`
/// apart, tokens side by side.
struct Place {
  quant::Panel x;
  std::size_t stride;

  Place block(std::size_t b) const noexcept {
    return {{x.blocks + b * stride, x.refinements + b * stride, x.refined + b * stride}, stride};
  }
};

template <int kTokens>
[[gnu::always_inline]] inline bool any_refined(const std::uint8_t* refined) {
  std::uint64_t flags[(kTokens + 7) / 8] = {};
  std::memcpy(flags, refined, kTokens);
  std::uint64_t any = 0;
  for (const std::uint64_t f : flags) any |= f;
  return any != 0;
}

/// Calls meet(first, x) for each group of neighbours, with their blocks x; then the same for the refinements,
/// if one of some neighbours has one. A refinement that is zero adds exactly nothing, so a token's sum does
/// not depend on its neighbours.
template <class Isa, int kTokens, class Meet>
[[gnu::always_inline]] inline void for_each_group(const Place& at, Meet&& meet) {
  constexpr int group = kGroup<Isa, kTokens>;
  unroll<kTokens / group>([&](auto g) __attribute__((always_inline)) {
    constexpr int first = g * group;
    meet(std::integral_constant<int, first>{}, at.x.blocks + first);
  });
  if (!any_refined<kTokens>(at.x.refined)) return;
  constexpr int kNeighbours = kTokens < 4 ? kTokens : 4;
  static_assert(kNeighbours % group == 0);
  unroll<kTokens / kNeighbours>([&](auto n) __attribute__((always_inline)) {
    if (!any_refined<kNeighbours>(at.x.refined + n * kNeighbours)) return;
    unroll<kNeighbours / group>([&](auto g) __attribute__((always_inline)) {
      constexpr int first = n * kNeighbours + g * group;
      meet(std::integral_constant<int, first>{}, at.x.refinements + first);
    });
  });
}

/// Bytes by which reading runs ahead where few tokens leave too little to do between two lines of memory for
/// the processor to look ahead far enough by itself. A page or more ahead, processors no longer help.
inline constexpr std::size_t kFetchAhead = 3072;

/// Asks for the lines that far behind a part of the weights. Past their end this is nothing, or a line in
/// vain. Part by part, because a processor has only so many requests open.
template <class Isa, int kTokens, class Part>
[[gnu::always_inline]] inline void fetch_ahead(const Part& part) {
  if constexpr (kTokens < Isa::kMatMulTokens) {
    const auto at = reinterpret_cast<std::uintptr_t>(&part) + kFetchAhead;
    for (std::size_t i = 0; i < sizeof(Part); i += kLine) {
      __builtin_prefetch(reinterpret_cast<const void*>(at + i));
    }
  }
}

/// Adds one tile's columns to the sums of kTokens tokens.
template <class Isa, int kTokens, class Tile>
[[gnu::always_inline]] inline void accumulate(const Tile& tile, const Place& at,
                                              typename Isa::F32 (&sums)[kTokens]) {
  using TileBlocks = Blocks<Isa, Tile>;
  const TileBlocks blocks(tile);
  for (std::size_t b = 0; b < TileBlocks::kCount; ++b) {
    fetch_ahead<Isa, kTokens>(blocks.part(b));
    const auto block = blocks.block(b);
    typename Isa::Bytes words[8];
    unpack_for<Isa, kTokens>(block.codes, words);
    for_each_group<Isa, kTokens>(
        at.block(b), [&](auto first, const quant::ActivationBlock* x) __attribute__((always_inline)) {
          typename Isa::F32 found[kGroup<Isa, kTokens>];
          sum_block<typename TileBlocks::Block, Isa, kTokens>(block, words, x, found);
          unroll<kGroup<Isa, kTokens>>([&](auto t) __attribute__((always_inline)) {
            sums[first + t] = block.add(sums[first + t], x[t], found[t]);
          });
        });
  }
}

/// The same for float weights.
struct FloatPlace {
  const FloatBlock* x;
  std::size_t stride;

  FloatPlace block(std::size_t b) const noexcept { return {x + b * stride, stride}; }
};

template <class Isa, int kTokens, class Element>
[[gnu::always_inline]] inline void accumulate(const quant::FloatTile<Element>& tile, const FloatPlace& at,
                                              typename Isa::F32 (&sums)[kTokens]) {
  typename Isa::F32 block_sums[kTokens];
  unroll<kTokens>([&](auto t) __attribute__((always_inline)) { block_sums[t] = Isa::splat(0.0f); });
  for (std::size_t c = 0; c < quant::kBlockColumns; ++c) {
    if (c * sizeof(tile.values[c]) % kLine == 0) fetch_ahead<Isa, kTokens>(tile.values[c]);
    const auto w = Isa::load_element(tile.values[c]);
    unroll<kTokens>([&](auto t) __attribute__((always_inline)) {
      block_sums[t] = Isa::fma(w, Isa::splat(at.x[t].values[c]), block_sums[t]);
    });
  }
  unroll<kTokens>([&](auto t) __attribute__((always_inline)) { sums[t] = Isa::add(sums[t], block_sums[t]); });
}

/// Where tiles of each kind begin to read a panel, from token `first` on.
template <class Tile>
struct Start {
  static Place of(const MatMulInput& x, std::size_t first, std::size_t width) noexcept {
    return {{x.quantized.blocks + first, x.quantized.refinements + first, x.quantized.refined + first},
            width};
  }
};
template <class Element>
struct Start<quant::FloatTile<Element>> {
  static FloatPlace of(const MatMulInput& x, std::size_t first, std::size_t width) noexcept {
    return {x.floats + first, width};
  }
};

/// One group of 16 rows times kTokens neighbours of a panel.
template <class Isa, class Tile, int kTokens>
inline void multiply_group(const Tile* tiles, std::size_t n_tiles, const MatMulInput& x, std::size_t first,
                           std::size_t width, float* y, std::size_t stride) noexcept {
  constexpr std::size_t blocks_a_tile = Tile::kColumns / quant::kBlockColumns;
  const auto start = Start<Tile>::of(x, first, width);
  typename Isa::F32 sums[kTokens];
  unroll<kTokens>([&](auto t) __attribute__((always_inline)) { sums[t] = Isa::splat(0.0f); });
  for (std::size_t i = 0; i < n_tiles; ++i) {
    accumulate<Isa, kTokens>(tiles[i], start.block(i * blocks_a_tile), sums);
  }
  unroll<kTokens>([&](auto t)
                      __attribute__((always_inline)) { Isa::store(y + (first + t) * stride, sums[t]); });
}

/// The tokens [first, width) of a panel, as many at a time as registers allow, then half as many, and so on.
template <class Isa, class Tile, int kTokens>
inline void multiply_tokens(const Tile* tiles, std::size_t n_tiles, const MatMulInput& x, std::size_t first,
                            std::size_t width, float* y, std::size_t stride) noexcept {
  for (; first + kTokens <= width; first += kTokens) {
    multiply_group<Isa, Tile, kTokens>(tiles, n_tiles, x, first, width, y, stride);
  }
  if constexpr (kTokens > 1)
    multiply_tokens<Isa, Tile, kTokens / 2>(tiles, n_tiles, x, first, width, y, stride);
}

/// Instruction sets with registers for whole tiles multiply full panels in a way of their own, where it pays.
template <class Isa, class Tile>
concept MultipliesPanels = kHasBlocks<Tile> && Isa::Panels::template kPays<Tile>;

/// KernelTable::matmul.
template <class Isa, class Format>
void matmul(const void* tiles, std::size_t n_groups, std::size_t n_blocks, const MatMulInput& x,
            std::size_t n_tokens, float* y, std::size_t stride) noexcept {
  using Tile = typename Format::Tile;
  const std::size_t n_tiles = n_blocks / (Tile::kColumns / quant::kBlockColumns);
  const auto* const first = static_cast<const Tile*>(tiles);
  std::size_t g = 0;
  if (n_tokens == 1) {
    const std::size_t n_apart = n_groups / kStreams;
    for (; g < n_apart; ++g) {
      multiply_streams<Isa>(first + g * n_tiles, n_tiles, n_apart, x, y + g * quant::kTileRows);
    }
    g = n_apart * kStreams;
  }
  std::size_t token = 0;
  if constexpr (MultipliesPanels<Isa, Tile>) {
    token = n_tokens / quant::kPanelTokens * quant::kPanelTokens;
    Isa::Panels::multiply(first, n_groups, n_tiles, x.quantized, token, y, stride);
  }
  for (; token < n_tokens; token += quant::kPanelTokens) {
    const std::size_t width = n_tokens - token < quant::kPanelTokens ? n_tokens - token : quant::kPanelTokens;
    const MatMulInput panel = x.from(token, n_blocks);
    for (std::size_t i = g; i < n_groups; ++i) {
      multiply_tokens<Isa, Tile, Isa::kMatMulTokens>(first + i * n_tiles, n_tiles, panel, 0, width,
                                                     y + token * stride + i * quant::kTileRows, stride);
    }
  }
}

}  // namespace linnet::kernels
