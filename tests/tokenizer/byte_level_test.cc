#include "tokenizer/byte_level.h"

#include <gtest/gtest.h>

namespace linnet::byte_level {
namespace {

std::string encoded(std::string_view bytes) {
  std::string out;
  encode(bytes, out);
  return out;
}

TEST(ByteLevel, WritesBytesAsGpt2Does) {
  EXPECT_EQ(encoded("Hello"), "Hello");
  EXPECT_EQ(encoded(" a\n"), "ĠaĊ");
  EXPECT_EQ(encoded(std::string_view("\x00\x7F\xA0\xAD\xFF", 5)), "ĀġłŃÿ");
}

TEST(ByteLevel, DecodesEveryByteToItself) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(decode(encoded(all)), all);
}

TEST(ByteLevel, RefusesCharactersThatStandForNoByte) {
  EXPECT_FALSE(decode("a b"));
  EXPECT_FALSE(decode("日"));
  EXPECT_FALSE(decode("\u0144"));
  EXPECT_FALSE(decode("\xFF"));
  EXPECT_EQ(decode(""), "");
}

}  // namespace
}  // namespace linnet::byte_level
