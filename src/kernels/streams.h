// The product with one token, which memory's read bandwidth limits: streams of weights side by side, because
// what one processor core has to wait for is hidden best by other requests that are already on their way.
// docs/performance.md tells what was measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/matmul_block.h"
#include "kernels/weight_block.h"

namespace linnet::kernels {

/// Bytes that a processor reads at once.
inline constexpr std::size_t kLine = 64;
/// Parts of a matrix that are read side by side, line by line in turn: processors fetch some streams sooner
/// than one, and sooner than pieces of one after pieces of another.
inline constexpr int kStreams = 4;
/// Bytes by which the first stream is asked for ahead of its use,
inline constexpr std::size_t kStreamAhead = 2048;
/// and by how much more each further one. Processors look ahead within a page of 4 KiB at most, and streams
/// often stand at the same place of their pages: so they enter new pages in turn, not together.
inline constexpr std::size_t kStreamPhase = 320;

/// Asks for line kIndex of what the stream reads that far behind `part`. Past the end of the weights this is
/// nothing, or a line in vain.
template <int kStream, int kIndex>
[[gnu::always_inline]] inline void fetch_line(const void* part) {
  constexpr std::size_t ahead = kStreamAhead + kStream * kStreamPhase + kIndex * kLine;
  __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(part) + ahead));
}

/// Keeps the compiler from gathering what is meant to alternate: the lines of one stream, and the requests.
[[gnu::always_inline]] inline void end_turn() { asm volatile("" ::: "memory"); }

/// Adds the block that kStreams tiles have in common to each one's sum. kIsFetching asks for the blocks
/// ahead, too.
template <bool kIsFetching, class Isa, class Tile>
[[gnu::always_inline]] inline void add_blocks(const Tile* const (&tiles)[kStreams], std::size_t b,
                                              const quant::ActivationBlock& x,
                                              typename Isa::F32 (&sums)[kStreams]) {
  using TileBlocks = Blocks<Isa, Tile>;
  using Block = typename TileBlocks::Block;
  constexpr int parts = Block::kParts;
  typename Isa::I32 dots[kStreams][parts];
  unroll<parts>([&](auto p) __attribute__((always_inline)) {
    unroll<kStreams>([&](auto s) __attribute__((always_inline)) {
      dots[s][p] = Isa::splat_int(kStart<Isa, Block, p>(x));
    });
  });
  constexpr int steps = kSteps<Block::kBits>;
  unroll<steps>([&](auto step) __attribute__((always_inline)) {
    if constexpr (kIsFetching) {
      constexpr int n_lines = (sizeof(TileBlocks(*tiles[0]).part(0)) + kLine - 1) / kLine;
      constexpr int first = n_lines * step / steps;
      unroll<n_lines*(step + 1) / steps - first>([&](auto i) __attribute__((always_inline)) {
        unroll<kStreams>([&](auto s) __attribute__((always_inline)) {
          fetch_line<s, first + i>(&TileBlocks(*tiles[s]).part(b));
        });
      });
    }
    unroll<kStreams>([&](auto s) __attribute__((always_inline)) {
      typename Isa::Bytes words[8 / steps];
      unpack_step<Isa, step>(TileBlocks(*tiles[s]).part(b).codes, words);
      unroll<8 / steps>([&](auto i) __attribute__((always_inline)) {
        auto& sum = dots[s][i % parts];
        sum = Isa::template dot<Block::kBits>(sum, words[i], word_of(x, step + i * steps));
      });
    });
    end_turn();
  });
  unroll<kStreams>([&](auto s) __attribute__((always_inline)) {
    const Block block = TileBlocks(*tiles[s]).block(b);
    sums[s] = block.add(sums[s], x, block.whole(dots[s]));
  });
}

/// Adds a tile of each stream, the i-th of its row.
template <class Isa, class Tile>
requires kHasBlocks<Tile>
[[gnu::always_inline]] inline void add_tiles(const Tile* const (&tiles)[kStreams], std::size_t i,
                                             const MatMulInput& x, typename Isa::F32 (&sums)[kStreams]) {
  for (std::size_t b = 0; b < Blocks<Isa, Tile>::kCount; ++b) {
    const std::size_t at = i * Blocks<Isa, Tile>::kCount + b;
    add_blocks<true, Isa>(tiles, b, x.quantized.blocks[at], sums);
    if (x.quantized.refined[at]) add_blocks<false, Isa>(tiles, b, x.quantized.refinements[at], sums);
  }
}

/// The same for float weights.
template <class Isa, class Element>
[[gnu::always_inline]] inline void add_tiles(const quant::FloatTile<Element>* const (&tiles)[kStreams],
                                             std::size_t i, const MatMulInput& x,
                                             typename Isa::F32 (&sums)[kStreams]) {
  typename Isa::F32 block_sums[kStreams];
  unroll<kStreams>([&](auto s) __attribute__((always_inline)) { block_sums[s] = Isa::splat(0.0f); });
  for (std::size_t c = 0; c < quant::kBlockColumns; ++c) {
    const auto value = Isa::splat(x.floats[i].values[c]);
    unroll<kStreams>([&](auto s) __attribute__((always_inline)) {
      const auto& weights = tiles[s]->values[c];
      if (c * sizeof(weights) % kLine == 0) fetch_line<s, 0>(&weights);
      block_sums[s] = Isa::fma(Isa::load_element(weights), value, block_sums[s]);
    });
  }
  unroll<kStreams>([&](auto s)
                       __attribute__((always_inline)) { sums[s] = Isa::add(sums[s], block_sums[s]); });
}

/// kStreams groups of 16 rows, each n_apart groups after the one before, times one token.
template <class Isa, class Tile>
inline void multiply_streams(const Tile* tiles, std::size_t n_tiles, std::size_t n_apart,
                             const MatMulInput& x, float* y) noexcept {
  typename Isa::F32 sums[kStreams];
  unroll<kStreams>([&](auto s) __attribute__((always_inline)) { sums[s] = Isa::splat(0.0f); });
  for (std::size_t i = 0; i < n_tiles; ++i) {
    const Tile* side_by_side[kStreams];
    unroll<kStreams>([&](auto s) __attribute__((always_inline)) {
      side_by_side[s] = tiles + s * n_apart * n_tiles + i;
    });
    add_tiles<Isa>(side_by_side, i, x, sums);
  }
  unroll<kStreams>([&](auto s) __attribute__((always_inline)) {
    Isa::store(y + s * n_apart * quant::kTileRows, sums[s]);
  });
}

}  // namespace linnet::kernels
