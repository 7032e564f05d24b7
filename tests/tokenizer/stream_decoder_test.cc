#include "test_vocabulary.h"

namespace linnet {
namespace {

using testing::TestTokenizer;
using testing::TestVocabulary;

const TestTokenizer& bytes() {
  static const TestTokenizer tokenizer([] {
    TestVocabulary v;
    v.add_bytes();
    v.add("<|end|>", TokenType::kControl);
    v.merges = {"a b"};
    return v;
  }());
  return tokenizer;
}

// What the decoder hands out for each byte of `text`, then at the end, "|" between.
std::string streamed(std::string_view text) {
  StreamDecoder decoder(*bytes());
  std::string out;
  for (const char byte : text) out += decoder.push(static_cast<std::uint8_t>(byte)) + "|";
  return out + decoder.flush();
}

TEST(StreamDecoder, WaitsUntilACharacterIsWhole) {
  EXPECT_EQ(streamed("aé"), "a||é|");
  EXPECT_EQ(streamed("日b"), "||日|b|");
  EXPECT_EQ(streamed("😀"), "|||😀|");
}

TEST(StreamDecoder, BytesThatCanNeverBecomeACharacterComeOutAsReplacement) {
  EXPECT_EQ(streamed("\xFF"
                     "a"),
            "\uFFFD|a|");
  EXPECT_EQ(streamed("\xC0\x80"), "\uFFFD|\uFFFD|") << "overlong";
  EXPECT_EQ(streamed("\xED\xA0\x80"), "|\uFFFD\uFFFD|\uFFFD|") << "surrogate";
  EXPECT_EQ(streamed("\xE6\x97"
                     "a"),
            "||\uFFFDa|")
      << "cut short by a letter";
  EXPECT_EQ(streamed("\xE6\x97"), "||\uFFFD") << "cut short by the end";
  EXPECT_EQ(streamed("\xF4\x90\x80\x80"), "|\uFFFD\uFFFD|\uFFFD|\uFFFD|") << "above U+10FFFF";
}

TEST(StreamDecoder, SpecialTokensGiveNoText) {
  StreamDecoder decoder(*bytes());
  EXPECT_EQ(decoder.push('a'), "a");
  EXPECT_EQ(decoder.push(256), "");
  EXPECT_EQ(decoder.push('b'), "b");
  EXPECT_EQ(decoder.flush(), "");
}

TEST(StreamDecoder, LeavesOutTheSpaceThatEncodingAdded) {
  TestVocabulary v;
  v.model = "llama";
  v.add("▁a");
  v.add("<s>", TokenType::kControl);
  const TestTokenizer tokenizer(v);
  StreamDecoder decoder(*tokenizer);
  EXPECT_EQ(decoder.push(1), "");
  EXPECT_EQ(decoder.push(0), "a");
  EXPECT_EQ(decoder.push(0), " a");
}

}  // namespace
}  // namespace linnet
