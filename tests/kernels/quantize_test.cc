// Activations to 8-bit codes, by the definition in quant/activation.h and kernel_table.h.
#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/kernels/support.h"

namespace linnet::kernels {
namespace {

using quant::ActivationBlock;
using quant::kBlockColumns;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

using Quantize = EveryTable;
INSTANTIATE_TEST_SUITE_P(Tables, Quantize, all_tables(), table_name);

float largest_of(std::span<const float> values) {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

double value_of(const ActivationBlock& block, std::size_t i) {
  return static_cast<double>(block.scale) * block.codes[i];
}

void check_sums(const ActivationBlock& block) {
  int sums[2] = {};
  for (std::size_t i = 0; i < kBlockColumns; ++i) {
    sums[i / 16] += block.codes[i];
    EXPECT_GE(block.codes[i], -127);
  }
  EXPECT_EQ(block.sum[0], sums[0]);
  EXPECT_EQ(block.sum[1], sums[1]);
  EXPECT_EQ(block.scaled_sum, block.scale * static_cast<float>(sums[0] + sums[1]));
}

std::vector<float> rows_of_all_sizes(Rng& rng, std::size_t n_blocks) {
  std::vector<float> row = random_floats(rng, n_blocks * kBlockColumns, 1.0f);
  for (std::size_t b = 0; b < n_blocks; ++b) {
    const float size = std::ldexp(1.0f, static_cast<int>(rng.next() % 60) - 30);
    for (std::size_t i = 0; i < kBlockColumns; ++i) row[b * kBlockColumns + i] *= size;
  }
  return row;
}

// Half a step, and a little for the rounding of value * (127 / largest).
TEST_P(Quantize, ValuesAreWithinHalfAStepAndRefinementsWithinHalfOfTheirs) {
  Rng rng(1);
  constexpr std::size_t kBlocks = 200;
  const std::vector<float> row = rows_of_all_sizes(rng, kBlocks);
  PanelMemory panel(kBlocks, 1);
  panel.put(table(), 0, row, 0.0f);
  for (std::size_t b = 0; b < kBlocks; ++b) {
    const std::span<const float> values(&row[b * kBlockColumns], kBlockColumns);
    const ActivationBlock& block = panel.blocks[b];
    const ActivationBlock& rest = panel.refinements[b];
    EXPECT_EQ(block.scale, largest_of(values) / 127.0f);
    check_sums(block);
    check_sums(rest);
    for (std::size_t i = 0; i < kBlockColumns; ++i) {
      const double x = static_cast<double>(values[i]);
      ASSERT_LE(std::abs(x - value_of(block, i)), static_cast<double>(block.scale) * 0.50004) << x;
      ASSERT_LE(std::abs(x - value_of(block, i) - value_of(rest, i)), static_cast<double>(rest.scale) * 0.505)
          << x;
    }
  }
}

TEST_P(Quantize, TiesGoToTheEvenCode) {
  std::vector<float> row(kBlockColumns, 0.0f);
  row[0] = 127.0f;  // scale 1, inverse 1: codes are the values themselves
  for (int i = 1; i < 32; ++i) row[static_cast<std::size_t>(i)] = static_cast<float>(i - 16) * 7.0f + 0.5f;
  PanelMemory panel(1, 1);
  panel.put(table(), 0, row, 100.0f);
  EXPECT_EQ(panel.blocks[0].scale, 1.0f);
  for (std::size_t i = 0; i < kBlockColumns; ++i) {
    EXPECT_EQ(static_cast<float>(panel.blocks[0].codes[i]), std::nearbyint(row[i])) << row[i];
  }
}

TEST_P(Quantize, TheLargestMagnitudesAreTheOutermostCodes) {
  std::vector<float> row(kBlockColumns, 0.3f);
  row[5] = -0.3f;
  PanelMemory panel(1, 1);
  panel.put(table(), 0, row, 100.0f);
  for (std::size_t i = 0; i < kBlockColumns; ++i) EXPECT_EQ(panel.blocks[0].codes[i], i == 5 ? -127 : 127);
}

TEST_P(Quantize, OnlyBlocksOverTheLimitAreRefined) {
  Rng rng(2);
  constexpr std::size_t kBlocks = 64;
  std::vector<float> row = random_floats(rng, kBlocks * kBlockColumns, 1.0f);
  for (std::size_t b = 0; b < kBlocks; b += 9) row[b * kBlockColumns + b % 32] = 2.0f + static_cast<float>(b);
  double squares = 0;
  for (const float value : row) squares += static_cast<double>(value) * static_cast<double>(value);
  const double rms = std::sqrt(squares / static_cast<double>(row.size()));
  PanelMemory panel(kBlocks, 1);
  panel.put(table(), 0, row, 6.0f);
  int n_refined = 0;
  for (std::size_t b = 0; b < kBlocks; ++b) {
    const double largest = static_cast<double>(largest_of({&row[b * kBlockColumns], kBlockColumns}));
    ASSERT_GT(std::abs(largest / (6 * rms) - 1), 1e-3) << "the test's own data is too close to the limit";
    EXPECT_EQ(panel.refined[b], largest > 6 * rms ? 1 : 0) << b;
    n_refined += panel.refined[b];
    if (panel.refined[b] == 0) {
      const ActivationBlock zero{};
      EXPECT_EQ(std::memcmp(&panel.refinements[b], &zero, sizeof zero), 0) << b;
    }
  }
  EXPECT_GT(n_refined, 0);
  EXPECT_LT(n_refined, 8);
}

TEST_P(Quantize, ZerosGiveZeros) {
  for (const float zero : {0.0f, -0.0f}) {
    const std::vector<float> row(2 * kBlockColumns, zero);
    PanelMemory panel(2, 1);
    panel.put(table(), 0, row, 0.0f);
    const ActivationBlock expected{};
    for (std::size_t b = 0; b < 2; ++b) {
      EXPECT_EQ(std::memcmp(&panel.blocks[b], &expected, sizeof expected), 0);
      EXPECT_EQ(std::memcmp(&panel.refinements[b], &expected, sizeof expected), 0);
    }
  }
}

TEST_P(Quantize, BlocksThatAreAsGoodAsZeroHaveZeroCodes) {
  for (const float tiny : {0x1p-149f, 1e-38f, 1e-30f}) {
    std::vector<float> row(2 * kBlockColumns, tiny);
    row[40] = 1.0f;
    PanelMemory panel(2, 1);
    panel.put(table(), 0, row, 0.0f);
    EXPECT_EQ(panel.blocks[0].sum[0] + panel.blocks[0].sum[1], 0);
    EXPECT_EQ(panel.blocks[0].scaled_sum, 0.0f);
    EXPECT_EQ(panel.blocks[1].codes[8], 127);
  }
}

// What is not a number must not become one: the row's products are NaN, those of infinities not finite.
TEST_P(Quantize, NonFiniteValuesStayNonFinite) {
  Rng rng(4);
  constexpr std::size_t kBlocks = 2;
  for (const float value : {kNan, -kNan, kInfinity, -kInfinity}) {
    for (std::size_t at = 0; at < kBlocks * kBlockColumns; at += 3) {
      std::vector<float> row = random_floats(rng, kBlocks * kBlockColumns, 1.0f);
      row[at] = value;
      PanelMemory panel(kBlocks, 1);
      PanelMemory expected(kBlocks, 1);
      panel.put(table(), 0, row, 6.0f);
      expected.put(*usable_tables().back(), 0, row, 6.0f);
      EXPECT_FALSE(std::isfinite(panel.blocks[at / kBlockColumns].scale)) << value << " at " << at;
      for (std::size_t b = 0; b < kBlocks; ++b) {
        const ActivationBlock& block = panel.blocks[b];
        const ActivationBlock& other = expected.blocks[b];
        EXPECT_EQ(std::memcmp(block.codes, other.codes, sizeof block.codes), 0) << value << " at " << at;
        EXPECT_EQ(block.sum[0] + block.sum[1], other.sum[0] + other.sum[1]);
        EXPECT_EQ(std::isnan(block.scale), std::isnan(value));
      }
    }
  }
}

TEST_P(Quantize, GivesTheBitsOfThePortableTableAndLeavesTheNeighboursAlone) {
  Rng rng(3);
  constexpr std::size_t kBlocks = 9;
  constexpr std::size_t kWidth = 3;
  for (int trial = 0; trial < 100; ++trial) {
    const std::vector<float> row = rows_of_all_sizes(rng, kBlocks);
    const float outlier = static_cast<float>(rng.next() % 7);
    PanelMemory panel(kBlocks, kWidth);
    PanelMemory expected(kBlocks, kWidth);
    panel.put(table(), 1, row, outlier);
    expected.put(*usable_tables().back(), 1, row, outlier);
    ASSERT_EQ(first_difference<ActivationBlock>(panel.blocks, expected.blocks), panel.blocks.size());
    ASSERT_EQ(first_difference<ActivationBlock>(panel.refinements, expected.refinements),
              panel.refinements.size());
    ASSERT_EQ(panel.refined, expected.refined);
    for (std::size_t i = 0; i < panel.blocks.size(); ++i) {
      ASSERT_TRUE(i % kWidth == 1 || panel.blocks[i].scale == 0.0f);
    }
  }
}

}  // namespace
}  // namespace linnet::kernels
