#include "gguf/checks.h"

#include <gtest/gtest.h>

namespace linnet::gguf {
namespace {

Result<std::uint64_t> bytes_of(WeightType type, std::vector<std::uint64_t> shape) {
  return tensor_bytes(weight_type_info(type), shape);
}

TEST(TensorBytes, CountsBlocks) {
  EXPECT_EQ(bytes_of(WeightType::kF32, {3}).value(), 12u);
  EXPECT_EQ(bytes_of(WeightType::kQ4_1, {576, 49152}).value(), 17694720u);
  EXPECT_EQ(bytes_of(WeightType::kQ6_K, {256, 2, 3, 4}).value(), 5040u);
}

TEST(TensorBytes, NeverWraps) {
  constexpr std::uint64_t kMost = (std::uint64_t{1} << 63) - 1;
  EXPECT_EQ(bytes_of(WeightType::kI8, {kMost}).value(), kMost);
  EXPECT_FALSE(bytes_of(WeightType::kI8, {kMost + 1}));
  EXPECT_FALSE(bytes_of(WeightType::kI8, {kMost, 2}));
  EXPECT_FALSE(bytes_of(WeightType::kF32, {UINT64_MAX}));
  EXPECT_FALSE(bytes_of(WeightType::kF64, {std::uint64_t{1} << 60}));
  EXPECT_FALSE(bytes_of(WeightType::kQ8_K, {std::uint64_t{256} << 55}));
  EXPECT_FALSE(bytes_of(WeightType::kI8, {1u << 31, 1u << 31, 1u << 31, 1u << 31}));
}

TEST(Padding, ReachesTheNextMultiple) {
  EXPECT_EQ(padding(0, 32), 0u);
  EXPECT_EQ(padding(1, 32), 31u);
  EXPECT_EQ(padding(32, 32), 0u);
}

}  // namespace
}  // namespace linnet::gguf
