#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>

#include <linnet/linnet.h>
#include <linnet/model.h>

#include "gguf/reader.h"
#include "quant/all_types.h"
#include "quant/packed.h"
#include "tests/support/model_file.h"
#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

using testing::file_text;
using testing::kTinyModels;
using testing::ModelFile;
using testing::tiny_model;

template <class T>
void expect_error(const Result<T>& result, ErrorCode code, std::string_view part) {
  ASSERT_FALSE(result.has_value()) << "wanted: " << part;
  EXPECT_EQ(to_string(result.error().code), to_string(code)) << result.error().message;
  EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
}

class Pack : public testing::InTempFolder {
 protected:
  std::filesystem::path packed(const std::filesystem::path& in) const {
    const auto out = folder() / "packed.gguf";
    pack(in, out, {.overwrite = true}).value();
    return out;
  }
};

Model load(const std::filesystem::path& path) { return Model::load(path, {.n_threads = 1}).value(); }

/// The logits behind each of some tokens.
std::vector<float> logits_of(const Model& model) {
  std::vector<Token> tokens;
  for (int i = 0; i < 21; ++i) tokens.push_back((37 * i + 11) % static_cast<int>(model.info().n_vocab));
  Session session = Session::open(model, {.n_ctx = 32, .n_threads = 2, .n_chunk = 16}).value();
  std::vector<float> all;
  session
      .append(tokens,
              [&](std::size_t, std::span<const float> logits) {
                all.insert(all.end(), logits.begin(), logits.end());
                return true;
              })
      .value();
  return all;
}

void expect_same_bits(const Model& a, const Model& b) {
  const std::vector<float> left = logits_of(a), right = logits_of(b);
  ASSERT_EQ(left.size(), right.size());
  EXPECT_EQ(std::memcmp(left.data(), right.data(), left.size() * sizeof(float)), 0);
}

TEST_F(Pack, ChangesNoBitOfTheLogits) {
  for (const std::string_view name : kTinyModels) {
    SCOPED_TRACE(name);
    const Model original = load(tiny_model(name)), mapped = load(packed(tiny_model(name)));
    expect_same_bits(original, mapped);
    EXPECT_EQ(original.info().format, mapped.info().format);
    EXPECT_EQ(original.info().n_parameters, mapped.info().n_parameters);
    EXPECT_EQ(original.info().n_weight_bytes, mapped.info().n_weight_bytes);
    EXPECT_EQ(original.chat_template(), mapped.chat_template());
  }
}

TEST_F(Pack, DoesSoForEveryFormat) {
  quant::for_each_type(quant::AllTypes{}, [&](auto tag) {
    using Format = typename decltype(tag)::Type;
    SCOPED_TRACE(Format::kName);
    const auto path = folder() / "original.gguf";
    ModelFile(tiny_model("llama_mixed_formats")).convert(Format::kId).write(path);
    expect_same_bits(load(path), load(packed(path)));
  });
}

TEST_F(Pack, KeepsTheMetadata) {
  for (const std::string_view name : kTinyModels) {
    const auto path = packed(tiny_model(name));
    const auto original = gguf::File::open(tiny_model(name)).value(), file = gguf::File::open(path).value();
    std::size_t n_compared = 0;
    for (const gguf::Entry& entry : original->metadata().entries()) {
      if (entry.key == gguf::kAlignmentKey) continue;
      const auto same = [&](const gguf::Entry& e) { return e.key == entry.key; };
      const auto found = std::ranges::find_if(file->metadata().entries(), same);
      ASSERT_NE(found, file->metadata().entries().end()) << entry.key;
      EXPECT_EQ(found->type, entry.type);
      EXPECT_TRUE(std::ranges::equal(found->bytes, entry.bytes)) << entry.key;
      ++n_compared;
    }
    EXPECT_EQ(file->metadata().entries().size(), n_compared + 3) << "layout, version, alignment";
    ASSERT_EQ(file->tensors().size(), original->tensors().size());
    for (std::size_t i = 0; i < file->tensors().size(); ++i) {
      EXPECT_EQ(file->tensors()[i].name, original->tensors()[i].name);
      EXPECT_EQ(file->tensors()[i].is_packed, original->tensors()[i].n_rows() > 1);
    }
  }
}

// Files that others have written stay readable only as long as the layout does: whoever changes what
// pack_group() writes gets another sum here, raises quant::kPackedLayout, and notes the new sum.
TEST_F(Pack, WritesTheLayoutThatItsNumberStandsFor) {
  ASSERT_EQ(quant::kPackedLayout, 1u);
  const auto file = gguf::File::open(packed(tiny_model("llama_mixed_formats"))).value();
  std::uint64_t sum = 0xCBF29CE484222325u;  // FNV-1a
  for (const gguf::Tensor& tensor : file->tensors()) {
    for (const std::byte b : tensor.data) sum = (sum ^ std::to_integer<std::uint64_t>(b)) * 0x100000001B3u;
  }
  EXPECT_EQ(sum, 16231392021050943388u);
}

TEST_F(Pack, RefusesWhatIsPacked) {
  const auto path = packed(tiny_model("qwen3"));
  expect_error(pack(path, folder() / "twice.gguf"), ErrorCode::kInvalidArgument, "is packed already");
  EXPECT_EQ(n_files(), 1);
}

TEST_F(Pack, RefusesWhatCannotBeLoaded) {
  const auto out = folder() / "out.gguf";
  expect_error(pack(folder() / "none.gguf", out), ErrorCode::kNotFound, "none.gguf");
  expect_error(pack(write_file("text", "not a model"), out), ErrorCode::kCorrupt, "not a GGUF file");
  const auto incomplete = folder() / "incomplete.gguf";
  ModelFile(tiny_model("qwen3")).remove_tensor("output_norm.weight").write(incomplete);
  expect_error(pack(incomplete, out), ErrorCode::kNotFound, "'output_norm.weight' is missing");
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Pack, ReplacesNothingUnasked) {
  const auto in = folder() / "in.gguf", out = write_file("out.gguf", "something else");
  std::filesystem::copy_file(tiny_model("qwen3"), in);
  expect_error(pack(in, out), ErrorCode::kInvalidArgument, "out.gguf: exists already");
  EXPECT_EQ(file_text(out), "something else");
  const auto link = folder() / "link.gguf";
  std::filesystem::create_hard_link(in, link);
  expect_error(pack(in, in, {.overwrite = true}), ErrorCode::kInvalidArgument, "would replace its original");
  expect_error(pack(in, link, {.overwrite = true}), ErrorCode::kInvalidArgument,
               "would replace its original");
  pack(in, out, {.overwrite = true}).value();
  EXPECT_TRUE(gguf::File::open(out).value()->is_packed());
  EXPECT_EQ(n_files(), 3);
}

TEST_F(Pack, TellsItsProgressAndCanBeCancelled) {
  std::vector<double> told;
  const auto out = folder() / "out.gguf";
  pack(tiny_model("qwen3"), out,
       {.progress =
            [&](double fraction) {
              told.push_back(fraction);
              return true;
            }})
      .value();
  EXPECT_TRUE(std::ranges::is_sorted(told));
  EXPECT_GT(told.size(), 10u);
  EXPECT_EQ(told.back(), 1.0);
  std::filesystem::remove(out);
  std::size_t calls = 0;
  expect_error(pack(tiny_model("qwen3"), out, {.progress = [&](double) { return ++calls < 3; }}),
               ErrorCode::kCancelled, "packing was cancelled; nothing was kept");
  EXPECT_EQ(calls, 3u);
  EXPECT_EQ(n_files(), 0);
}

TEST_F(Pack, LoadingAPackedFileTellsItsProgressAndCanBeCancelled) {
  const auto path = packed(tiny_model("qwen3"));
  std::vector<double> told;
  LoadOptions options{.progress = [&](double fraction) {
    told.push_back(fraction);
    return true;
  }};
  Model::load(path, options).value();
  EXPECT_TRUE(std::ranges::is_sorted(told));
  EXPECT_EQ(told.back(), 1.0);
  options.progress = [](double) { return false; };
  expect_error(Model::load(path, options), ErrorCode::kCancelled, "loading was cancelled");
}

TEST_F(Pack, AModelOfAnOrdinaryFileOutlivesIt) {
  const auto path = folder() / "model.gguf";
  std::filesystem::copy_file(tiny_model("llama_tied"), path);
  const Model model = load(path);
  ASSERT_EQ(::truncate(path.c_str(), 0), 0);
  expect_same_bits(model, load(tiny_model("llama_tied")));
  EXPECT_FALSE(model.metadata().value().empty());
  EXPECT_FALSE(model.tensors().value().empty());
  EXPECT_FALSE(model.tokenize("some text").value().empty());
}

TEST_F(Pack, AModelOfAPackedFileOutlivesItsName) {
  const auto path = packed(tiny_model("llama_tied"));
  const Model model = load(path);
  pack(tiny_model("qwen3"), path, {.overwrite = true}).value();
  expect_same_bits(model, load(tiny_model("llama_tied")));
}

}  // namespace
}  // namespace linnet
