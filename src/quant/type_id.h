// The weight formats' numbers as GGUF stores them. The formats themselves are in all_types.h.
#pragma once

#include <cstdint>

namespace linnet::quant {

/// ggml's tensor type numbers (GGUF specification, "ggml_type"); only those that linnet can name.
enum class TypeId : std::uint32_t {
  kF32 = 0, kF16 = 1, kQ4_0 = 2, kQ4_1 = 3, kQ5_0 = 6, kQ5_1 = 7, kQ8_0 = 8,
  kQ2_K = 10, kQ3_K = 11, kQ4_K = 12, kQ5_K = 13, kQ6_K = 14, kBF16 = 30,
};

}  // namespace linnet::quant
