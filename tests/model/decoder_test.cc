// What an architecture's switches do to the forward pass, seen from outside: which tokens reach which logits,
// and which files must give the same or other ones. Whether the numbers are right is golden_test.cc's matter.
#include "model/decoder.h"

#include <array>
#include <cmath>
#include <deque>
#include <numeric>

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

  std::unique_ptr<CachePages> pages(std::size_t n) const {
    return CachePages::create(hparams, kernels::CacheElement::kF16, n).value();
  }

  /// Computes slices and then the logits of some rows of them.
  void forward(Decoder& decoder, std::span<const Slice> slices, std::span<const std::size_t> rows) const {
    pool->run([&](Team& team) {
      decoder.forward(team, slices);
      team.barrier();
      decoder.compute_logits(team, rows);
    });
  }

  std::unique_ptr<Pool> pool = Pool::create(2).value();
  testing::ParsedModel parsed;
  Hparams hparams;
  Weights weights;
};

std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

/// Logits after the last of the tokens.
std::vector<float> logits_of(const ModelFile& model, const std::vector<std::int32_t>& tokens) {
  const Loaded loaded(model);
  const auto decoder = loaded.decoder({64, 64, 1, 2}).value();
  const auto pages = loaded.pages(1);
  KvCache cache(*pages, 64);
  EXPECT_TRUE(cache.ensure(0, tokens.size()));
  const Slice slice{tokens, 0, &cache};
  loaded.forward(*decoder, {&slice, 1}, std::array{tokens.size() - 1});
  return copy(decoder->logits(0));
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
  const auto decoder = loaded.decoder({32, 32, 1, 2}).value();
  const auto tokens = some_tokens(5);
  const std::size_t n = std::min(tokens.size(), Decoder::kMaxLogitRows);
  const auto pages = loaded.pages(1);
  KvCache cache(*pages, 32);
  ASSERT_TRUE(cache.ensure(0, tokens.size()));
  const Slice slice{tokens, 0, &cache};
  std::vector<std::size_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0);
  loaded.forward(*decoder, {&slice, 1}, rows);
  std::vector<std::vector<float>> together, alone;
  for (std::size_t i = 0; i < n; ++i) together.push_back(copy(decoder->logits(i)));
  for (std::size_t i = 0; i < n; ++i) {
    loaded.pool->run([&](Team& team) { decoder->compute_logits(team, std::array{i}); });
    alone.push_back(copy(decoder->logits(0)));
  }
  EXPECT_EQ(together, alone);
}

/// The first n tokens at once and the others one by one, by one thread: the logits after each of these steps.
std::vector<std::vector<float>> logits_alone(const Loaded& loaded, const std::vector<std::int32_t>& tokens,
                                             std::size_t n) {
  const auto decoder = loaded.decoder({1024, tokens.size(), 1, 1}).value();
  const auto pages = loaded.pages(4);
  const auto pool = Pool::create(1).value();
  KvCache cache(*pages, 1024);
  EXPECT_TRUE(cache.ensure(0, tokens.size()));
  std::vector<std::vector<float>> logits;
  for (std::size_t from = 0, to = n; to <= tokens.size(); from = to++) {
    const Slice slice{std::span(tokens).subspan(from, to - from), from, &cache};
    pool->run([&](Team& team) {
      decoder->forward(team, {&slice, 1});
      decoder->compute_logits(team, std::array{to - from - 1});
    });
    logits.push_back(copy(decoder->logits(0)));
  }
  return logits;
}

// Sequences of different lengths, some of which share their beginning with the first, stepped together: a
// prompt beside single tokens. Longer than a block, so that histories are split over threads.
TEST(Decoder, ASequenceIsTheSameInCompanyAsAlone) {
  const Loaded loaded(tiny("gemma3"));
  constexpr std::size_t kPrompts[] = {300, 20, 257, 513};
  constexpr std::size_t kMore = 4;
  std::vector<std::vector<std::int32_t>> sequences;
  std::vector<std::vector<std::vector<float>>> alone;
  for (const std::size_t n : kPrompts) {
    std::vector<std::int32_t> tokens(n + kMore);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      tokens[i] = static_cast<std::int32_t>((i < 280 ? 31 * i + 7 : (n + 1) * i) % 290);
    }
    alone.push_back(logits_alone(loaded, tokens, n));
    sequences.push_back(std::move(tokens));
  }
  const auto decoder = loaded.decoder({1024, 1024, 4, 2}).value();
  const auto pages = loaded.pages(12);
  std::deque<KvCache> caches;
  for (std::size_t s = 0; s < 4; ++s) {
    caches.emplace_back(*pages, 1024);
    const std::vector<std::int32_t>& tokens = sequences[s];
    // All but the first two begin with the 280 or fewer tokens that the first has computed.
    const std::size_t shared = s < 2 ? 0 : std::min<std::size_t>(kPrompts[s] - 1, 280);
    if (shared > 0) caches[s].share(caches[0], shared);
    ASSERT_TRUE(caches[s].ensure(shared, tokens.size()));
    const std::size_t end = s == 1 ? 10 : kPrompts[s];  // the second's prompt goes on beside the others
    const Slice slice{std::span(tokens).subspan(shared, end - shared), shared, &caches[s]};
    loaded.forward(*decoder, {&slice, 1}, std::array{end - shared - 1});
    if (s != 1) {
      EXPECT_EQ(copy(decoder->logits(0)), alone[s][0]) << s;
    }
  }
  for (std::size_t i = 0; i < kMore; ++i) {
    std::vector<Slice> slices;
    std::vector<std::size_t> rows;
    std::size_t n_rows = 0;
    for (std::size_t s = 0; s < 4; ++s) {
      const std::size_t from = s == 1 && i == 0 ? 10 : kPrompts[s] + i;
      slices.push_back({std::span(sequences[s]).subspan(from, kPrompts[s] + i + 1 - from), from, &caches[s]});
      n_rows += slices.back().tokens.size();
      rows.push_back(n_rows - 1);
    }
    loaded.forward(*decoder, slices, rows);
    for (std::size_t s = 0; s < 4; ++s) {
      EXPECT_EQ(copy(decoder->logits(s)), alone[s][i + 1]) << "sequence " << s << ", token " << i;
    }
  }
}

TEST(Decoder, TapsChangeNothingAndAPassMayStopAtOne) {
  const Loaded loaded(tiny("gemma3"));
  const auto decoder = loaded.decoder({64, 64, 1, 2}).value();
  const auto pages = loaded.pages(1);
  KvCache cache(*pages, 64);
  const auto tokens = some_tokens(5);
  ASSERT_TRUE(cache.ensure(0, tokens.size()));
  const auto forward = [&](std::vector<float>& states, const std::vector<std::size_t>& taps) {
    states.assign(tokens.size() * taps.size() * loaded.hparams.d_model, NAN);
    const Slice slice{tokens, 0, &cache, states.data()};
    loaded.pool->run([&](Team& team) { decoder->forward(team, {&slice, 1}, taps); });
  };
  const auto logits = [&] {
    loaded.pool->run([&](Team& team) { decoder->compute_logits(team, std::array{tokens.size() - 1}); });
    return copy(decoder->logits(0));
  };
  std::vector<float> none, first, all;
  forward(none, {});
  const auto plain = logits();
  std::vector<std::size_t> layers(loaded.hparams.n_layers);
  std::iota(layers.begin(), layers.end(), 1);
  forward(all, layers);
  EXPECT_EQ(logits(), plain);
  forward(first, {1});
  EXPECT_NE(logits(), plain);
  const std::size_t d = loaded.hparams.d_model;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    const auto row = std::span(all).subspan(t * layers.size() * d, layers.size() * d);
    EXPECT_TRUE(std::ranges::equal(row.first(d), std::span(first).subspan(t * d, d)));
    EXPECT_TRUE(std::ranges::none_of(row, [](float x) { return std::isnan(x); }));
  }
}

TEST(Decoder, WithoutMemoryIsAnError) {
  const Loaded loaded(tiny("llama_tied"));
  // More than an address space; the sizes that sessions allow are checked by them.
  const auto decoder = loaded.decoder({64, std::size_t{1} << 40, 1, 1});
  ASSERT_FALSE(decoder.has_value());
  EXPECT_EQ(decoder.error().code, ErrorCode::kOutOfMemory);
  EXPECT_NE(decoder.error().message.find("no memory for the decoder: "), std::string::npos);
}

}  // namespace
}  // namespace linnet
