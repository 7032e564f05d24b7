// y = W x over packed tiles. One text for every instruction set, format and number of tokens; the order of
// additions is the numerics contract: for each output one accumulator, blocks of 32 columns ascending,
//     acc = fma(scale_w * scale_x, float(exact integer sum), acc), then, with a minimum, acc = fma(minimum_w,
//     scaled_sum_x, acc).
#pragma once

#include <cstring>

#include "kernels/dot.h"
#include "kernels/kernel_table.h"
#include "kernels/matmul_block.h"

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

/// Calls dot(x, sums) for the blocks x of each group of neighbours, which gives their integer sums, then
/// add(t, x, sum) for each token t of the group; then the same for the refinements, if one of some neighbours
/// has one. A refinement that is zero adds exactly nothing, so a token's sum does not depend on its
/// neighbours.
template <class Isa, int kTokens, class Dot, class Add>
[[gnu::always_inline]] inline void for_each_token(const Place& at, Dot&& dot, Add&& add) {
  constexpr int group = kGroup<Isa, kTokens>;
  const auto meet = [&](auto first, const quant::ActivationBlock* x) __attribute__((always_inline)) {
    typename Isa::I32 sums[group];
    dot(x, sums);
    unroll<group>([&](auto t) __attribute__((always_inline)) {
      add(std::integral_constant<int, first + t>{}, x[t], sums[t]);
    });
  };
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

/// Bytes that a processor reads at once.
inline constexpr std::size_t kLine = 64;
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

// accumulate(): adds one tile's columns to the sums of kTokens tokens.

template <class Isa, int kTokens, int kBits, int kOffset>
[[gnu::always_inline]] inline void accumulate(const quant::ScaleTile<kBits, kOffset>& tile, const Place& at,
                                              typename Isa::F32 (&sums)[kTokens]) {
  fetch_ahead<Isa, kTokens>(tile);
  constexpr int offset = kBits == 8 ? Isa::kSignedOffset : kOffset;
  typename Isa::Bytes words[8];
  unpack_for<Isa, kTokens>(tile.codes, words);
  const auto scale = Isa::load_half(tile.scale);
  for_each_token<Isa, kTokens>(
      at,
      [&](const auto* x, auto& dots) __attribute__((always_inline)) {
        dot<Isa, kTokens, kBits, 0, 8>(
            words, x, [](const auto& block) { return -offset * (block.sum[0] + block.sum[1]); }, dots);
      },
      [&](auto t, const auto& x, auto sum) __attribute__((always_inline)) {
        sums[t] = Isa::fma(Isa::mul(scale, Isa::splat(x.scale)), Isa::to_float(sum), sums[t]);
      });
}

template <class Isa, int kTokens, int kBits>
[[gnu::always_inline]] inline void accumulate(const quant::ScaleMinTile<kBits>& tile, const Place& at,
                                              typename Isa::F32 (&sums)[kTokens]) {
  fetch_ahead<Isa, kTokens>(tile);
  typename Isa::Bytes words[8];
  unpack_for<Isa, kTokens>(tile.codes, words);
  const auto scale = Isa::load_half(tile.scale);
  const auto minimum = Isa::load_half(tile.minimum);
  for_each_token<Isa, kTokens>(
      at,
      [&](const auto* x, auto& dots)
          __attribute__((always_inline)) { dot<Isa, kTokens, kBits, 0, 8>(words, x, kFromZero, dots); },
      [&](auto t, const auto& x, auto sum) __attribute__((always_inline)) {
        sums[t] = Isa::fma(Isa::mul(scale, Isa::splat(x.scale)), Isa::to_float(sum), sums[t]);
        sums[t] = Isa::fma(minimum, Isa::splat(x.scaled_sum), sums[t]);
      });
}

template <class Isa, int kTokens, int kBits>
[[gnu::always_inline]] inline void accumulate(const quant::SuperMinTile<kBits>& tile, const Place& at,
                                              typename Isa::F32 (&sums)[kTokens]) {
  const auto scale = Isa::load_half(tile.scale);
  const auto minimum = Isa::sub(Isa::splat(0.0f), Isa::load_half(tile.minimum));
  for (std::size_t b = 0; b < 8; ++b) {
    const auto& block = tile.blocks[b];
    fetch_ahead<Isa, kTokens>(block);
    typename Isa::Bytes words[8];
    unpack_for<Isa, kTokens>(block.codes, words);
    const auto block_scale = Isa::mul(scale, Isa::to_float(Isa::load_u8(block.step)));
    const auto block_minimum = Isa::mul(minimum, Isa::to_float(Isa::load_u8(block.floor)));
    for_each_token<Isa, kTokens>(
        at.block(b),
        [&](const auto* x, auto& dots)
            __attribute__((always_inline)) { dot<Isa, kTokens, kBits, 0, 8>(words, x, kFromZero, dots); },
        [&](auto t, const auto& x, auto sum) __attribute__((always_inline)) {
          sums[t] = Isa::fma(Isa::mul(block_scale, Isa::splat(x.scale)), Isa::to_float(sum), sums[t]);
          sums[t] = Isa::fma(block_minimum, Isa::splat(x.scaled_sum), sums[t]);
        });
  }
}

template <class Isa, int kTokens, int kBits, int kOffset>
[[gnu::always_inline]] inline void accumulate(const quant::SuperTile<kBits, kOffset>& tile, const Place& at,
                                              typename Isa::F32 (&sums)[kTokens]) {
  const auto scale = Isa::load_half(tile.scale);
  for (std::size_t b = 0; b < 8; ++b) {
    const auto& block = tile.blocks[b];
    fetch_ahead<Isa, kTokens>(block);
    typename Isa::Bytes words[8];
    unpack_for<Isa, kTokens>(block.codes, words);
    const auto first_step = Isa::load_i8(block.step[0]);
    const auto second_step = Isa::load_i8(block.step[1]);
    for_each_token<Isa, kTokens>(
        at.block(b),
        [&](const auto* x, auto& dots) __attribute__((always_inline)) {
          typename Isa::I32 more[kGroup<Isa, kTokens>];
          dot<Isa, kTokens, kBits, 0, 4>(
              words, x, [](const auto& a) { return -kOffset * a.sum[0]; }, dots);
          dot<Isa, kTokens, kBits, 4, 4>(
              words, x, [](const auto& a) { return -kOffset * a.sum[1]; }, more);
          // Below 2^24 in magnitude, so the float is exact: 2 * 16 * 32 * 127 * 127 < 2^24.
          unroll<kGroup<Isa, kTokens>>([&](auto t) __attribute__((always_inline)) {
            dots[t] = Isa::add_int(Isa::mul_int(first_step, dots[t]), Isa::mul_int(second_step, more[t]));
          });
        },
        [&](auto t, const auto& x, auto sum) __attribute__((always_inline)) {
          sums[t] = Isa::fma(Isa::mul(scale, Isa::splat(x.scale)), Isa::to_float(sum), sums[t]);
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

/// Parts of the weights that are read side by side for one token: processors fetch several streams sooner
/// than one.
inline constexpr int kStreams = 4;

/// kStreams groups, each n_apart groups after the one before, times one token.
template <class Isa, class Tile>
inline void multiply_streams(const Tile* tiles, std::size_t n_tiles, std::size_t n_apart,
                             const MatMulInput& x, float* y) noexcept {
  constexpr std::size_t blocks_a_tile = Tile::kColumns / quant::kBlockColumns;
  const auto start = Start<Tile>::of(x, 0, 1);
  typename Isa::F32 sums[kStreams][1];
  unroll<kStreams>([&](auto s) __attribute__((always_inline)) { sums[s][0] = Isa::splat(0.0f); });
  for (std::size_t i = 0; i < n_tiles; ++i) {
    unroll<kStreams>([&](auto s) __attribute__((always_inline)) {
      accumulate<Isa, 1>(tiles[s * n_apart * n_tiles + i], start.block(i * blocks_a_tile), sums[s]);
    });
  }
  unroll<kStreams>([&](auto s) __attribute__((always_inline)) {
    Isa::store(y + s * n_apart * quant::kTileRows, sums[s][0]);
  });
}

/// KernelTable::matmul.
template <class Isa, class Format>
void matmul(const void* tiles, std::size_t n_groups, std::size_t n_blocks, const MatMulInput& x,
            std::size_t width, float* y, std::size_t stride) noexcept {
  using Tile = typename Format::Tile;
  const std::size_t n_tiles = n_blocks / (Tile::kColumns / quant::kBlockColumns);
  const auto* group = static_cast<const Tile*>(tiles);
  std::size_t g = 0;
  if (width == 1) {
    const std::size_t n_apart = n_groups / kStreams;
    for (; g < n_apart; ++g) {
      multiply_streams<Isa>(group + g * n_tiles, n_tiles, n_apart, x, y + g * quant::kTileRows);
    }
    g = n_apart * kStreams;
    group += g * n_tiles;
  }
  for (; g < n_groups; ++g, group += n_tiles) {
    multiply_tokens<Isa, Tile, Isa::kMatMulTokens>(group, n_tiles, x, 0, width, y + g * quant::kTileRows,
                                                   stride);
  }
}

}  // namespace linnet::kernels
