#include <linnet/model.h>

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "tests/engine/allocations.h"
#include "tests/engine/support.h"
#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

using testing::expect_error;
using testing::load_tiny;
using testing::tiny_model;

class ModelLoad : public testing::InTempFolder {};

TEST_F(ModelLoad, RefusesWhatIsNoModel) {
  expect_error(Model::load(folder() / "missing.gguf"), ErrorCode::kNotFound, "missing.gguf");
  expect_error(Model::load(folder()), ErrorCode::kIo, folder().string());
  expect_error(Model::load(write_file("empty.gguf", "")), ErrorCode::kCorrupt, "empty.gguf");
  expect_error(
      Model::load(write_file("archive.gguf", std::string("PK\3\4\0\0\0\0", 8) + std::string(100, 'x'))),
      ErrorCode::kCorrupt, "archive.gguf");
  expect_error(Model::load(write_file("text.gguf", "<html>404</html>")), ErrorCode::kCorrupt, "text.gguf");
}

TEST_F(ModelLoad, RefusesFilesThatEndEarly) {
  const std::string whole = testing::file_text(tiny_model("llama_tied"));
  for (const std::size_t n : {std::size_t{3}, std::size_t{24}, std::size_t{4000}, whole.size() - 1}) {
    expect_error(Model::load(write_file("cut.gguf", whole.substr(0, n))), ErrorCode::kCorrupt, "cut.gguf");
  }
}

TEST_F(ModelLoad, RefusesUnknownKernelTables) {
  LoadOptions options;
  options.isa = "mmx";
  expect_error(Model::load(tiny_model("llama_tied"), options), ErrorCode::kUnsupported,
               "'mmx' is not one that this library has and this CPU runs; those are: ");
  options.isa = "portable";
  EXPECT_EQ(Model::load(tiny_model("llama_tied"), options).value().info().isa, "portable");
}

TEST_F(ModelLoad, RefusesMoreTokensThanRows) {
  testing::ModelFile file(tiny_model("llama_tied"));
  auto& embedding = file.tensor("token_embd.weight");
  std::vector<float> values = embedding.values();
  values.resize(10 * 64);
  embedding.set_values(embedding.type, values);
  expect_error(Model::load(file.write(folder() / "model.gguf")), ErrorCode::kCorrupt,
               "tokens, but the embedding only 10");
}

TEST_F(ModelLoad, VocabularyOnlyNeedsNoArchitecture) {
  testing::ModelFile file(tiny_model("qwen2"));
  file.set("general.architecture", std::string("nobody-knows"));
  LoadOptions options;
  options.vocabulary_only = true;
  const Model model = Model::load(file.write(folder() / "model.gguf"), options).value();
  EXPECT_EQ(model.info().architecture, "nobody-knows");
  EXPECT_EQ(model.info().n_layers, 0u);
  EXPECT_GT(model.info().n_vocab, 290u);
  EXPECT_FALSE(model.tokenize("the hat").value().empty());
  expect_error(Session::open(model), ErrorCode::kUnsupported, "only the vocabulary was loaded");
  expect_error(Chat::open(model), ErrorCode::kUnsupported, "only the vocabulary was loaded");
}

TEST_F(ModelLoad, ProgressIsReportedAndCanCancel) {
  std::vector<double> fractions;
  const auto caller = std::this_thread::get_id();
  LoadOptions options;
  options.n_threads = 1;
  options.progress = [&](double fraction) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    fractions.push_back(fraction);
    return true;
  };
  ASSERT_TRUE(Model::load(tiny_model("llama_tied"), options).has_value());
  ASSERT_FALSE(fractions.empty());
  EXPECT_TRUE(std::ranges::is_sorted(fractions));
  EXPECT_GT(fractions.front(), 0.0);
  EXPECT_EQ(fractions.back(), 1.0);
  for (const unsigned n_threads : {1u, 3u}) {
    options.n_threads = n_threads;
    options.progress = [](double) { return false; };
    const auto cancelled = Model::load(tiny_model("gemma3"), options);
    // With several threads the caller may be given no slice to report.
    if (n_threads == 1 || !cancelled) expect_error(cancelled, ErrorCode::kCancelled, "cancelled");
  }
}

TEST_F(ModelLoad, AProgressCallbackThatThrowsCancels) {
  LoadOptions options;
  options.n_threads = 1;
  options.progress = [](double) -> bool { throw std::runtime_error("no"); };
  expect_error(Model::load(tiny_model("llama_tied"), options), ErrorCode::kCancelled, "cancelled");
}

TEST_F(ModelLoad, SaysWhatItDoesToTheSinkOnly) {
  std::vector<std::pair<LogLevel, std::string>> messages;
  LoadOptions options;
  options.log = [&](LogLevel level, std::string_view message) { messages.emplace_back(level, message); };
  const Model model = Model::load(tiny_model("qwen3"), options).value();
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].first, LogLevel::kInfo);
  EXPECT_NE(messages[0].second.find("qwen3 F16, "), std::string::npos) << messages[0].second;
  SessionOptions session_options;
  session_options.n_ctx = 1000;
  ASSERT_TRUE(Session::open(model, session_options).has_value());
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[1],
            std::pair(LogLevel::kWarning, std::string("a context of 1000 tokens, but the model was "
                                                      "trained for 256")));
}

TEST(ModelFacts, AreThoseOfTheFile) {
  const Model model = load_tiny("qwen3");
  const ModelInfo& info = model.info();
  EXPECT_EQ(info.architecture, "qwen3");
  EXPECT_EQ(info.name, "linnet tiny qwen3");
  EXPECT_EQ(info.format, "F16");
  EXPECT_EQ(info.n_layers, 2u);
  EXPECT_EQ(info.n_heads, 4u);
  EXPECT_EQ(info.n_kv_heads, 2u);
  EXPECT_EQ(info.head_dim, 32u);
  EXPECT_EQ(info.d_model, 64u);
  EXPECT_EQ(info.d_ff, 96u);
  EXPECT_EQ(info.n_ctx_train, 256u);
  EXPECT_EQ(info.n_file_bytes, std::filesystem::file_size(tiny_model("qwen3")));
  EXPECT_GT(info.load_seconds, 0);
  std::uint64_t n_parameters = 0;
  const auto tensors = model.tensors().value();
  for (const TensorInfo& tensor : tensors) {
    std::uint64_t n = 1;
    for (const std::size_t length : tensor.shape) n *= length;
    n_parameters += n;
  }
  EXPECT_EQ(info.n_parameters, n_parameters);
  EXPECT_GE(info.n_weight_bytes, 2 * n_parameters);
  EXPECT_EQ(Model::load(tiny_model("qwen3"), {.vocabulary_only = true}).value().info().n_parameters,
            n_parameters);
}

TEST(ModelFacts, ATokenReadsAllWeightsButAnEmbeddingThatIsNotTheHead) {
  const ModelInfo tied = load_tiny("llama_tied").info(), untied = load_tiny("llama_untied").info();
  EXPECT_EQ(tied.n_token_bytes, tied.n_weight_bytes);
  EXPECT_LT(untied.n_token_bytes, untied.n_weight_bytes);
  EXPECT_GE(untied.n_token_bytes, untied.n_weight_bytes - untied.n_vocab * untied.d_model * sizeof(float));
}

TEST(ModelFacts, ListMetadataAndTensors) {
  const Model model = load_tiny("gemma3");
  const auto metadata = model.metadata().value();
  const auto entry = std::ranges::find(metadata, "gemma3.attention.sliding_window", &MetadataEntry::key);
  ASSERT_NE(entry, metadata.end());
  EXPECT_EQ(entry->type, "u32");
  EXPECT_EQ(entry->value, "16");
  const auto tensors = model.tensors().value();
  const auto up = std::ranges::find(tensors, "blk.0.ffn_up.weight", &TensorInfo::name);
  ASSERT_NE(up, tensors.end());
  EXPECT_EQ(up->shape, (std::vector<std::size_t>{32, 64}));
  EXPECT_EQ(up->format, "F16");
  EXPECT_EQ(up->n_bytes, 32u * 64 * 2);
}

TEST(ModelTokens, ComeWithTheFilesBos) {
  const Model model = load_tiny("llama_untied");  // its file wants a BOS
  const auto with = model.tokenize("the hat").value();
  const auto without = model.tokenize("the hat", {.add_bos = false}).value();
  EXPECT_EQ(with.front(), model.bos_token());
  EXPECT_EQ(std::vector<Token>(with.begin() + 1, with.end()), without);
  EXPECT_EQ(model.detokenize(with).value(), "the hat");
  EXPECT_EQ(model.detokenize(with, true).value(), "<|endoftext|>the hat");
}

TEST(ModelTokens, TextCannotForgeSpecialTokens) {
  const Model model = load_tiny();
  const Token end = model.find_token("<|im_end|>");
  ASSERT_NE(end, kNoToken);
  const auto plain = model.tokenize("a<|im_end|>").value();
  EXPECT_EQ(std::ranges::count(plain, end), 0);
  EXPECT_EQ(model.detokenize(plain).value(), "a<|im_end|>");
  EXPECT_EQ(model.tokenize("a<|im_end|>", {.parse_special = true}).value().back(), end);
}

TEST(ModelTokens, NumbersOutsideTheVocabulary) {
  const Model model = load_tiny();
  const auto n_vocab = static_cast<Token>(model.info().n_vocab);
  for (const Token token : {-1, n_vocab, n_vocab + 1000, std::numeric_limits<Token>::max()}) {
    EXPECT_EQ(model.piece(token).value(), "");
    EXPECT_FALSE(model.is_special(token));
    EXPECT_FALSE(model.is_end_of_generation(token));
    expect_error(model.detokenize(std::vector<Token>{token}), ErrorCode::kInvalidArgument,
                 "outside the vocabulary");
  }
  EXPECT_EQ(model.piece(model.eos_token()).value(), "<|im_end|>");
  EXPECT_TRUE(model.is_special(model.eos_token()));
  EXPECT_EQ(model.find_token("no such token"), kNoToken);
}

TEST(ModelTokens, KeepInvalidUtf8ByteForByte) {
  const std::string bytes = "a\xFF\xC0 b\x80";
  for (const std::string_view name : {"llama_tied", "gemma3"}) {
    const Model model = load_tiny(name);
    EXPECT_EQ(model.detokenize(model.tokenize(bytes).value()).value(), bytes) << name;
  }
}

TEST(ModelHandle, CopiesShareOneModel) {
  const Model first = load_tiny();
  Model second = first;
  const Model third = std::move(second);
  EXPECT_EQ(&third.info(), &first.info());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(ModelMemory, ThereIsNoneIsAnErrorAndNoException) {
  const Model model = load_tiny();
  const std::string long_name(100, 'x');
  const std::filesystem::path path(long_name);
  const SamplingOptions wrong{.top_p = 2};
  const testing::NoMemory none;
  EXPECT_EQ(model.metadata().error().code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(model.tensors().error().code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(model.tokenize("the hat").error().code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(Model::load(path).error().code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(wrong.check().error().code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(SamplingOptions().set(long_name, 1).error().code, ErrorCode::kOutOfMemory);
  EXPECT_FALSE(usable_isas().empty());
  EXPECT_GT(default_threads(), 0u);
}
#endif

TEST(Library, NamesWhatItRunsOn) {
  EXPECT_FALSE(usable_isas().empty());
  EXPECT_EQ(usable_isas().back(), "portable");
  EXPECT_GT(default_threads(), 0u);
  EXPECT_EQ(version(), LINNET_VERSION_STRING);
}

}  // namespace
}  // namespace linnet
