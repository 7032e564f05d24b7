#include "ops/activations.h"

#include <cstring>
#include <set>

#include "tests/ops/support.h"

namespace linnet::ops {
namespace {

TEST(PanelPosition, EveryBlockHasAPlaceOfItsOwnAndNoneIsLeft) {
  for (std::size_t n_tokens = 1; n_tokens <= 40; ++n_tokens) {
    for (const std::size_t n_blocks : {1, 3, 18}) {
      std::set<std::size_t> places;
      for (std::size_t t = 0; t < n_tokens; ++t) {
        const auto [index, stride] = quant::panel_position(t, n_tokens, n_blocks);
        for (std::size_t b = 0; b < n_blocks; ++b) places.insert(index + b * stride);
      }
      EXPECT_EQ(places.size(), n_tokens * n_blocks);
      EXPECT_EQ(*places.rbegin(), n_tokens * n_blocks - 1);
    }
  }
}

TEST(PanelPosition, TokensOfAPanelStandSideBySide) {
  // 18 tokens of 5 blocks: a panel of 16, then one of 2.
  EXPECT_EQ(quant::panel_position(3, 18, 5).index, 3u);
  EXPECT_EQ(quant::panel_position(3, 18, 5).stride, 16u);
  EXPECT_EQ(quant::panel_position(17, 18, 5).index, 16u * 5 + 1);
  EXPECT_EQ(quant::panel_position(17, 18, 5).stride, 2u);
}

TEST(PutActivations, BothFormsStandInPanels) {
  Rng rng(1);
  constexpr std::size_t kTokens = 21;
  constexpr std::size_t kBlocks = 3;
  constexpr std::size_t kColumns = kBlocks * quant::kBlockColumns;
  std::vector<float> x = random_floats(rng, kTokens * kColumns);
  x[5 * kColumns + 40] = 50.0f;  // token 5 gets a refinement in block 1
  std::vector<quant::ActivationBlock> blocks(kTokens * kBlocks);
  std::vector<quant::ActivationBlock> refinements(blocks.size());
  std::vector<std::uint8_t> refined(blocks.size(), 2);
  std::vector<kernels::FloatBlock> floats(blocks.size());
  const Activations out{blocks.data(), refinements.data(), refined.data(), floats.data()};
  run(3,
      [&](const Context& context) { put_activations(context, x.data(), kColumns, kTokens, kColumns, out); });
  for (std::size_t t = 0; t < kTokens; ++t) {
    quant::ActivationBlock alone[kBlocks];
    quant::ActivationBlock rest[kBlocks];
    std::uint8_t flags[kBlocks];
    kernels::usable_tables().front()->quantize(&x[t * kColumns], kBlocks, kOutlier, alone, rest, flags, 1);
    const std::size_t width = t < 16 ? 16 : 5;
    for (std::size_t b = 0; b < kBlocks; ++b) {
      const std::size_t at = t / 16 * 16 * kBlocks + b * width + t % 16;
      EXPECT_EQ(std::memcmp(&floats[at], &x[t * kColumns + b * 32], sizeof floats[at]), 0);
      EXPECT_EQ(std::memcmp(&blocks[at], &alone[b], sizeof alone[b]), 0);
      EXPECT_EQ(std::memcmp(&refinements[at], &rest[b], sizeof rest[b]), 0);
      EXPECT_EQ(refined[at], t == 5 && b == 1 ? 1 : 0) << t << ", " << b;
    }
  }
  const kernels::MatMulInput second = out.all().from(16, kBlocks);
  EXPECT_EQ(second.quantized.blocks, &blocks[16 * kBlocks]);
  EXPECT_EQ(second.quantized.refined, &refined[16 * kBlocks]);
  EXPECT_EQ(second.floats, &floats[16 * kBlocks]);
}

TEST(PutActivations, AFormThatIsNotWantedIsLeftOut) {
  const std::vector<float> x(32, 1.0f);
  kernels::FloatBlock floats[1];
  const Activations only_floats{nullptr, nullptr, nullptr, floats};
  run(1, [&](const Context& context) { put_activations(context, x.data(), 32, 1, 32, only_floats); });
  EXPECT_EQ(floats[0].values[31], 1.0f);
  EXPECT_EQ(only_floats.all().quantized.blocks, nullptr);
  EXPECT_EQ(Activations{}.all().floats, nullptr);
}

}  // namespace
}  // namespace linnet::ops
