#include "ops/linear.h"

#include <algorithm>

#include "tests/ops/support.h"

namespace linnet::ops {
namespace {

using quant::TypeId;

/// Activations of n_tokens tokens with their memory.
struct ActivationMemory {
  ActivationMemory(std::size_t n_tokens, std::size_t n_columns)
      : blocks(n_tokens * n_columns / quant::kBlockColumns),
        refinements(blocks.size()),
        refined(blocks.size()),
        floats(blocks.size()) {}

  Activations view() { return {blocks.data(), refinements.data(), refined.data(), floats.data()}; }

  std::vector<quant::ActivationBlock> blocks;
  std::vector<quant::ActivationBlock> refinements;
  std::vector<std::uint8_t> refined;
  std::vector<kernels::FloatBlock> floats;
};

std::vector<float> multiply(const Matrix& weight, const std::vector<float>& x, unsigned n_threads) {
  const std::size_t n_tokens = x.size() / weight.n_columns;
  const std::size_t stride = padded_rows(weight.n_rows) + 16;
  ActivationMemory activations(n_tokens, weight.n_columns);
  std::vector<float> y(n_tokens * stride, -1.0f);
  run(n_threads, [&](const Context& context) {
    put_activations(context, x.data(), weight.n_columns, n_tokens, weight.n_columns, activations.view());
    context.team.barrier();
    linear(context, weight, activations.view(), n_tokens, y.data(), stride);
  });
  return y;
}

TEST(Linear, ATokensOutputsAreTheSameForAnyNumberOfThreadsAndTokens) {
  Rng rng(1);
  for (const TypeId type : {TypeId::kF16, TypeId::kQ8_0, TypeId::kQ4_K}) {
    const PackedMatrix weight(rng, type, 75, 512);
    const std::size_t stride = padded_rows(75) + 16;
    const std::vector<float> x = random_floats(rng, 40 * 512);
    const std::vector<float> all = multiply(weight.view, x, 1);
    for (std::size_t n_tokens = 1; n_tokens <= 40; ++n_tokens) {
      const std::vector<float> some(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(n_tokens * 512));
      const unsigned n_threads = 1 + static_cast<unsigned>(n_tokens % 4);
      const std::vector<float> y = multiply(weight.view, some, n_threads);
      ASSERT_TRUE(std::equal(y.begin(), y.end(), all.begin())) << n_tokens << " tokens, " << n_threads;
    }
    // More threads than row groups, and nothing written beyond the padded rows.
    const std::vector<float> y = multiply(weight.view, x, 7);
    ASSERT_EQ(y, all);
    for (std::size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i] == -1.0f, i % stride >= padded_rows(75)) << i;
  }
}

TEST(Linear, FloatWeightsGiveTheirProduct) {
  Rng rng(2);
  constexpr std::size_t kRows = 20;
  constexpr std::size_t kColumns = 96;
  constexpr std::size_t kTokens = 19;
  const PackedMatrix weight(rng, TypeId::kF32, kRows, kColumns);
  const std::vector<float> x = random_floats(rng, kTokens * kColumns);
  const std::vector<float> y = multiply(weight.view, x, 2);
  const std::size_t stride = padded_rows(kRows) + 16;
  for (std::size_t r = 0; r < kRows; ++r) {
    float row[kColumns];
    weight.view.format->decode_row(weight.view.group(r / quant::kTileRows), r % quant::kTileRows, kColumns,
                                   row);
    for (std::size_t t = 0; t < kTokens; ++t) {
      double expected = 0;
      for (std::size_t c = 0; c < kColumns; ++c) {
        expected += static_cast<double>(row[c]) * static_cast<double>(x[t * kColumns + c]);
      }
      EXPECT_NEAR(static_cast<double>(y[t * stride + r]), expected, 1e-5) << r << ", " << t;
    }
  }
}

TEST(Linear, ARangeOfRowGroupsIsWrittenAlone) {
  Rng rng(3);
  const PackedMatrix weight(rng, TypeId::kQ8_0, 64, 32);
  const std::vector<float> x = random_floats(rng, 3 * 32);
  const std::vector<float> all = multiply(weight.view, x, 1);
  ActivationMemory activations(3, 32);
  std::vector<float> y(3 * 80, -1.0f);
  run(1, [&](const Context& context) {
    put_activations(context, x.data(), 32, 3, 32, activations.view());
    linear(context, weight.view, Range{1, 3}, activations.view(), 3, y.data(), 80);
  });
  for (std::size_t i = 0; i < y.size(); ++i) {
    const bool inside = i % 80 >= 16 && i % 80 < 48;
    ASSERT_EQ(y[i], inside ? all[i] : -1.0f) << i;
  }
}

}  // namespace
}  // namespace linnet::ops
