#include "tokenizer/vocabulary.h"

#include "test_vocabulary.h"

namespace linnet {
namespace {

using testing::error_of;
using testing::TestVocabulary;

struct Read {
  explicit Read(const TestVocabulary& v, bool add_bos = false)
      : metadata(v.metadata()), vocabulary(Vocabulary::from_metadata(metadata, add_bos).value()) {}
  const Vocabulary* operator->() const { return &vocabulary; }
  gguf::Metadata metadata;
  Vocabulary vocabulary;
};

TestVocabulary sample() {
  TestVocabulary v;
  v.model = "llama";
  v.add("a");
  v.add("<s>", TokenType::kControl);
  v.add("</s>", TokenType::kControl);
  v.add("<|im_end|>", TokenType::kControl);
  v.add("<|endoftext|>");
  v.add("<think>", TokenType::kUserDefined);
  return v;
}

TEST(Vocabulary, ReadsRolesAndFindsTheKnownEnds) {
  TestVocabulary v = sample();
  v.set("tokenizer.ggml.bos_token_id", std::uint64_t{1});
  v.set("tokenizer.ggml.eos_token_id", std::uint64_t{2});
  v.set("tokenizer.ggml.padding_token_id", std::uint64_t{0xFFFFFFFF});
  const Read vocabulary(v);
  EXPECT_EQ(vocabulary->special().bos, 1);
  EXPECT_EQ(vocabulary->special().eos, 2);
  EXPECT_EQ(vocabulary->special().eot, 3);  // by its name
  EXPECT_EQ(vocabulary->special().padding, kNoToken);
  EXPECT_TRUE(vocabulary->is_end_of_generation(2));
  EXPECT_TRUE(vocabulary->is_end_of_generation(3));
  EXPECT_FALSE(vocabulary->is_end_of_generation(1));
  EXPECT_FALSE(vocabulary->is_end_of_generation(4)) << "a normal token of a well-known name";
  EXPECT_TRUE(vocabulary->is_special(1));
  EXPECT_FALSE(vocabulary->is_special(5));
}

TEST(Vocabulary, NamedTokensAreNotText) {
  TestVocabulary v = sample();
  v.set("tokenizer.ggml.eos_token_id", std::uint64_t{5});
  EXPECT_EQ(Read(v)->type(5), TokenType::kControl);
  EXPECT_EQ(Read(v)->find_plain("<think>"), kNoToken);
  EXPECT_EQ(Read(v)->find("<think>"), 5);
}

TEST(Vocabulary, AddsBosAsTheFileOrElseTheFamilySays) {
  TestVocabulary v = sample();
  EXPECT_FALSE(Read(v, true)->special().add_bos) << "no bos to add";
  v.set("tokenizer.ggml.bos_token_id", std::uint64_t{1});
  EXPECT_TRUE(Read(v, true)->special().add_bos);
  EXPECT_FALSE(Read(v, false)->special().add_bos);
  v.set("tokenizer.ggml.add_bos_token", false);
  EXPECT_FALSE(Read(v, true)->special().add_bos);
}

TEST(Vocabulary, TypesMayBeMissingOrUnknown) {
  TestVocabulary v = sample();
  v.types.assign(v.types.size() + 3, 77);
  EXPECT_EQ(Read(v)->type(1), TokenType::kNormal);
  v.types.clear();
  EXPECT_EQ(Read(v)->type(1), TokenType::kNormal);
}

TEST(Vocabulary, SaysWhatIsWrongWithTheFile) {
  TestVocabulary v;
  v.model = "llama";
  EXPECT_EQ(error_of(v).code, ErrorCode::kNotFound);
  v = sample();
  v.types.pop_back();
  EXPECT_EQ(error_of(v).message, "test.gguf: tokenizer.ggml.token_type has 5 entries for 6 tokens");
  v = sample();
  v.set("tokenizer.ggml.eos_token_id", std::uint64_t{6});
  EXPECT_EQ(error_of(v).message, "test.gguf: tokenizer.ggml.eos_token_id is 6, but there are only 6 tokens");
  v = sample();
  v.set("tokenizer.ggml.add_eos_token", true);
  EXPECT_EQ(error_of(v).message,
            "test.gguf: tokenizer.ggml.add_eos_token is true, but no such token is named");
  v = sample();
  v.more.push_back({"tokenizer.ggml.token_type", gguf::ValueType::kString, std::string_view("x")});
  EXPECT_EQ(error_of(v).code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace linnet
