#include "quant/bit_planes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace linnet::quant {
namespace {

template <class Planes, std::size_t kBytes, unsigned kBits>
void expect_every_bit_has_one_owner() {
  std::array<std::uint8_t, kBytes> filled{};
  for (std::size_t column = 0; column < kBytes * 8 / kBits; ++column) {
    std::array<std::uint8_t, kBytes> alone{};
    Planes::put(alone.data(), column, ~0u);
    EXPECT_EQ(Planes::get(alone.data(), column), (1u << kBits) - 1) << column;
    for (std::size_t i = 0; i < kBytes; ++i) {
      EXPECT_EQ(filled[i] & alone[i], 0) << "column " << column << ", byte " << i;
      filled[i] = static_cast<std::uint8_t>(filled[i] | alone[i]);
    }
  }
  EXPECT_EQ(std::count(filled.begin(), filled.end(), 0xff), static_cast<std::ptrdiff_t>(kBytes));
}

TEST(BitPlanes, EveryBitHasOneOwner) {
  expect_every_bit_has_one_owner<BitPlanes<4, 16>, 16, 4>();
  expect_every_bit_has_one_owner<BitPlanes<4, 32>, 128, 4>();
  expect_every_bit_has_one_owner<BitPlanes<4, 64>, 128, 4>();
  expect_every_bit_has_one_owner<BitPlanes<2, 32>, 64, 2>();
  expect_every_bit_has_one_owner<BitPlanes<1, 32>, 32, 1>();
  expect_every_bit_has_one_owner<BitPlanes<1, 1>, 4, 1>();
}

TEST(BitPlanes, ColumnsStandWhereTheFormatsSay) {
  std::array<std::uint8_t, 128> bytes{};
  BitPlanes<4, 16>::put(bytes.data(), 17, 0xa);
  EXPECT_EQ(bytes[1], 0xa0);
  bytes = {};
  BitPlanes<4, 32>::put(bytes.data(), 64 + 32 + 5, 0x7);
  EXPECT_EQ(bytes[32 + 5], 0x70);
  bytes = {};
  BitPlanes<2, 32>::put(bytes.data(), 128 + 3 * 32 + 9, 2);
  EXPECT_EQ(bytes[32 + 9], 0x80);
  bytes = {};
  BitPlanes<1, 1>::put(bytes.data(), 13, 1);
  EXPECT_EQ(bytes[1], 0x20);
}

template <class Planes, std::size_t kBytes>
void expect_words_of_columns() {
  std::array<std::uint8_t, kBytes> bytes;
  for (std::size_t i = 0; i < kBytes; ++i) bytes[i] = static_cast<std::uint8_t>(101 * i + 57);
  for (std::size_t column = 0; column < 32; column += 4) {
    const Word word = Planes::template get<Word>(bytes.data(), column);
    const FourWords words = Planes::template get<FourWords>(bytes.data(), column / 16 * 16);
    EXPECT_EQ(words[column / 4 % 4], word) << column;
    for (unsigned i = 0; i < 4; ++i) {
      EXPECT_EQ(word >> (8 * i) & 0xff, Planes::get(bytes.data(), column + i)) << column + i;
    }
  }
}

TEST(BitPlanes, SeveralColumnsAtOnce) {
  expect_words_of_columns<BitPlanes<4, 16>, 16>();
  expect_words_of_columns<BitPlanes<4, 32>, 128>();
  expect_words_of_columns<BitPlanes<4, 64>, 128>();
  expect_words_of_columns<BitPlanes<2, 32>, 64>();
  expect_words_of_columns<BitPlanes<1, 32>, 32>();
  expect_words_of_columns<BitPlanes<1, 1>, 4>();
}

}  // namespace
}  // namespace linnet::quant
