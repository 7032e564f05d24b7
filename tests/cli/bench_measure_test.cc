#include "cli/bench_measure.h"

#include <gtest/gtest.h>

#include <linnet/model.h>

#include "cli/cache_formats.h"
#include "cli/command.h"

namespace linnet::cli {
namespace {

Model golden(const std::string& name) {
  return Model::load(std::string(LINNET_GOLDEN_DIR "/model/") + name + ".gguf").value();
}

TEST(CellsOf, AreAllCombinationsPromptsFirst) {
  const auto cells = cells_of({.prompts = {512, 0, 512},
                               .decodes = {64, 128},
                               .depths = {0, 4096},
                               .threads = {1, 2},
                               .caches = {"f16", "f32"}});
  ASSERT_EQ(cells.size(), 3u * 2 * 2 * 2);
  EXPECT_EQ(cells[0], (Cell{CellKind::kPrompt, 512, 0, 1, "f16"}));
  EXPECT_EQ(cells[1], (Cell{CellKind::kPrompt, 512, 0, 1, "f32"}));
  EXPECT_EQ(cells.back(), (Cell{CellKind::kDecode, 128, 4096, 2, "f32"}));
  EXPECT_TRUE(
      cells_of({.prompts = {0}, .decodes = {0}, .depths = {0}, .threads = {1}, .caches = {"f16"}}).empty());
}

TEST(CellsOf, ExtractWithTheBaseFirstAndOnce) {
  BenchPlan plan{.prompts = {0}, .decodes = {64}, .depths = {0, 99}, .threads = {2}, .caches = {"f16"}};
  plan.guesses = {4, 0, 8, 4};
  const auto cells = cells_of(plan);
  std::vector<std::size_t> guesses;
  for (const Cell& cell : cells) {
    if (cell.kind == CellKind::kExtract) guesses.push_back(cell.n_guess);
    EXPECT_TRUE(cell.kind != CellKind::kExtract || cell.depth == 0);
  }
  EXPECT_EQ(guesses, (std::vector<std::size_t>{0, 4, 8}));
  EXPECT_EQ(cells.size(), 2u + 3);

  plan.draft = golden("llama_tied");
  plan.draft_name = "small.gguf";
  const auto drafted = cells_of(plan);
  ASSERT_EQ(drafted.size(), 2u + 3 + 2) << "each guess again, but not the base";
  EXPECT_EQ(drafted[4].draft, "");
  EXPECT_EQ(drafted[5].draft, "small.gguf");
  EXPECT_EQ(drafted[6].n_guess, 8u);
}

TEST(BytesPerToken, AreWeightsAndWhatIsSeenOfTheContext) {
  const Model model = golden("llama_tied");
  const ModelInfo& info = model.info();
  const auto bytes = [&](std::size_t depth, const char* cache, std::size_t n_sessions = 1) {
    return bytes_per_token(model, {CellKind::kDecode, 1, depth, 1, cache, n_sessions});
  };
  const auto weights = static_cast<double>(info.n_weight_bytes);
  const auto position = static_cast<double>(info.n_layers * 2 * info.n_kv_heads * info.head_dim);
  EXPECT_DOUBLE_EQ(bytes(0, "f16"), weights + 2 * position);  // a token sees itself
  EXPECT_DOUBLE_EQ(bytes(99, "f32"), weights + 4 * 100 * position);
  EXPECT_DOUBLE_EQ(bytes(99, "f16", 8), weights / 8 + 2 * 100 * position);
  EXPECT_EQ(bytes_per_token(model, {CellKind::kPrompt, 5, 0, 1, "f16"}), 0);
}

TEST(BytesPerToken, LeaveOutTheEmbeddingBesideAHead) {
  const Model model = golden("llama_untied");
  EXPECT_LT(bytes_per_token(model, {CellKind::kDecode, 1, 0, 1, "f16"}),
            static_cast<double>(model.info().n_weight_bytes));
}

TEST(BytesPerToken, KnowWindows) {
  const Model model = golden("gemma3");
  const ModelInfo& info = model.info();
  ASSERT_GT(info.n_window, 0u);
  ASSERT_GT(info.n_window_layers, 0u);
  const auto bytes = [&](std::size_t depth) {
    return bytes_per_token(model, {CellKind::kDecode, 1, depth, 1, "f16"});
  };
  const double element = 2.0 * 2.0 * static_cast<double>(info.n_kv_heads * info.head_dim);
  const auto n_global = static_cast<double>(info.n_layers - info.n_window_layers);
  EXPECT_DOUBLE_EQ(bytes(info.n_window + 1) - bytes(info.n_window), element * n_global);
  EXPECT_DOUBLE_EQ(bytes(1) - bytes(0), element * static_cast<double>(info.n_layers));
}

TEST(CacheFormats, AreKnownByName) {
  for (const std::string& name : cache_format_names()) EXPECT_EQ(cache_format(name).name, name);
  EXPECT_THROW(cache_format("f64"), UsageError);
}

}  // namespace
}  // namespace linnet::cli
