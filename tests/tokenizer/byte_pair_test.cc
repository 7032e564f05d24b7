#include "tokenizer/byte_pair.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "gguf/reader.h"
#include "test_vocabulary.h"

namespace linnet {
namespace {

using testing::encode;
using testing::error_of;
using testing::TestTokenizer;
using testing::TestVocabulary;
using Tokens = std::vector<Token>;

TEST(BytePair, AgreesWithHuggingFace) {
  const auto file = gguf::File::open(LINNET_GOLDEN_DIR "/tokenizer/byte_pair.gguf").value();
  const auto tokenizer = Tokenizer::from_metadata(file->metadata()).value();
  std::ifstream stream(LINNET_GOLDEN_DIR "/tokenizer/byte_pair.json");
  const auto golden = nlohmann::json::parse(stream);
  const auto texts = golden.at("text").get<std::vector<std::string>>();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto plain = golden.at("plain")[i].get<Tokens>();
    const auto special = golden.at("special").value(std::to_string(i), plain);
    EXPECT_EQ(encode(*tokenizer, texts[i]), plain) << utf8::printable(texts[i]);
    EXPECT_EQ(encode(*tokenizer, texts[i], true), special) << utf8::printable(texts[i]);
    EXPECT_EQ(tokenizer->decode(plain, false), texts[i]);
    EXPECT_EQ(tokenizer->decode(special, true), texts[i]);
  }
}

TestVocabulary sample() {
  TestVocabulary v;
  v.add_bytes();
  v.add("ab");   // 256
  v.add("bc");   // 257
  v.add("abc");  // 258
  v.add("abcd");
  v.merges = {"b c", "a b", "ab c"};
  return v;
}

TEST(BytePair, MergesByRank) {
  const TestTokenizer tokenizer(sample());
  EXPECT_EQ(encode(*tokenizer, "ab"), (Tokens{256}));
  EXPECT_EQ(encode(*tokenizer, "abc"), (Tokens{'a', 257}));
  EXPECT_EQ(encode(*tokenizer, "abcd"), (Tokens{'a', 257, 'd'}));
}

TEST(BytePair, FamiliesThatSaySoTakeWholeWords) {
  TestVocabulary v = sample();
  v.pre = "llama-bpe";
  v.add("pad", TokenType::kControl);
  const TestTokenizer tokenizer(v);
  EXPECT_EQ(encode(*tokenizer, "abcd"), (Tokens{259}));
  EXPECT_EQ(encode(*tokenizer, "pad"), (Tokens{'p', 'a', 'd'})) << "a control token is not a word";
}

TEST(BytePair, KeepsEveryByte) {
  const TestTokenizer tokenizer(sample());
  std::string all;
  for (int round = 0; round < 2; ++round) {
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(round == 0 ? byte : 255 - byte);
  }
  EXPECT_EQ(tokenizer->decode(encode(*tokenizer, all), false), all);
}

TEST(BytePair, WhatTheVocabularyLacksIsLeftOutOrReplaced) {
  TestVocabulary v;
  for (const std::string_view text : {"a", "ï", "¿", "½", "Ù"}) v.add(text);  // the bytes of U+FFFD, and 0xD9
  v.merges = {"a a"};
  const TestTokenizer tokenizer(v);
  EXPECT_EQ(encode(*tokenizer, "ab"), (Tokens{0}));
  EXPECT_EQ(encode(*tokenizer, "a\xFF"), (Tokens{0, 1, 2, 3}));
  EXPECT_EQ(encode(*tokenizer, "a\xD9"), (Tokens{0, 4}));
}

TEST(BytePair, MergesOfWhatIsNoTokenDoNotApply) {
  TestVocabulary v = sample();
  v.merges.insert(v.merges.end(), {"x y", "q1 q2", "a bc"});
  EXPECT_EQ(encode(*TestTokenizer(v), "xyabc"), (Tokens{'x', 'y', 258}));
  v.types[258] = static_cast<std::int32_t>(TokenType::kControl);
  EXPECT_EQ(encode(*TestTokenizer(v), "abc"), (Tokens{'a', 257})) << "merging cannot forge a control token";
}

TEST(BytePair, SaysWhatIsWrongWithTheFile) {
  TestVocabulary v = sample();
  v.pre = "no-such";
  EXPECT_EQ(error_of(v).code, ErrorCode::kUnsupported);
  EXPECT_NE(error_of(v).message.find("'no-such' is not one that linnet has: default, gpt-2"),
            std::string::npos);
  for (const std::string_view merge : {"", "ab", " ", "a ", " a"}) {
    v = sample();
    v.merges[1] = merge;
    EXPECT_EQ(error_of(v).code, ErrorCode::kCorrupt) << merge;
  }
  v = sample();
  v.merges.clear();
  EXPECT_EQ(error_of(v).code, ErrorCode::kNotFound);
}

TEST(BytePair, PiecesUndoTheByteLevel) {
  TestVocabulary v = sample();
  v.add("ĠĊ");                          // 260
  v.add("<|x|>", TokenType::kControl);  // 261
  v.add("Ġ", TokenType::kUserDefined);  // 262: as it stands
  v.add("日", TokenType::kNormal);      // 263: stands for no bytes, so as it stands
  const TestTokenizer tokenizer(v);
  EXPECT_EQ(tokenizer->piece(260), " \n");
  EXPECT_EQ(tokenizer->piece(261), "<|x|>");
  EXPECT_EQ(tokenizer->piece(262), "Ġ");
  EXPECT_EQ(tokenizer->piece(263), "日");
}

}  // namespace
}  // namespace linnet
