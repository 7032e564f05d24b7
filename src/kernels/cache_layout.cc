#include "kernels/cache_layout.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "quant/tile_row.h"

namespace linnet::kernels {
namespace {

void to_elements(const KernelTable& table, const float* x, quant::Half* y, std::size_t n) noexcept {
  table.to_half(x, &y->bits, n);
}
void to_elements(const KernelTable&, const float* x, float* y, std::size_t n) noexcept {
  std::memcpy(y, x, n * sizeof *x);
}

template <class Cache>
struct Store;

template <class Element>
struct Store<FloatCache<Element>> {
  static void store(const KernelTable& table, const float* key, const float* value, std::size_t head_dim,
                    std::size_t position, void* keys, void* values) noexcept {
    Element row[kMaxHeadDim];
    to_elements(table, key, row, head_dim);
    Element* lane = static_cast<Element*>(keys) + position / kTilePositions * head_dim * kTilePositions +
                    position % kTilePositions;
    for (std::size_t d = 0; d < head_dim; ++d) lane[d * kTilePositions] = row[d];
    to_elements(table, value, static_cast<Element*>(values) + position * head_dim, head_dim);
  }
};

template <class Format>
struct Store<BlockCache<Format>> {
  using Cache = BlockCache<Format>;

  // n values, filled up with zeros.
  static typename Format::Block encode(const float* values, std::size_t n) noexcept {
    float filled[Format::kColumns] = {};
    std::memcpy(filled, values, n * sizeof *values);
    typename Format::Block block;
    Format::encode(filled, block);
    return block;
  }

  // The same bits whatever the table: only scalar code.
  static void store(const KernelTable&, const float* key, const float* value, std::size_t head_dim,
                    std::size_t position, void* keys, void* values) noexcept {
    const std::size_t n_blocks = (head_dim + Format::kColumns - 1) / Format::kColumns;
    const std::size_t first = position / kTilePositions * n_blocks;
    const std::size_t lane = position % kTilePositions;
    auto* key_tiles = static_cast<typename Cache::KeyTile*>(keys) + first;
    auto* value_tiles = static_cast<typename Cache::ValueTile*>(values) + first;
    for (std::size_t b = 0; b < n_blocks; ++b) {
      const std::size_t d = b * Format::kColumns;
      const std::size_t n = std::min(Format::kColumns, head_dim - d);
      quant::set_block<Format>(key_tiles[b], lane, encode(key + d, n));
      const auto block = encode(value + d, n);
      value_tiles[b].scale[lane] = block.scale;
      std::memcpy(value_tiles[b].codes[lane], block.codes, sizeof block.codes);
    }
  }
};

template <class... Caches>
constexpr auto make_layouts(quant::TypeList<Caches...>) noexcept {
  return std::array{CacheLayout{Caches::kColumns, Caches::kTileBytes, &Store<Caches>::store}...};
}

constexpr auto kLayouts = make_layouts(CacheTypes{});

}  // namespace

const CacheLayout& cache_layout(CacheElement element) noexcept {
  return kLayouts[static_cast<std::size_t>(element)];
}

}  // namespace linnet::kernels
