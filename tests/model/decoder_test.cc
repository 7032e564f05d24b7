// What an architecture's switches do to the forward pass, seen from outside: which tokens reach which logits,
// and which files must give the same or other ones. Whether the numbers are right is golden_test.cc's matter.
#include "model/decoder.h"

#include <cmath>

#include "kernels/registry.h"
#include "tests/model/support.h"
#include "threads/pool.h"

namespace linnet {
namespace {

using testing::ModelFile;
using testing::tiny_model;

ModelFile tiny(std::string_view name) { return ModelFile(tiny_model(name)); }

/// A model ready to compute with.
struct Loaded {
  explicit Loaded(const ModelFile& model)
      : parsed(model),
        hparams(read_hparams(*parsed.file).value()),
        weights(load_weights(*parsed.file, hparams, *pool, {}).value()) {}

  Result<std::unique_ptr<Decoder>> decoder(const DecoderOptions& options) const {
    return Decoder::create(weights, hparams, *kernels::usable_tables().front(), options);
  }

  std::unique_ptr<Pool> pool = Pool::create(2).value();
  testing::ParsedModel parsed;
  Hparams hparams;
  Weights weights;
};

/// Logits after the last of the tokens.
std::vector<float> logits_of(const ModelFile& model, const std::vector<std::int32_t>& tokens) {
  const Loaded loaded(model);
  const auto decoder = loaded.decoder({64, 64, 2, kernels::CacheElement::kF32}).value();
  loaded.pool->run([&](Team& team) {
    decoder->forward(team, tokens, 0);
    team.barrier();
    decoder->compute_logits(team, tokens.size() - 1, 1);
  });
  const auto logits = decoder->logits(0);
  return {logits.begin(), logits.end()};
}

std::vector<std::int32_t> some_tokens(std::int32_t first) {
  std::vector<std::int32_t> tokens = {first};
  for (std::int32_t i = 1; i < 30; ++i) tokens.push_back(37 * i % 290);
  return tokens;
}

/// Whether the first of 30 tokens changes what comes after the last.
bool reaches_over_30_tokens(const ModelFile& model) {
  return logits_of(model, some_tokens(5)) != logits_of(model, some_tokens(6));
}

TEST(DecoderWindow, LimitsHowFarALayerSees) {
  const char* key = "llama.attention.sliding_window";
  ModelFile model = tiny("llama_tied");
  EXPECT_TRUE(reaches_over_30_tokens(model));
  // Two layers see twice as far, less the token that both count.
  EXPECT_FALSE(reaches_over_30_tokens(model.set(key, std::uint64_t{15})));
  EXPECT_TRUE(reaches_over_30_tokens(model.set(key, std::uint64_t{16})));
  EXPECT_EQ(logits_of(model.set(key, std::uint64_t{30}), some_tokens(5)),
            logits_of(model.remove(key), some_tokens(5)));
}

TEST(DecoderWindow, IsForTheLayersThatThePatternNames) {
  ModelFile model = tiny("gemma3");
  model.set("gemma3.attention.sliding_window", std::uint64_t{4});
  model.set("gemma3.attention.sliding_window_pattern", std::vector<std::int64_t>(7, 1));
  EXPECT_FALSE(reaches_over_30_tokens(model));
  model.set("gemma3.attention.sliding_window_pattern", std::vector<std::int64_t>{1, 1, 1, 0, 1, 1, 1});
  EXPECT_TRUE(reaches_over_30_tokens(model));
}

TEST(DecoderRotation, FactorsOfOneChangeNothing) {
  const auto tokens = some_tokens(5);
  ModelFile model = tiny("llama_tied");
  const auto plain = logits_of(model, tokens);
  EXPECT_EQ(logits_of(model.set_tensor("rope_freqs.weight", {8}, 1.0f), tokens), plain);
  const auto halved = logits_of(model.set_tensor("rope_freqs.weight", {8}, 2.0f), tokens);
  EXPECT_NE(halved, plain);
  // Dividing all frequencies by 2 is what linear scaling by 2 does.
  model.remove_tensor("rope_freqs.weight").set("llama.rope.scaling.factor", 2.0);
  EXPECT_EQ(logits_of(model, tokens), halved);
}

TEST(DecoderBias, OfZeroChangesNothing) {
  const auto tokens = some_tokens(5);
  ModelFile model = tiny("llama_tied");
  const auto plain = logits_of(model, tokens);
  for (const auto& [name, length] : {std::pair("attn_q.bias", 64), std::pair("attn_k.bias", 16),
                                     std::pair("attn_v.bias", 16), std::pair("attn_output.bias", 64)}) {
    const std::string full = fmt::format("blk.1.{}", name);
    const std::vector<std::uint64_t> shape = {static_cast<std::uint64_t>(length)};
    EXPECT_EQ(logits_of(model.set_tensor(full, shape, 0.0f), tokens), plain) << name;
    EXPECT_NE(logits_of(model.set_tensor(full, shape, 0.5f), tokens), plain) << name;
    model.remove_tensor(full);
  }
}

TEST(DecoderLogits, AreCapped) {
  const auto tokens = some_tokens(5);
  ModelFile model = tiny("llama_tied");
  const auto plain = logits_of(model, tokens);
  const auto capped = logits_of(model.set("llama.final_logit_softcapping", 2.0), tokens);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_NEAR(capped[i], 2.0 * std::tanh(static_cast<double>(plain[i]) / 2.0), 1e-6) << i;
  }
}

TEST(Decoder, ManyRowsOfLogitsAreTheSameAsEachAlone) {
  const Loaded loaded(tiny("qwen3"));
  const auto decoder = loaded.decoder({32, 32, 2, kernels::CacheElement::kF16}).value();
  const auto tokens = some_tokens(5);
  const std::size_t n = std::min(tokens.size(), Decoder::kMaxLogitRows);
  std::vector<std::vector<float>> together, alone;
  loaded.pool->run([&](Team& team) {
    decoder->forward(team, tokens, 0);
    team.barrier();
    decoder->compute_logits(team, 0, n);
  });
  for (std::size_t i = 0; i < n; ++i)
    together.emplace_back(decoder->logits(i).begin(), decoder->logits(i).end());
  for (std::size_t i = 0; i < n; ++i) {
    loaded.pool->run([&](Team& team) { decoder->compute_logits(team, i, 1); });
    alone.emplace_back(decoder->logits(0).begin(), decoder->logits(0).end());
  }
  EXPECT_EQ(together, alone);
}

TEST(Decoder, WithoutMemoryIsAnError) {
  const Loaded loaded(tiny("llama_tied"));
  // More than an address space; the sizes that sessions allow are checked by them.
  const auto decoder = loaded.decoder({std::size_t{1} << 55, 1, 1, kernels::CacheElement::kF32});
  ASSERT_FALSE(decoder.has_value());
  EXPECT_EQ(decoder.error().code, ErrorCode::kOutOfMemory);
  EXPECT_NE(decoder.error().message.find("no memory for a session: "), std::string::npos);
}

TEST(Decoder, AHalfFloatCacheTakesHalf) {
  const Loaded loaded(tiny("llama_tied"));
  const auto bytes = [&](std::size_t n_ctx, kernels::CacheElement element) {
    return loaded.decoder({n_ctx, 1, 1, element}).value()->n_bytes();
  };
  using kernels::CacheElement;
  const std::size_t f16 = bytes(2048, CacheElement::kF16) - bytes(1024, CacheElement::kF16);
  EXPECT_EQ(f16, 2u * 2 * 16 * 1024 * 2);
  EXPECT_EQ(bytes(2048, CacheElement::kF32) - bytes(1024, CacheElement::kF32), 2 * f16);
}

}  // namespace
}  // namespace linnet
