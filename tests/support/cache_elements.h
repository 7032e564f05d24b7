// Every type of cache, and what it makes of a row of numbers, by way of the weight format of the same name.
#pragma once

#include <cstddef>
#include <ostream>
#include <span>
#include <vector>

#include "kernels/cache_types.h"
#include "quant/codec.h"

namespace linnet::kernels {

struct CacheCase {
  CacheElement element;
  quant::TypeId type;
  friend std::ostream& operator<<(std::ostream& out, const CacheCase& c) {
    return out << quant::find_codec(c.type)->name;
  }
};

inline constexpr CacheCase kCacheCases[] = {{CacheElement::kF16, quant::TypeId::kF16},
                                            {CacheElement::kF32, quant::TypeId::kF32},
                                            {CacheElement::kQ8_0, quant::TypeId::kQ8_0},
                                            {CacheElement::kQ4_0, quant::TypeId::kQ4_0}};
static_assert(std::size(kCacheCases) == CacheTypes::kSize);

constexpr bool is_float(CacheElement element) {
  return element == CacheElement::kF16 || element == CacheElement::kF32;
}

/// A key or a value as a cache gives it back.
inline std::vector<float> stored(CacheElement element, std::span<const float> row) {
  const quant::Codec& codec = *quant::find_codec(kCacheCases[static_cast<std::size_t>(element)].type);
  const std::size_t n_blocks = (row.size() + codec.block_columns - 1) / codec.block_columns;
  std::vector<float> values(row.begin(), row.end());
  values.resize(n_blocks * codec.block_columns);
  std::vector<std::byte> blocks(n_blocks * codec.block_bytes);
  codec.encode_row(values.data(), blocks.data(), values.size());
  codec.decode_row(blocks.data(), values.data(), values.size());
  values.resize(row.size());
  return values;
}

}  // namespace linnet::kernels
