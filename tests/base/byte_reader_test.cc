#include "base/byte_reader.h"

#include <gtest/gtest.h>

namespace linnet {
namespace {

constexpr std::array kBytes = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}, std::byte{0xFF}};

TEST(ByteReader, ReadsLittleEndianAtAnyOffset) {
  ByteReader in(kBytes);
  EXPECT_EQ(in.number<std::uint8_t>(), 1);
  EXPECT_EQ(in.number<std::uint16_t>(), 0x0302);
  EXPECT_EQ(in.offset(), 3u);
  EXPECT_EQ(in.number<std::int16_t>(), std::int16_t{-252});
  EXPECT_EQ(in.remaining(), 0u);
}

TEST(ByteReader, StaysWhereItIsWhenTooLittleIsLeft) {
  ByteReader in(kBytes);
  EXPECT_FALSE(in.number<std::uint64_t>());
  EXPECT_FALSE(in.bytes(6));
  EXPECT_FALSE(in.bytes(UINT64_MAX));
  EXPECT_EQ(in.offset(), 0u);
  EXPECT_EQ(in.bytes(5)->size(), 5u);
  EXPECT_EQ(in.bytes(0)->size(), 0u);
  EXPECT_FALSE(in.number<std::uint8_t>());
}

TEST(Little, SurvivesTheRoundTrip) {
  EXPECT_EQ(load_little<double>(to_little(-0.1).data()), -0.1);
  EXPECT_EQ(to_little(std::uint32_t{0x04030201})[3], std::byte{4});
}

}  // namespace
}  // namespace linnet
