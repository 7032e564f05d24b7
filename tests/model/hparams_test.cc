#include "model/hparams.h"

#include <cmath>
#include <limits>

#include "tests/model/support.h"

namespace linnet {
namespace {

using testing::expect_error;
using testing::hparams_of;
using testing::ModelFile;
using testing::tiny_model;

ModelFile tiny(std::string_view name = "llama_tied") { return ModelFile(tiny_model(name)); }

TEST(Hparams, AreReadFromTheKeys) {
  const Hparams h = hparams_of(tiny("qwen3")).value();
  EXPECT_EQ(h.arch->name, "qwen3");
  EXPECT_EQ(h.n_layers, 2u);
  EXPECT_EQ(h.n_heads, 4u);
  EXPECT_EQ(h.n_kv_heads, 2u);
  EXPECT_EQ(h.head_dim, 32u);
  EXPECT_EQ(h.d_attention(), 128u);
  EXPECT_EQ(h.d_kv(), 64u);
  EXPECT_EQ(h.n_rot, 32u);
  EXPECT_EQ(h.d_model, 64u);
  EXPECT_EQ(h.d_ff, 96u);
  EXPECT_EQ(h.n_ctx_train, 256u);
  EXPECT_EQ(h.rope_base, 1e6);
  EXPECT_EQ(h.rope_scale, 1.0);
  EXPECT_FLOAT_EQ(h.rms_epsilon, 0.01f);
  EXPECT_FLOAT_EQ(h.attention_scale, 1 / std::sqrt(32.0f));
  EXPECT_EQ(h.embedding_scale, 1.0f);
  EXPECT_EQ(h.logit_cap, 0.0f);
}

TEST(Hparams, HaveDefaultsWhereKeysAreOptional) {
  ModelFile file = tiny();
  for (const char* key : {"attention.head_count_kv", "rope.dimension_count", "rope.freq_base"}) {
    file.remove(fmt::format("llama.{}", key));
  }
  const Hparams h = hparams_of(file).value();
  EXPECT_EQ(h.n_kv_heads, h.n_heads);
  EXPECT_EQ(h.head_dim, 16u);
  EXPECT_EQ(h.n_rot, 16u);
  EXPECT_EQ(h.rope_base, 10000.0);
}

TEST(Hparams, NameTheKeyThatIsMissing) {
  expect_error(hparams_of(tiny().remove("general.architecture")), ErrorCode::kNotFound,
               "key 'general.architecture' is missing");
  for (const char* name : {"block_count", "embedding_length", "feed_forward_length", "context_length",
                           "attention.head_count", "attention.layer_norm_rms_epsilon"}) {
    const std::string key = fmt::format("llama.{}", name);
    expect_error(hparams_of(tiny().remove(key)), ErrorCode::kNotFound,
                 fmt::format("key '{}' is missing", key));
  }
  expect_error(hparams_of(tiny().remove_tensor("token_embd.weight")), ErrorCode::kNotFound,
               "tensor 'token_embd.weight' is missing");
}

struct Refused {
  const char* key;
  ModelFile::Setting value;
  ErrorCode code;
  const char* message;  // a part of it
};

TEST(Hparams, RefuseWhatContradictsOrCannotBeRun) {
  constexpr auto kNaN = std::numeric_limits<double>::quiet_NaN();
  using U = std::uint64_t;
  const Refused cases[] = {
      {"general.architecture", std::string("mamba"), ErrorCode::kUnsupported,
       "architecture 'mamba' is not one"},
      {"llama.block_count", U{0}, ErrorCode::kCorrupt, "'llama.block_count'"},
      {"llama.block_count", U{1} << 40, ErrorCode::kCorrupt, "'llama.block_count'"},
      {"llama.embedding_length", std::string("wide"), ErrorCode::kCorrupt, "'llama.embedding_length'"},
      {"llama.context_length", std::numeric_limits<U>::max(), ErrorCode::kCorrupt, "'llama.context_length'"},
      {"llama.attention.head_count", std::vector<std::int64_t>{4, 2}, ErrorCode::kUnsupported,
       "'llama.attention.head_count' differs from layer to layer (4 and 2); linnet wants it the same"},
      {"llama.attention.head_count", std::vector<std::int64_t>{-4, -4}, ErrorCode::kCorrupt,
       "'llama.attention.head_count' is -4, but must be 1 to 1024"},
      {"llama.attention.head_count", std::vector<double>{4.0}, ErrorCode::kCorrupt,
       "'llama.attention.head_count' is not a list of integers"},
      {"llama.attention.head_count", std::vector<std::int64_t>{}, ErrorCode::kCorrupt,
       "is not a list of integers"},
      {"llama.attention.head_count_kv", U{3}, ErrorCode::kCorrupt,
       "4 query heads cannot share 3 key heads evenly"},
      {"llama.attention.value_length", U{32}, ErrorCode::kUnsupported,
       "keys are 16 wide and values 32; linnet wants them the same"},
      {"llama.attention.key_length", U{1} << 30, ErrorCode::kCorrupt, "'llama.attention.key_length'"},
      {"llama.rope.dimension_count", U{15}, ErrorCode::kCorrupt,
       "15 of 16 elements of a head are rotated, which must be even and no more"},
      {"llama.rope.dimension_count", U{32}, ErrorCode::kCorrupt, "32 of 16 elements of a head are rotated"},
      {"llama.attention.key_length", U{24}, ErrorCode::kUnsupported,
       "heads are 24 wide; linnet wants a multiple of 16"},
      {"llama.embedding_length", U{80}, ErrorCode::kUnsupported, "linnet wants a multiple of"},
      {"llama.feed_forward_length", U{65}, ErrorCode::kUnsupported,
       "the feed-forward layer is 65 wide; linnet wants a multiple of 32"},
      {"llama.expert_count", U{8}, ErrorCode::kUnsupported,
       "a mixture of 8 experts; linnet runs dense models"},
      {"llama.rope.scaling.type", std::string("yarn"), ErrorCode::kUnsupported,
       "rotary scaling of type 'yarn'; linnet knows none and linear"},
      {"llama.rope.freq_base", kNaN, ErrorCode::kCorrupt, "'llama.rope.freq_base'"},
      {"llama.rope.freq_base", 0.0, ErrorCode::kCorrupt, "'llama.rope.freq_base'"},
      {"llama.rope.scaling.factor", 0.0, ErrorCode::kCorrupt, "'llama.rope.scaling.factor'"},
      {"llama.attention.layer_norm_rms_epsilon", kNaN, ErrorCode::kCorrupt, "layer_norm_rms_epsilon"},
      {"llama.attention.layer_norm_rms_epsilon", -1e-5, ErrorCode::kCorrupt, "layer_norm_rms_epsilon"},
      {"llama.attention.scale", kNaN, ErrorCode::kCorrupt, "'llama.attention.scale'"},
      {"llama.final_logit_softcapping", -30.0, ErrorCode::kCorrupt, "'llama.final_logit_softcapping'"},
  };
  for (const Refused& c : cases) {
    const auto h = hparams_of(tiny().set(c.key, c.value));
    ASSERT_FALSE(h.has_value()) << c.key << ": " << c.message;
    EXPECT_EQ(to_string(h.error().code), to_string(c.code)) << h.error().message;
    EXPECT_NE(h.error().message.find(c.message), std::string::npos) << h.error().message;
    EXPECT_TRUE(h.error().message.starts_with("tiny.gguf: ")) << h.error().message;
  }
}

TEST(Hparams, AcceptOneSizeForEachLayerIfTheyAreAlike) {
  const auto h = hparams_of(tiny().set("llama.attention.head_count_kv", std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(h.value().n_kv_heads, 2u);
}

TEST(Hparams, DenseModelsMayCountTheirExperts) {
  EXPECT_TRUE(hparams_of(tiny().set("llama.expert_count", std::uint64_t{0})).has_value());
}

TEST(Hparams, RotaryScalingIsAFactorUnlessItsTypeIsNone) {
  ModelFile file = tiny();
  EXPECT_EQ(hparams_of(file.set("llama.rope.scale_linear", 2.0)).value().rope_scale, 2.0);
  EXPECT_EQ(hparams_of(file.set("llama.rope.scaling.factor", 4.0)).value().rope_scale, 4.0);
  EXPECT_EQ(hparams_of(file.set("llama.rope.scaling.type", std::string("linear"))).value().rope_scale, 4.0);
  EXPECT_EQ(hparams_of(file.set("llama.rope.scaling.type", std::string("none"))).value().rope_scale, 1.0);
}

TEST(HparamsWindow, FollowsTheArchitecturesPeriod) {
  const Hparams h = hparams_of(tiny("gemma3")).value();
  EXPECT_EQ(h.window, 16u);
  EXPECT_EQ(h.is_local, (std::vector<bool>{true, true, true, true, true, false, true}));
  EXPECT_EQ(h.window_of(0), 16u);
  EXPECT_EQ(h.window_of(5), 0u);
  EXPECT_EQ(h.rope_base, 1e6);
  EXPECT_EQ(h.local_rope_base, 1e4);
  EXPECT_EQ(h.embedding_scale, 8.0f);
}

TEST(HparamsWindow, FollowsTheFilesPeriodOrList) {
  const char* key = "gemma3.attention.sliding_window_pattern";
  const auto locals = [&](ModelFile::Setting value) {
    return hparams_of(tiny("gemma3").set(key, std::move(value))).value().is_local;
  };
  EXPECT_EQ(locals(std::uint64_t{2}), (std::vector<bool>{true, false, true, false, true, false, true}));
  EXPECT_EQ(locals(std::uint64_t{1}), std::vector<bool>(7, false));
  EXPECT_EQ(locals(std::vector<std::int64_t>{0, 0, 1, 0, 1, 1, 0}),
            (std::vector<bool>{false, false, true, false, true, true, false}));
  expect_error(hparams_of(tiny("gemma3").set(key, std::vector<std::int64_t>{1, 0})), ErrorCode::kCorrupt,
               fmt::format("'{}' has 2 elements for 7 layers", key));
  EXPECT_FALSE(hparams_of(tiny("gemma3").set(key, std::uint64_t{0})).has_value());
  EXPECT_FALSE(hparams_of(tiny("gemma3").set(key, std::string("all"))).has_value());
}

TEST(HparamsWindow, IsOptional) {
  const Hparams without = hparams_of(tiny("gemma3").remove("gemma3.attention.sliding_window")).value();
  EXPECT_EQ(without.window, 0u);
  EXPECT_EQ(without.is_local, std::vector<bool>(7, false));
  // Mistral's: every layer has it.
  const Hparams llama = hparams_of(tiny().set("llama.attention.sliding_window", std::uint64_t{32})).value();
  EXPECT_EQ(llama.is_local, std::vector<bool>(2, true));
  EXPECT_EQ(llama.window_of(1), 32u);
  EXPECT_EQ(llama.local_rope_base, llama.rope_base);
}

}  // namespace
}  // namespace linnet
