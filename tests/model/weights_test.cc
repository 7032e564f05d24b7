#include "model/weights.h"

#include <thread>

#include "tests/model/support.h"

namespace linnet {
namespace {

using testing::expect_error;
using testing::ModelFile;
using testing::ParsedModel;
using testing::tiny_model;

ModelFile tiny(std::string_view name = "llama_tied") { return ModelFile(tiny_model(name)); }

Result<Weights> load(const ModelFile& model, const std::function<bool(double)>& progress = {},
                     unsigned n_threads = 2) {
  const ParsedModel parsed(model);
  const Hparams hparams = read_hparams(*parsed.file).value();
  return load_weights(*parsed.file, hparams, *Pool::create(n_threads).value(), progress);
}

std::vector<float> row_of(const Matrix& matrix, std::size_t row) {
  std::vector<float> values(matrix.n_columns);
  matrix.format->decode_row(matrix.group(row / quant::kTileRows), row % quant::kTileRows, matrix.n_columns,
                            values.data());
  return values;
}

TEST(Weights, EveryRowIsThatOfTheFile) {
  for (const std::string_view name : testing::kTinyModels) {
    ModelFile model = tiny(name);
    const Weights weights = load(model).value();
    const auto check = [&](const char* tensor_name, const Matrix& matrix) {
      const ModelFile::Tensor& tensor = model.tensor(tensor_name);
      const std::vector<float> values = tensor.values();
      ASSERT_EQ(matrix.n_rows, tensor.n_rows());
      for (std::size_t row = 0; row < matrix.n_rows; ++row) {
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(row * matrix.n_columns);
        ASSERT_TRUE(std::ranges::equal(row_of(matrix, row), std::span(first, matrix.n_columns)))
            << name << " " << tensor_name << " " << row;
      }
    };
    check("token_embd.weight", weights.embedding);
    check("blk.1.attn_k.weight", weights.layers[1].k);
    check("blk.0.ffn_down.weight", weights.layers[0].down);
    check("blk.1.ffn_up.weight", weights.layers[1].up);
    const std::vector<float> norm = model.tensor("blk.1.attn_norm.weight").values();
    EXPECT_TRUE(std::ranges::equal(std::span(weights.layers[1].attention_norm, norm.size()), norm)) << name;
  }
}

TEST(Weights, ATiedHeadIsTheEmbeddingItself) {
  const Weights tied = load(tiny()).value();
  EXPECT_EQ(tied.head.tiles, tied.embedding.tiles);
  const Weights untied = load(tiny("llama_untied")).value();
  EXPECT_NE(untied.head.tiles, untied.embedding.tiles);
}

TEST(Weights, HaveWhatTheirArchitectureHas) {
  const LayerWeights llama = load(tiny()).value().layers[0];
  EXPECT_EQ(llama.q_bias, nullptr);
  EXPECT_EQ(llama.q_norm, nullptr);
  EXPECT_EQ(llama.post_attention_norm, nullptr);
  const LayerWeights qwen2 = load(tiny("qwen2")).value().layers[0];
  EXPECT_TRUE(qwen2.q_bias != nullptr && qwen2.k_bias != nullptr && qwen2.v_bias != nullptr);
  const LayerWeights gemma3 = load(tiny("gemma3")).value().layers[0];
  EXPECT_TRUE(gemma3.q_norm != nullptr && gemma3.post_feed_forward_norm != nullptr);
  EXPECT_EQ(load(tiny()).value().rope_factors, nullptr);
  EXPECT_NE(load(tiny("llama_rope_freqs")).value().rope_factors, nullptr);
  const Weights mixed = load(tiny("llama_mixed_formats")).value();
  EXPECT_TRUE(mixed.has_float_formats && mixed.has_integer_formats);
}

TEST(Weights, NameTheTensorThatIsMissing) {
  for (const char* name :
       {"output_norm.weight", "blk.0.attn_q.weight", "blk.1.ffn_down.weight", "blk.1.attn_norm.weight",
        "blk.0.attn_q_norm.weight", "blk.0.attn_k_norm.weight"}) {
    expect_error(load(tiny("qwen3").remove_tensor(name)), ErrorCode::kNotFound,
                 fmt::format("tensor '{}' is missing, which architecture 'qwen3' needs", name));
  }
  expect_error(load(tiny("qwen2").remove_tensor("blk.1.attn_k.bias")), ErrorCode::kNotFound,
               "tensor 'blk.1.attn_k.bias' is missing, which architecture 'qwen2' needs");
}

TEST(Weights, RefuseTensorsThatNobodyWouldUse) {
  expect_error(load(tiny("qwen3").set_tensor("blk.0.attn_q.bias", {128}, 1)), ErrorCode::kUnsupported,
               "tensor 'blk.0.attn_q.bias' is not a part of architecture 'qwen3' as linnet knows it");
  expect_error(load(tiny().set_tensor("blk.2.attn_norm.weight", {64}, 1)), ErrorCode::kUnsupported,
               "tensor 'blk.2.attn_norm.weight' is not a part of architecture 'llama' as linnet knows it");
}

TEST(Weights, RefuseShapesThatContradictTheMetadata) {
  expect_error(load(tiny().set_tensor("blk.0.ffn_up.weight", {64, 32}, 1)), ErrorCode::kCorrupt,
               "tensor 'blk.0.ffn_up.weight' has 32 rows of 64 columns; the metadata say 64 of 64");
  expect_error(load(tiny().set_tensor("output_norm.weight", {32}, 1)), ErrorCode::kCorrupt,
               "tensor 'output_norm.weight' has 1 rows of 32 columns; the metadata say 1 of 64");
  expect_error(load(tiny("llama_rope_freqs").set_tensor("rope_freqs.weight", {16}, 1)), ErrorCode::kCorrupt,
               "tensor 'rope_freqs.weight' has 1 rows of 16 columns; the metadata say 1 of 8");
}

TEST(Weights, RefuseFormatsThatLinnetLacks) {
  ModelFile model = tiny("llama_mixed_formats");
  ModelFile::Tensor& q = model.tensor("blk.0.attn_q.weight");
  q.type = WeightType::kQ2_K;
  q.data.assign(q.n_rows() * 84, std::byte{0});
  const auto weights = load(model);
  ASSERT_FALSE(weights.has_value());
  EXPECT_EQ(weights.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(weights.error().message.find("tensor 'blk.0.attn_q.weight' has weight format"), std::string::npos)
      << weights.error().message;
  ModelFile with_integers = tiny();
  with_integers.tensor("output_norm.weight").type = WeightType::kI32;
  const auto norms = load(with_integers);
  ASSERT_FALSE(norms.has_value());
  EXPECT_EQ(norms.error().code, ErrorCode::kUnsupported);
}

TEST(Weights, LoadingCanBeCancelled) {
  std::size_t calls = 0;
  expect_error(load(
                   tiny(), [&](double) { return ++calls < 2; }, 1),
               ErrorCode::kCancelled, "loading was cancelled");
  EXPECT_EQ(calls, 2u);
}

TEST(Weights, LoadingTellsItsProgress) {
  for (const unsigned n_threads : {1u, 3u}) {
    std::vector<double> told;
    const auto caller = std::this_thread::get_id();
    ASSERT_TRUE(load(
        tiny(),
        [&](double fraction) {
          EXPECT_EQ(std::this_thread::get_id(), caller);
          told.push_back(fraction);
          return true;
        },
        n_threads));
    EXPECT_TRUE(std::ranges::is_sorted(told));
    EXPECT_EQ(told.back(), 1.0);
  }
}

}  // namespace
}  // namespace linnet
