#include "tokenizer/sentencepiece.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <limits>
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

void expect_golden(const std::string& name, bool keeps_spaces) {
  const std::string path = LINNET_GOLDEN_DIR "/tokenizer/" + name;
  const auto file = gguf::File::open(path + ".gguf").value();
  const auto tokenizer = Tokenizer::from_metadata(file->metadata()).value();
  std::ifstream stream(path + ".json");
  const auto golden = nlohmann::json::parse(stream);
  for (std::size_t i = 0; i < golden.at("text").size(); ++i) {
    const auto text = golden.at("text")[i].get<std::string>();
    const auto wanted = golden.at("plain")[i].get<Tokens>();
    EXPECT_EQ(encode(*tokenizer, text), wanted) << utf8::printable(text);
    if (keeps_spaces) {
      EXPECT_EQ(tokenizer->decode(wanted, false), text);
    }
  }
}

TEST(SentencePiece, AgreesWithSentencePiece) { expect_golden("sentencepiece", true); }
TEST(SentencePiece, JoinsSpacesWhereTheFileSaysSo) { expect_golden("joined_spaces", false); }

TestVocabulary sample(bool with_bytes = true) {
  TestVocabulary v;
  v.model = "llama";
  v.add("<unk>", TokenType::kUnknown);     // 0
  v.add("<s>", TokenType::kControl);       // 1
  v.add("▁", TokenType::kNormal, -3);      // 2
  v.add("a", TokenType::kNormal, -4);      // 3
  v.add("▁a", TokenType::kNormal, -1);     // 4
  v.add("aa", TokenType::kNormal, -2);     // 5
  v.add("a▁", TokenType::kNormal, -0.5f);  // 6: an inner space
  v.add("  ", TokenType::kUserDefined);    // 7
  if (!with_bytes) return v;
  v.storage.resize(256);
  for (std::size_t byte = 0; byte < 256; ++byte) {
    v.storage[byte] = fmt::format("<0x{:02X}>", byte);
    v.add(v.storage[byte], TokenType::kByte);  // 8 + byte
  }
  return v;
}

TEST(SentencePiece, MergesByScoreAcrossSpacesThatTokensHold) {
  TestVocabulary v = sample();
  v.set("tokenizer.ggml.add_space_prefix", false);
  const TestTokenizer tokenizer(v);
  EXPECT_EQ(encode(*tokenizer, "a a"), (Tokens{6, 3}));
  EXPECT_EQ(encode(*tokenizer, " aa"), (Tokens{4, 3}));
  EXPECT_EQ(encode(*tokenizer, "aaa"), (Tokens{5, 3}));
}

TEST(SentencePiece, PutsASpaceBeforeTextAndTakesItOffAgain) {
  const TestTokenizer tokenizer(sample());
  EXPECT_TRUE(tokenizer->adds_space_prefix());
  EXPECT_EQ(encode(*tokenizer, "a"), (Tokens{4}));
  EXPECT_EQ(encode(*tokenizer, ""), Tokens{});
  EXPECT_EQ(encode(*tokenizer, "<s>a", true), (Tokens{1, 4}));
  EXPECT_EQ(tokenizer->decode(Tokens{1, 4}, false), "a");
  EXPECT_EQ(tokenizer->decode(Tokens{1, 4}, true), "<s> a");
}

TEST(SentencePiece, TextBehindOtherTextStaysAsItIs) {
  for (const bool joins_spaces : {false, true}) {
    TestVocabulary v = sample();
    v.set("tokenizer.ggml.remove_extra_whitespaces", joins_spaces);
    const TestTokenizer tokenizer(v);
    const auto inside = [&](std::string_view text) {
      Tokens tokens;
      EXPECT_TRUE(tokenizer->encode_inside(text, tokens));
      std::string written;
      for (const Token token : tokens) written += tokenizer->piece(token);
      EXPECT_EQ(written, text);
      return tokens;
    };
    EXPECT_EQ(inside("a"), (Tokens{3}));
    EXPECT_EQ(inside(" a"), (Tokens{4}));
    EXPECT_EQ(inside("  a"), (Tokens{7, 3})) << "a token of the user's is matched first";
    EXPECT_EQ(inside("a   "), (Tokens{3, 7, 2}));
    EXPECT_EQ(inside(""), Tokens{});
  }
}

TEST(SentencePiece, UserDefinedTokensAreMatchedFirst) {
  const TestTokenizer tokenizer(sample());
  EXPECT_EQ(encode(*tokenizer, "  a"), (Tokens{7, 4}));
  EXPECT_EQ(tokenizer->piece(7), "  ");
}

TEST(SentencePiece, FallsBackToBytesAndKeepsInvalidOnes) {
  const TestTokenizer tokenizer(sample());
  EXPECT_EQ(encode(*tokenizer, "é"), (Tokens{2, 8 + 0xC3, 8 + 0xA9}));
  EXPECT_EQ(encode(*tokenizer, "a\xFF"), (Tokens{4, 8 + 0xFF}));
  EXPECT_EQ(tokenizer->decode(encode(*tokenizer, "x\xE6\x97y"), false), "x\xE6\x97y");
  EXPECT_EQ(tokenizer->piece(8 + 0x41), "A");
}

TEST(SentencePiece, WithoutBytesUnknownCharactersAreUnknown) {
  TestVocabulary v = sample(false);
  EXPECT_EQ(encode(*TestTokenizer(v), "éa"), (Tokens{2, 3}));
  v.set("tokenizer.ggml.unknown_token_id", std::uint64_t{0});
  EXPECT_EQ(encode(*TestTokenizer(v), "éa"), (Tokens{2, 0, 3}));
  v.add("\uFFFD");
  EXPECT_EQ(encode(*TestTokenizer(v), "éa"), (Tokens{2, 8, 3}));
}

TEST(SentencePiece, TextCannotForgeTokens) {
  TestVocabulary v = sample();
  for (const std::string_view text :
       {"<", "s", ">", "<s", "s>", "0", "x", "4", "1", "<0", "<0x", "<0x4", "<0x41"})
    v.add(text);
  const TestTokenizer tokenizer(v);
  const Tokens forged = encode(*tokenizer, "<s>");
  EXPECT_EQ(std::ranges::count(forged, 1), 0);
  EXPECT_EQ(tokenizer->decode(forged, false), "<s>");
}

TEST(SentencePiece, OddScoresAreTolerated) {
  TestVocabulary v = sample();
  v.scores[4] = std::numeric_limits<float>::quiet_NaN();
  v.scores[5] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(TestTokenizer(v)->decode(encode(*TestTokenizer(v), "aaaa aa a"), false), "aaaa aa a");
  v.scores.clear();
  EXPECT_EQ(TestTokenizer(v)->decode(encode(*TestTokenizer(v), "aaaa aa a"), false), "aaaa aa a");
  v.scores.assign(3, 0);
  EXPECT_EQ(error_of(v).message, "test.gguf: tokenizer.ggml.scores has 3 entries for 264 tokens");
}

}  // namespace
}  // namespace linnet
