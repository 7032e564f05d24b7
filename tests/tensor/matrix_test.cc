#include "tensor/matrix.h"

#include <gtest/gtest.h>

namespace linnet {
namespace {

TEST(Matrix, RowGroupsFollowEachOther) {
  std::byte memory[1]{};
  const quant::PackedFormat* format = quant::find_packed_format(quant::TypeId::kQ4_K);
  const Matrix matrix{format, 33, 512, memory};
  EXPECT_EQ(matrix.n_groups(), 3u);
  EXPECT_EQ(matrix.n_blocks(), 16u);
  EXPECT_EQ(matrix.group_bytes(), 2 * format->tile_bytes);
  EXPECT_EQ(matrix.n_bytes(), 6 * format->tile_bytes);
  EXPECT_EQ(matrix.group(0), memory);
}

TEST(Matrix, ResultsArePaddedToWholeTiles) {
  EXPECT_EQ(padded_rows(0), 0u);
  EXPECT_EQ(padded_rows(1), 16u);
  EXPECT_EQ(padded_rows(16), 16u);
  EXPECT_EQ(padded_rows(17), 32u);
}

}  // namespace
}  // namespace linnet
