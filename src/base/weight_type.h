// The number formats of tensors: what GGUF calls each and how many bytes it takes. How they are coded is
// quant's matter, and quant may lack some of these: a file that holds them can still be listed.
#pragma once

#include <cstdint>
#include <string_view>

namespace linnet {

/// Tensor types by ggml's numbers. Source: GGUF specification, "ggml_type"; gaps are formats that ggml
/// dropped.
enum class WeightType : std::uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ8_1 = 9,
  kQ2_K = 10,
  kQ3_K = 11,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kQ8_K = 15,
  kIQ2_XXS = 16,
  kIQ2_XS = 17,
  kIQ3_XXS = 18,
  kIQ1_S = 19,
  kIQ4_NL = 20,
  kIQ3_S = 21,
  kIQ2_S = 22,
  kIQ4_XS = 23,
  kI8 = 24,
  kI16 = 25,
  kI32 = 26,
  kI64 = 27,
  kF64 = 28,
  kIQ1_M = 29,
  kBF16 = 30,
  kTQ1_0 = 34,
  kTQ2_0 = 35,
  kMXFP4 = 39,
  kNVFP4 = 40,
  kQ1_0 = 41,
};

/// One tensor type: a row is a whole number of blocks, each of `block_columns` columns in `block_bytes`
/// bytes.
struct WeightTypeInfo {
  WeightType type;
  std::string_view name;
  std::uint32_t block_columns;
  std::uint32_t block_bytes;
};

inline constexpr WeightTypeInfo kWeightTypes[] = {
    {WeightType::kF32, "F32", 1, 4},
    {WeightType::kF16, "F16", 1, 2},
    {WeightType::kQ4_0, "Q4_0", 32, 18},
    {WeightType::kQ4_1, "Q4_1", 32, 20},
    {WeightType::kQ5_0, "Q5_0", 32, 22},
    {WeightType::kQ5_1, "Q5_1", 32, 24},
    {WeightType::kQ8_0, "Q8_0", 32, 34},
    {WeightType::kQ8_1, "Q8_1", 32, 40},
    {WeightType::kQ2_K, "Q2_K", 256, 84},
    {WeightType::kQ3_K, "Q3_K", 256, 110},
    {WeightType::kQ4_K, "Q4_K", 256, 144},
    {WeightType::kQ5_K, "Q5_K", 256, 176},
    {WeightType::kQ6_K, "Q6_K", 256, 210},
    {WeightType::kQ8_K, "Q8_K", 256, 292},
    {WeightType::kIQ2_XXS, "IQ2_XXS", 256, 66},
    {WeightType::kIQ2_XS, "IQ2_XS", 256, 74},
    {WeightType::kIQ3_XXS, "IQ3_XXS", 256, 98},
    {WeightType::kIQ1_S, "IQ1_S", 256, 50},
    {WeightType::kIQ4_NL, "IQ4_NL", 32, 18},
    {WeightType::kIQ3_S, "IQ3_S", 256, 110},
    {WeightType::kIQ2_S, "IQ2_S", 256, 82},
    {WeightType::kIQ4_XS, "IQ4_XS", 256, 136},
    {WeightType::kI8, "I8", 1, 1},
    {WeightType::kI16, "I16", 1, 2},
    {WeightType::kI32, "I32", 1, 4},
    {WeightType::kI64, "I64", 1, 8},
    {WeightType::kF64, "F64", 1, 8},
    {WeightType::kIQ1_M, "IQ1_M", 256, 56},
    {WeightType::kBF16, "BF16", 1, 2},
    {WeightType::kTQ1_0, "TQ1_0", 256, 54},
    {WeightType::kTQ2_0, "TQ2_0", 256, 66},
    {WeightType::kMXFP4, "MXFP4", 32, 17},
    {WeightType::kNVFP4, "NVFP4", 64, 36},
    {WeightType::kQ1_0, "Q1_0", 128, 18},
};

/// The type with ggml's `number`, or null where there is none.
constexpr const WeightTypeInfo* find_weight_type(std::uint32_t number) noexcept {
  for (const WeightTypeInfo& info : kWeightTypes) {
    if (static_cast<std::uint32_t>(info.type) == number) return &info;
  }
  return nullptr;
}

/// The row of `type`, which must be one of the enumerators.
constexpr const WeightTypeInfo& weight_type_info(WeightType type) noexcept {
  return *find_weight_type(static_cast<std::uint32_t>(type));
}

}  // namespace linnet
