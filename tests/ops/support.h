// Threads, contexts and packed matrices for the tests of operations.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "base/rng.h"
#include "kernels/registry.h"
#include "ops/context.h"
#include "quant/codec.h"
#include "quant/packed.h"
#include "tensor/matrix.h"
#include "threads/pool.h"

namespace linnet::ops {

/// Runs body(context) on every thread of a team with the best kernels.
template <class Body>
void run(unsigned n_threads, Body&& body) {
  auto pool = Pool::create(n_threads);
  ASSERT_TRUE(pool);
  const kernels::KernelTable& table = *kernels::usable_tables().front();
  (*pool)->run([&](Team& team) { body(Context{table, team}); });
}

inline std::vector<float> random_floats(Rng& rng, std::size_t n) {
  std::vector<float> values(n);
  for (float& value : values) value = 2.0f * rng.next_float() - 1.0f;
  return values;
}

/// A packed matrix with its memory, made from random values.
struct PackedMatrix {
  PackedMatrix(Rng& rng, quant::TypeId type, std::size_t n_rows, std::size_t n_columns) {
    const quant::Codec& codec = *quant::find_codec(type);
    const std::size_t row_bytes = n_columns / codec.block_columns * codec.block_bytes;
    const std::vector<float> values = random_floats(rng, n_rows * n_columns);
    std::vector<std::byte> rows(n_rows * row_bytes);
    view = {quant::find_packed_format(type), n_rows, n_columns, nullptr};
    tiles.resize(view.n_bytes());
    view.tiles = tiles.data();
    for (std::size_t r = 0; r < n_rows; ++r) {
      codec.encode_row(&values[r * n_columns], &rows[r * row_bytes], n_columns);
    }
    for (std::size_t g = 0; g < view.n_groups(); ++g) {
      const std::size_t first = g * quant::kTileRows;
      view.format->pack_group(&rows[first * row_bytes], row_bytes, std::min(quant::kTileRows, n_rows - first),
                              n_columns, tiles.data() + g * view.group_bytes());
    }
  }

  Matrix view;
  std::vector<std::byte> tiles;
};

}  // namespace linnet::ops
