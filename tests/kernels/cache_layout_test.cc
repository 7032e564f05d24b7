// What is stored where.
#include "kernels/cache_layout.h"

#include <algorithm>
#include <limits>

#include "quant/packed.h"
#include "tests/kernels/support.h"
#include "tests/support/cache_elements.h"

namespace linnet::kernels {
namespace {

constexpr std::size_t kDim = 48;  // a block and a half

class CacheLayouts : public ::testing::TestWithParam<CacheCase> {
 protected:
  const CacheElement element_ = GetParam().element;
  const CacheLayout& layout_ = cache_layout(element_);
  const std::size_t tile_bytes_ = layout_.head_tile_bytes(kDim);
  std::vector<std::byte> keys_ = std::vector<std::byte>(3 * tile_bytes_);
  std::vector<std::byte> values_ = std::vector<std::byte>(3 * tile_bytes_);

  void store(const KernelTable& table, std::span<const float> key, std::span<const float> value,
             std::size_t position) {
    layout_.store(table, key.data(), value.data(), kDim, position, keys_.data(), values_.data());
  }
};
INSTANTIATE_TEST_SUITE_P(, CacheLayouts, ::testing::ValuesIn(kCacheCases),
                         [](const auto& c) { return ::testing::PrintToString(c.param); });

TEST_P(CacheLayouts, KeysAreTilesOfWeights) {
  Rng rng(1);
  std::vector<std::vector<float>> rows;
  for (std::size_t p = 0; p < 40; ++p) {
    rows.push_back(random_floats(rng, kDim, 3.0f));
    store(*usable_tables().front(), rows[p], random_floats(rng, kDim, 1.0f), p);
  }
  const quant::PackedFormat& format = *quant::find_packed_format(GetParam().type);
  const std::size_t n_columns = kDim + (is_float(element_) ? 0 : 16);
  for (std::size_t p = 0; p < 40; ++p) {
    std::vector<float> key(n_columns);
    format.decode_row(&keys_[p / 16 * tile_bytes_], p % 16, n_columns, key.data());
    for (std::size_t d = kDim; d < n_columns; ++d) EXPECT_EQ(key[d], 0.0f);
    key.resize(kDim);
    ASSERT_EQ(key, stored(element_, rows[p])) << "position " << p;
  }
}

TEST_P(CacheLayouts, EveryTableStoresTheSame) {
  Rng rng(2);
  std::vector<float> row = random_floats(rng, kDim, 1.0f);
  row[5] = 1e30f;
  row[17] = -std::numeric_limits<float>::infinity();
  row[40] = 1e-30f;
  store(*usable_tables().back(), row, row, 37);
  const auto keys = keys_, values = values_;
  for (const KernelTable* table : usable_tables()) {
    std::ranges::fill(keys_, std::byte{0});
    store(*table, row, row, 37);
    EXPECT_EQ(keys_, keys);
    EXPECT_EQ(values_, values);
  }
}

TEST_P(CacheLayouts, OtherPositionsStayAsTheyAre) {
  Rng rng(3);
  std::vector<std::vector<float>> rows;
  const KernelTable& table = *usable_tables().front();
  for (std::size_t p = 0; p < 48; ++p) {
    rows.push_back(random_floats(rng, kDim, 3.0f));
    store(table, rows[p], rows[p], p);
  }
  const auto keys = keys_, values = values_;
  const std::vector<float> zeros(kDim);
  for (const std::size_t p : {0, 15, 16, 33, 47}) {
    store(table, zeros, zeros, p);
    EXPECT_NE(keys_, keys);
    EXPECT_NE(values_, values);
    store(table, rows[p], rows[p], p);
    EXPECT_EQ(keys_, keys);
    EXPECT_EQ(values_, values);
  }
}

}  // namespace
}  // namespace linnet::kernels
