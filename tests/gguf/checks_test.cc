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

TEST(PackedTensorBytes, CountsWholeTiles) {
  const auto packed_bytes_of = [](WeightType type, std::vector<std::uint64_t> shape) {
    return packed_tensor_bytes(weight_type_info(type), shape);
  };
  EXPECT_EQ(packed_bytes_of(WeightType::kQ8_0, {64, 16}).value(), 64u * 16 / 32 * 34);
  EXPECT_EQ(packed_bytes_of(WeightType::kQ8_0, {64, 17}).value(), 2 * 64u * 16 / 32 * 34);
  EXPECT_EQ(packed_bytes_of(WeightType::kQ8_0, {64}).value(), 64u * 16 / 32 * 34);
  EXPECT_EQ(packed_bytes_of(WeightType::kF32, {32, 2, 3, 4}).value(), 2u * 32 * 16 * 4);
  EXPECT_EQ(packed_bytes_of(WeightType::kF32, {31, 2}).error().message,
            "31 columns are not a multiple of the 32 that make a packed tile of F32");
  EXPECT_EQ(packed_bytes_of(WeightType::kI8, {32, 2}).error().message, "I8 tensors are never packed");
  EXPECT_FALSE(packed_bytes_of(WeightType::kF32, {32, std::uint64_t{1} << 56}));
  EXPECT_FALSE(packed_bytes_of(WeightType::kQ6_K, {std::uint64_t{1} << 62}));
  EXPECT_FALSE(packed_bytes_of(WeightType::kF16, {std::uint64_t{1} << 40, 1u << 31, 1u << 31}));
}

TEST(Padding, ReachesTheNextMultiple) {
  EXPECT_EQ(padding(0, 32), 0u);
  EXPECT_EQ(padding(1, 32), 31u);
  EXPECT_EQ(padding(32, 32), 0u);
}

}  // namespace
}  // namespace linnet::gguf
