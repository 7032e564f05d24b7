// AVX-512 with VNNI, and the tile registers of AMX for full panels: prompts. Intel 64 and IA-32 Architectures
// Software Developer's Manual, volume 1, chapter 18.
#include <type_traits>

#include "kernels/tables.h"
#include "kernels/x86_64/avx512_vnni.h"

namespace linnet::kernels {
namespace {

using quant::kPanelTokens;
using quant::kTileRows;

// Tile registers by their use: sums of 16 tokens (rows) and 16 rows of weights (columns), codes of 16 tokens,
// words of 16 rows of weights. Two of each, so that one can be filled while the other is multiplied.
constexpr int kSums = 0;
constexpr int kTokens = 4;
constexpr int kWords = 6;

template <int kRegister>
[[gnu::always_inline]] inline void load_tile(const void* p, std::size_t stride) {
  asm volatile("tileloadd (%1,%2,1), %%tmm%c0" ::"i"(kRegister), "r"(p), "r"(stride) : "memory");
}
template <int kRegister>
[[gnu::always_inline]] inline void store_tile(void* p, std::size_t stride) {
  asm volatile("tilestored %%tmm%c0, (%1,%2,1)" ::"i"(kRegister), "r"(p), "r"(stride) : "memory");
}
/// Register kTo = the products of signed bytes of tokens and words.
template <int kTo, int kLeft, int kRight>
[[gnu::always_inline]] inline void multiply_tiles() {
  asm volatile("tilezero %%tmm%c0\n\ttdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(kTo), "i"(kLeft),
               "i"(kRight));
}

/// Gives the thread's tile registers their shapes, and takes them away again, so that nobody saves them.
class TileShapes {
 public:
  /// For blocks whose columns are summed in so many parts.
  explicit TileShapes(int parts) {
    Shapes shapes;
    for (int i = 0; i < 8; ++i) shape(shapes, i, 16, 64);
    for (int i = 0; i < 2; ++i) {
      shape(shapes, kTokens + i, 16, static_cast<std::uint16_t>(32 / parts));
      shape(shapes, kWords + i, static_cast<std::uint8_t>(8 / parts), 64);
    }
    asm volatile("ldtilecfg %0" ::"m"(shapes));
  }
  ~TileShapes() { asm volatile("tilerelease"); }
  TileShapes(const TileShapes&) = delete;
  TileShapes& operator=(const TileShapes&) = delete;

 private:
  struct Shapes {
    std::uint8_t palette = 1;
    std::uint8_t start_row = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t row_bytes[16] = {};
    std::uint8_t rows[16] = {};
  };
  static void shape(Shapes& shapes, int i, std::uint8_t rows, std::uint16_t row_bytes) {
    shapes.rows[i] = rows;
    shapes.row_bytes[i] = row_bytes;
  }
};

/// One group of 16 rows times full panels, a chunk of columns at a time: small enough that its unpacked words
/// and its sums stay in the first-level cache.
template <class Tile>
class GroupTimesPanels {
  using Isa = Avx512Vnni;
  using TileBlocks = Blocks<Isa, Tile>;
  using Block = typename TileBlocks::Block;
  static constexpr int kParts = Block::kParts;
  static constexpr std::size_t kTileBlocks = TileBlocks::kCount;
  static constexpr std::size_t kChunkBlocks = 16 / kParts;

 public:
  void multiply(const Tile* tiles, std::size_t n_tiles, const quant::Panel& x, std::size_t n_tokens, float* y,
                std::size_t stride) {
    const std::size_t n_blocks = n_tiles * kTileBlocks;
    const std::size_t n_chunks = (n_blocks + kChunkBlocks - 1) / kChunkBlocks;
    const std::size_t chunk = (n_tiles + n_chunks - 1) / n_chunks;
    for (std::size_t first = 0; first < n_tiles; first += chunk) {
      const std::size_t count = n_tiles - first < chunk ? n_tiles - first : chunk;
      unpack_chunk(tiles + first, count);
      for (std::size_t token = 0; token < n_tokens; token += kPanelTokens) {
        const std::size_t at = token * n_blocks + first * kTileBlocks * kPanelTokens;
        const Place place{{x.blocks + at, x.refinements + at, x.refined + at}, kPanelTokens};
        sum_chunk(place.x.blocks, count * kTileBlocks);
        add_chunk(tiles + first, count, place, first == 0, y + token * stride, stride);
      }
    }
  }

 private:
  /// Codes less their offset.
  void unpack_chunk(const Tile* tiles, std::size_t n_tiles) {
    for (std::size_t i = 0; i < n_tiles * kTileBlocks; ++i) {
      const auto& codes = TileBlocks(tiles[i / kTileBlocks]).part(i % kTileBlocks).codes;
      Isa::Bytes words[8];
      if constexpr (Block::kBits == 8) {
        unroll<8>([&](auto w) { words[w] = Isa::load_bytes(codes.lines[w]); });
      } else {
        unpack<Isa>(codes, words);
        unroll<8>([&](auto w) { words[w] = _mm512_sub_epi8(words[w], _mm512_set1_epi8(Block::kOffset)); });
      }
      unroll<8>([&](auto w) { _mm512_store_si512(words_[i][w], words[w]); });
    }
  }

  // Results are stored two products late, because a product takes as long as several.
  void sum_chunk(const quant::ActivationBlock* x, std::size_t n_blocks) {
    const std::size_t n_sums = n_blocks * kParts;
    std::size_t i = 0;
    for (; i + 4 <= n_sums; i += 4) {
      unroll<4>([&](auto k) __attribute__((always_inline)) { step<k>(x, i + k); });
    }
    unroll<3>([&](auto k) __attribute__((always_inline)) {
      if (i + k < n_sums) step<k>(x, i + k);
    });
    const auto finish = [&](std::size_t at) __attribute__((always_inline)) {
      unroll<4>([&](auto k) __attribute__((always_inline)) {
        if (at % 4 == k) store_tile<kSums + k>(sums_[at / kParts][at % kParts], 64);
      });
    };
    if (n_sums >= 2) finish(n_sums - 2);
    finish(n_sums - 1);
  }

  template <int kTurn>
  [[gnu::always_inline]] void step(const quant::ActivationBlock* x, std::size_t i) {
    constexpr int late = (kTurn + 2) % 4;
    constexpr int words = kWords + kTurn % 2;
    constexpr int tokens = kTokens + kTurn % 2;
    const std::size_t b = i / kParts;
    const std::size_t part = i % kParts;
    load_tile<words>(words_[b][part * (8 / kParts)], 64);
    load_tile<tokens>(x[b * kPanelTokens].codes + part * (32 / kParts), sizeof(quant::ActivationBlock));
    multiply_tiles<kSums + kTurn, tokens, words>();
    if (kTurn >= 2 || i >= 2) store_tile<kSums + late>(sums_[(i - 2) / kParts][(i - 2) % kParts], 64);
  }

  void add_chunk(const Tile* tiles, std::size_t n_tiles, const Place& at, bool is_first, float* y,
                 std::size_t stride) {
    Isa::F32 sums[kPanelTokens];
    unroll<kPanelTokens>([&](auto t) { sums[t] = is_first ? Isa::splat(0.0f) : Isa::load(y + t * stride); });
    for (std::size_t i = 0; i < n_tiles; ++i) {
      const TileBlocks blocks(tiles[i]);
      for (std::size_t b = 0; b < kTileBlocks; ++b) {
        add_block(blocks.block(b), sums_[i * kTileBlocks + b], at.block(i * kTileBlocks + b).x, sums);
      }
    }
    unroll<kPanelTokens>([&](auto t) { Isa::store(y + t * stride, sums[t]); });
  }

  [[gnu::always_inline]] static void add_block(const Block& block,
                                               const std::int32_t (&found)[kParts][kPanelTokens][kTileRows],
                                               const quant::Panel& x, Isa::F32 (&sums)[kPanelTokens]) {
    unroll<kPanelTokens>([&](auto t) __attribute__((always_inline)) {
      Isa::I32 parts[kParts];
      unroll<kParts>([&](auto p) { parts[p] = _mm512_load_si512(found[p][t]); });
      sums[t] = block.add(sums[t], x.blocks[t], block.whole(parts));
    });
    if (!any_refined<kPanelTokens>(x.refined)) return;
    Isa::Bytes words[8];
    unpack<Isa>(block.codes, words);
    unroll<kPanelTokens / 4>([&](auto n) __attribute__((always_inline)) {
      if (!any_refined<4>(x.refined + 4 * n)) return;
      unroll<4>([&](auto i) __attribute__((always_inline)) {
        constexpr int t = 4 * n + i;
        Isa::F32 refinement[1];
        sum_block<Block, Isa, 1>(block, words, x.refinements + t, refinement);
        sums[t] = block.add(sums[t], x.refinements[t], refinement[0]);
      });
    });
  }

  alignas(64) std::uint8_t words_[kChunkBlocks][8][64];
  alignas(64) std::int32_t sums_[kChunkBlocks][kParts][kPanelTokens][kTileRows];
};

struct AmxInt8 : Avx512Vnni {
  struct Panels {
    // While tile registers work, floats get half of their units, and a block with a minimum takes the most of
    // these. Of such formats only those with super-blocks gain: docs/performance.md.
    template <class Tile>
    static constexpr bool kPays = !std::is_base_of_v<ScaleMinBlock<Avx512Vnni, Tile::kBits>,
                                                     typename Blocks<Avx512Vnni, Tile>::Block> ||
                                  Blocks<Avx512Vnni, Tile>::kCount > 1;

    template <class Tile>
    static void multiply(const Tile* tiles, std::size_t n_groups, std::size_t n_tiles, const quant::Panel& x,
                         std::size_t n_tokens, float* y, std::size_t stride) {
      if (n_tokens == 0) return;
      const TileShapes shapes(Blocks<Avx512Vnni, Tile>::Block::kParts);
      const std::size_t n_blocks = n_tiles * Blocks<Avx512Vnni, Tile>::kCount;
      const std::size_t n_together = panels_together(n_blocks) * kPanelTokens;
      GroupTimesPanels<Tile> group;
      for (std::size_t token = 0; token < n_tokens; token += n_together) {
        const std::size_t n = n_tokens - token < n_together ? n_tokens - token : n_together;
        const std::size_t at = token * n_blocks;
        const quant::Panel some{x.blocks + at, x.refinements + at, x.refined + at};
        for (std::size_t g = 0; g < n_groups; ++g) {
          group.multiply(tiles + g * n_tiles, n_tiles, some, n, y + token * stride + g * kTileRows, stride);
        }
      }
    }

    // Activations that meet all groups before the next are read: they stay in the second-level cache.
    static std::size_t panels_together(std::size_t n_blocks) {
      constexpr std::size_t kCachedBytes = 768 << 10;
      const std::size_t n = kCachedBytes / (n_blocks * kPanelTokens * sizeof(quant::ActivationBlock));
      return n == 0 ? 1 : n;
    }
  };
};

}  // namespace

constinit const KernelTable amx_int8_table = make_table<AmxInt8>("amx_int8");

}  // namespace linnet::kernels
