// What a tile of quantized weights is to a product: blocks of 32 columns, each with codes and with what makes
// a float of their integer sums.
#pragma once

#include "kernels/dot.h"
#include "quant/tile.h"

namespace linnet::kernels {

/// value = scale * (code - kOffset).
template <class Isa, int kCodeBits, int kCodeOffset>
struct ScaleBlock {
  static constexpr int kBits = kCodeBits;
  static constexpr int kOffset = kCodeOffset;
  static constexpr int kParts = 1;
  const quant::TileCodes<kBits>& codes;
  typename Isa::F32 scale;

  typename Isa::F32 whole(const typename Isa::I32 (&sums)[1]) const { return Isa::to_float(sums[0]); }
  typename Isa::F32 add(typename Isa::F32 acc, const quant::ActivationBlock& x, typename Isa::F32 sum) const {
    return Isa::fma(Isa::mul(scale, Isa::splat(x.scale)), sum, acc);
  }
};

/// value = scale * code + minimum.
template <class Isa, int kCodeBits>
struct ScaleMinBlock : ScaleBlock<Isa, kCodeBits, 0> {
  typename Isa::F32 minimum;

  typename Isa::F32 add(typename Isa::F32 acc, const quant::ActivationBlock& x, typename Isa::F32 sum) const {
    return Isa::fma(minimum, Isa::splat(x.scaled_sum), ScaleBlock<Isa, kCodeBits, 0>::add(acc, x, sum));
  }
};

/// value = scale * step * (code - kOffset), a step for each half of the columns.
template <class Isa, int kCodeBits, int kCodeOffset>
struct StepBlock : ScaleBlock<Isa, kCodeBits, kCodeOffset> {
  static constexpr int kParts = 2;
  typename Isa::F32 steps[2];

  // Below 2^24 in magnitude, so all of this is exact: 2 * 16 * 32 * 127 * 128 < 2^24.
  typename Isa::F32 whole(const typename Isa::I32 (&sums)[2]) const {
    return Isa::fma(steps[0], Isa::to_float(sums[0]), Isa::mul(steps[1], Isa::to_float(sums[1])));
  }
};

/// The blocks of a tile: kCount of them, block(b), and part(b), where it stands in memory.
template <class Isa, class Tile>
struct Blocks;

template <class Isa, int kBits, int kOffset>
struct Blocks<Isa, quant::ScaleTile<kBits, kOffset>> {
  using Tile = quant::ScaleTile<kBits, kOffset>;
  using Block = ScaleBlock<Isa, kBits, kOffset>;
  static constexpr std::size_t kCount = 1;
  const Tile& tile;

  explicit Blocks(const Tile& t) : tile(t) {}
  const Tile& part(std::size_t) const { return tile; }
  Block block(std::size_t) const { return {tile.codes, Isa::load_half(tile.scale)}; }
};

template <class Isa, int kBits>
struct Blocks<Isa, quant::ScaleMinTile<kBits>> {
  using Tile = quant::ScaleMinTile<kBits>;
  using Block = ScaleMinBlock<Isa, kBits>;
  static constexpr std::size_t kCount = 1;
  const Tile& tile;

  explicit Blocks(const Tile& t) : tile(t) {}
  const Tile& part(std::size_t) const { return tile; }
  Block block(std::size_t) const {
    return {{tile.codes, Isa::load_half(tile.scale)}, Isa::load_half(tile.minimum)};
  }
};

template <class Isa, int kBits>
struct Blocks<Isa, quant::SuperMinTile<kBits>> {
  using Tile = quant::SuperMinTile<kBits>;
  using Block = ScaleMinBlock<Isa, kBits>;
  static constexpr std::size_t kCount = 8;
  const Tile& tile;
  typename Isa::F32 scale;
  typename Isa::F32 minimum;

  explicit Blocks(const Tile& t)
      : tile(t),
        scale(Isa::load_half(t.scale)),
        minimum(Isa::sub(Isa::splat(0.0f), Isa::load_half(t.minimum))) {}
  const typename Tile::Block& part(std::size_t b) const { return tile.blocks[b]; }
  Block block(std::size_t b) const {
    const auto& part = tile.blocks[b];
    return {{part.codes, Isa::mul(scale, Isa::to_float(Isa::load_u8(part.step)))},
            Isa::mul(minimum, Isa::to_float(Isa::load_u8(part.floor)))};
  }
};

template <class Isa, int kBits, int kOffset>
struct Blocks<Isa, quant::SuperTile<kBits, kOffset>> {
  using Tile = quant::SuperTile<kBits, kOffset>;
  using Block = StepBlock<Isa, kBits, kOffset>;
  static constexpr std::size_t kCount = 8;
  const Tile& tile;
  typename Isa::F32 scale;

  explicit Blocks(const Tile& t) : tile(t), scale(Isa::load_half(t.scale)) {}
  const typename Tile::Block& part(std::size_t b) const { return tile.blocks[b]; }
  Block block(std::size_t b) const {
    const auto& part = tile.blocks[b];
    return {{part.codes, scale},
            {Isa::to_float(Isa::load_i8(part.step[0])), Isa::to_float(Isa::load_i8(part.step[1]))}};
  }
};

/// Tiles that have such blocks: all but those of floats.
template <class Tile>
inline constexpr bool kHasBlocks = true;
template <class Element>
inline constexpr bool kHasBlocks<quant::FloatTile<Element>> = false;

/// What the sum of a part begins with, so that codes are without their offset.
template <class Isa, class Block, int kPart>
inline constexpr auto kStart = [](const quant::ActivationBlock& x) {
  constexpr int offset = Block::kBits == 8 ? Isa::kSignedOffset : Block::kOffset;
  return -offset * (Block::kParts == 2 ? x.sum[kPart] : x.sum[0] + x.sum[1]);
};

/// sums[t] = the exact sums of a block's codes less their offset with the activations of a group of kTokens
/// tokens, as floats.
template <class Block, class Isa, int kTokens>
[[gnu::always_inline]] inline void sum_block(const Block& block, const typename Isa::Bytes (&words)[8],
                                             const quant::ActivationBlock* x,
                                             typename Isa::F32 (&sums)[kGroup<Isa, kTokens>]) {
  constexpr int parts = Block::kParts;
  typename Isa::I32 dots[parts][kGroup<Isa, kTokens>];
  unroll<parts>([&](auto p) __attribute__((always_inline)) {
    dot<Isa, kTokens, Block::kBits, p*(8 / parts), 8 / parts>(words, x, kStart<Isa, Block, p>, dots[p]);
  });
  unroll<kGroup<Isa, kTokens>>([&](auto t) __attribute__((always_inline)) {
    typename Isa::I32 of_token[parts];
    unroll<parts>([&](auto p) __attribute__((always_inline)) { of_token[p] = dots[p][t]; });
    sums[t] = block.whole(of_token);
  });
}

}  // namespace linnet::kernels
