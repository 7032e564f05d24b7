// Random inputs, and what every instruction set's table is called with.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"
#include "kernels/registry.h"
#include "quant/activation.h"

namespace linnet::kernels {

/// Half a unit in the last place of 1: the largest relative error of one rounding to float.
inline constexpr double kRoundoff = 0x1p-24;

inline std::uint32_t bits_of(float value) noexcept { return __builtin_bit_cast(std::uint32_t, value); }

/// Uniform in [-scale, scale).
inline float symmetric(Rng& rng, float scale) noexcept { return (2.0f * rng.next_float() - 1.0f) * scale; }

inline std::vector<float> random_floats(Rng& rng, std::size_t n, float scale) {
  std::vector<float> values(n);
  for (float& value : values) value = symmetric(rng, scale);
  return values;
}

/// The index of the first element whose bits differ; the size if there is none.
template <class Element>
std::size_t first_difference(std::span<const Element> a, std::span<const Element> b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::memcmp(&a[i], &b[i], sizeof(Element)) != 0) return i;
  }
  return a.size();
}

/// Panels of quantized activations with their memory.
struct PanelMemory {
  PanelMemory(std::size_t blocks_a_row, std::size_t tokens)
      : blocks(blocks_a_row * tokens),
        refinements(blocks_a_row * tokens),
        refined(blocks_a_row * tokens),
        n_blocks(blocks_a_row),
        n_tokens(tokens) {}

  quant::Panel view() const { return {blocks.data(), refinements.data(), refined.data()}; }

  /// Where block `block` of token `token` stands.
  std::size_t at(std::size_t token, std::size_t block) const {
    const quant::PanelPosition position = quant::panel_position(token, n_tokens, n_blocks);
    return position.index + block * position.stride;
  }

  /// Quantizes a row as token `token`.
  void put(const KernelTable& table, std::size_t token, std::span<const float> row, float outlier) {
    const auto [first, stride] = quant::panel_position(token, n_tokens, n_blocks);
    table.quantize(row.data(), n_blocks, outlier, &blocks[first], &refinements[first], &refined[first],
                   stride);
  }

  std::vector<quant::ActivationBlock> blocks;
  std::vector<quant::ActivationBlock> refinements;
  std::vector<std::uint8_t> refined;
  std::size_t n_blocks;
  std::size_t n_tokens;
};

/// Tests that run once for every table that this CPU can run.
class EveryTable : public ::testing::TestWithParam<const KernelTable*> {
 protected:
  const KernelTable& table() const { return *GetParam(); }
};

inline std::string table_name(const ::testing::TestParamInfo<const KernelTable*>& info) {
  return info.param->isa;
}

inline auto all_tables() { return ::testing::ValuesIn(usable_tables().begin(), usable_tables().end()); }

}  // namespace linnet::kernels
