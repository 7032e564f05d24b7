#include "base/utf8.h"

#include <gtest/gtest.h>

namespace linnet::utf8 {
namespace {

std::string encoded(char32_t code_point) {
  std::string out;
  append(out, code_point);
  return out;
}

TEST(Utf8, EveryScalarValueSurvivesTheRoundTrip) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const std::string bytes = encoded(c);
    const Decoded decoded = decode(bytes);
    ASSERT_EQ(decoded.code_point, c);
    ASSERT_EQ(decoded.n_bytes, bytes.size());
    ASSERT_EQ(decoded.status, Status::kValid);
    for (std::size_t n = 1; n < bytes.size(); ++n) {
      const std::string_view part = std::string_view(bytes).substr(0, n);
      ASSERT_EQ(decode(part).status, Status::kIncomplete);
      ASSERT_EQ(incomplete_tail(part), n);
      ASSERT_EQ(valid_prefix(part), 0u);
    }
    ASSERT_EQ(incomplete_tail(bytes), 0u);
  }
}

TEST(Utf8, WhatIsNoScalarValueIsWrittenAsReplacement) {
  for (const char32_t c : {0xD800, 0xDFFF, 0x110000, 0x7FFFFFFF}) EXPECT_EQ(encoded(c), "\xEF\xBF\xBD");
}

// The number of bytes that one U+FFFD replaces: the Unicode Standard, section 3.9, tables 3-8 to 3-11.
TEST(Utf8, InvalidBytesAreReplacedByMaximalSubparts) {
  struct Case {
    std::string_view text;
    std::uint8_t n_bytes;
    Status status;
  };
  const Case cases[] = {
      {"\x80", 1, Status::kInvalid},              // a continuation byte alone
      {"\xC0\xAF", 1, Status::kInvalid},          // overlong
      {"\xC1\xBF", 1, Status::kInvalid},          // overlong
      {"\xE0\x80\xAF", 1, Status::kInvalid},      // overlong
      {"\xF0\x80\x80\x80", 1, Status::kInvalid},  // overlong
      {"\xED\xA0\x80", 1, Status::kInvalid},      // a surrogate
      {"\xF4\x91\x92\x93", 1, Status::kInvalid},  // above U+10FFFF
      {"\xF5\x80", 1, Status::kInvalid},          // above U+10FFFF
      {"\xFF", 1, Status::kInvalid},
      {"\xE1\x80\xE2", 2, Status::kInvalid},  // cut by another lead byte
      {"\xF1\x91\x92"
       "A",
       3, Status::kInvalid},  // cut by a letter
      {"\xE1\x80", 2, Status::kIncomplete},
      {"\xF4\x8F\xBF", 3, Status::kIncomplete},
  };
  for (const Case& c : cases) {
    const Decoded decoded = decode(c.text);
    EXPECT_EQ(decoded.code_point, kReplacement) << printable(c.text);
    EXPECT_EQ(decoded.n_bytes, c.n_bytes) << printable(c.text);
    EXPECT_EQ(decoded.status, c.status) << printable(c.text);
  }
}

TEST(Utf8, ValidPrefixEndsAtTheFirstFault) {
  EXPECT_EQ(valid_prefix(""), 0u);
  EXPECT_EQ(valid_prefix("a€😀"), 8u);
  EXPECT_EQ(valid_prefix("a€\xF0\x9F\x98"), 4u);
  EXPECT_EQ(valid_prefix("ab\xFF"
                         "cd"),
            2u);
  EXPECT_TRUE(is_valid("naïve"));
  EXPECT_FALSE(is_valid("na\xEFve"));
}

TEST(Utf8, IncompleteTailLooksAtTheEndOnly) {
  EXPECT_EQ(incomplete_tail(""), 0u);
  EXPECT_EQ(incomplete_tail("\xFF\xE2\x82"), 2u);
  EXPECT_EQ(incomplete_tail("€\x82"), 0u);     // can never become a character
  EXPECT_EQ(incomplete_tail("\xED\xA0"), 0u);  // would be a surrogate
  EXPECT_EQ(incomplete_tail("\xF0\x9F\x98\x80\xF0"), 1u);
}

TEST(Utf8, PrintableEscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("plain ✓"), "plain ✓");
  EXPECT_EQ(printable("a\nb\\\x1B[0m\x7F"), "a\\nb\\\\\\x1b[0m\\x7f");
  EXPECT_EQ(printable("\xC2\x9B\xE2\x80\xAE"), "\\u009b\\u202e");
  EXPECT_EQ(printable("\xE2\x82"), "\\xe2\\x82");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("abcdef", 3), "abc…");
}

}  // namespace
}  // namespace linnet::utf8
