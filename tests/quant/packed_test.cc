// Packing and unpacking give what the codec gives, bit for bit.
#include "quant/packed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "quant/all_types.h"
#include "quant/codec.h"
#include "quant/tile_row.h"

namespace linnet::quant {
namespace {

template <class... Formats>
::testing::Types<Formats...> as_test_types(TypeList<Formats...>);
using AllFormats = decltype(as_test_types(AllTypes{}));

struct FormatNames {
  template <class Format>
  static std::string GetName(int) {
    return std::string(Format::kName);
  }
};

template <class Format>
class Packed : public ::testing::Test {
 protected:
  const PackedFormat& packed_ = *find_packed_format(Format::kId);
  const Codec& codec_ = *find_codec(Format::kId);

  std::size_t row_bytes(std::size_t n_columns) const {
    return n_columns / codec_.block_columns * codec_.block_bytes;
  }

  /// Any bytes: every code, and scales of every kind.
  static std::vector<std::byte> random_bytes(std::size_t n) {
    std::mt19937 random(static_cast<unsigned>(n));
    std::vector<std::byte> bytes(n);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    return bytes;
  }

  std::vector<float> decode_packed(const std::vector<std::byte>& tiles, std::size_t row,
                                   std::size_t n_columns) const {
    std::vector<float> values(n_columns);
    packed_.decode_row(tiles.data(), row, n_columns, values.data());
    return values;
  }

  std::vector<std::byte> pack(const std::byte* rows, std::size_t stride, std::size_t n_rows,
                              std::size_t n_columns) const {
    const std::size_t n_tiles = (n_columns + packed_.tile_columns - 1) / packed_.tile_columns;
    std::vector<std::byte> tiles(n_tiles * packed_.tile_bytes, std::byte{0xaa});
    packed_.pack_group(rows, stride, n_rows, n_columns, tiles.data());
    return tiles;
  }

  /// A NaN is a NaN; everything else has the same bits.
  static void expect_same(const std::vector<float>& actual, const std::vector<float>& expected) {
    for (std::size_t c = 0; c < expected.size(); ++c) {
      if (std::isnan(expected[c]) && std::isnan(actual[c])) continue;
      ASSERT_EQ(std::memcmp(&actual[c], &expected[c], sizeof(float)), 0)
          << "column " << c << ": " << actual[c] << ", not " << expected[c];
    }
  }
};
TYPED_TEST_SUITE(Packed, AllFormats, FormatNames);

TYPED_TEST(Packed, RowsComeBackAsTheCodecDecodesThem) {
  for (const std::size_t n_rows : {1, 5, 15, 16}) {
    for (const std::size_t n_tiles : {1, 2, 5}) {
      const std::size_t n_columns = n_tiles * this->packed_.tile_columns;
      const std::size_t stride = this->row_bytes(n_columns);
      const auto rows = this->random_bytes(n_rows * stride);
      const auto tiles = this->pack(rows.data(), stride, n_rows, n_columns);
      for (std::size_t r = 0; r < n_rows; ++r) {
        SCOPED_TRACE(::testing::Message() << n_rows << " rows, " << n_columns << " columns, row " << r);
        std::vector<float> expected(n_columns);
        this->codec_.decode_row(&rows[r * stride], expected.data(), n_columns);
        this->expect_same(this->decode_packed(tiles, r, n_columns), expected);
      }
    }
  }
}

TYPED_TEST(Packed, RowsBeyondTheMatrixAreZero) {
  const std::size_t n_columns = 2 * this->packed_.tile_columns;
  const auto rows = this->random_bytes(3 * this->row_bytes(n_columns));
  const auto tiles = this->pack(rows.data(), this->row_bytes(n_columns), 3, n_columns);
  for (std::size_t r = 3; r < kTileRows; ++r) {
    for (const float value : this->decode_packed(tiles, r, n_columns)) ASSERT_EQ(value, 0.0f) << r;
  }
}

TYPED_TEST(Packed, TheSourceNeedBeNeitherDenseNorAlignedToMoreThanTwoBytes) {
  const std::size_t n_columns = this->packed_.tile_columns;
  const std::size_t stride = this->row_bytes(n_columns) + 6;
  const auto rows = this->random_bytes(2 + 16 * stride);
  const auto tiles = this->pack(rows.data() + 2, stride, 16, n_columns);
  for (std::size_t r = 0; r < kTileRows; ++r) {
    std::vector<typename TypeParam::Block> aligned(n_columns / TypeParam::kColumns);
    std::memcpy(aligned.data(), rows.data() + 2 + r * stride, this->row_bytes(n_columns));
    std::vector<float> expected(n_columns);
    this->codec_.decode_row(aligned.data(), expected.data(), n_columns);
    this->expect_same(this->decode_packed(tiles, r, n_columns), expected);
  }
}

TYPED_TEST(Packed, SaysWhatItsTilesAre) {
  EXPECT_EQ(this->packed_.id, TypeParam::kId);
  EXPECT_EQ(this->packed_.is_float, TypeParam::kColumns == 1);
  EXPECT_EQ(this->packed_.tile_columns, TypeParam::Tile::kColumns);
  EXPECT_EQ(this->packed_.tile_bytes, sizeof(typename TypeParam::Tile));
}

TEST(PackedFormats, IndicesAreThoseOfTheList) {
  std::size_t index = 0;
  for_each_type(AllTypes{},
                [&](auto tag) { EXPECT_EQ(find_packed_format(decltype(tag)::Type::kId)->index, index++); });
  EXPECT_EQ(find_packed_format(TypeId::kQ2_K), nullptr);
}

/// Whether the codes of `row` stand where tile.h says, on which kernels rely. words[w] has the byte w + 16 c
/// + row for each column c.
struct CodesOfARow {
  TileCodes<4> four{};
  TileCodes<5> five{};
  TileCodes<6> six{};
  TileCodes<8> eight{};

  template <class Words>
  void set(std::size_t row, const Words* low, const Words* high) {
    set_words(four, row, low, high);
    set_words(five, row, low, high);
    set_words(six, row, low, high);
    set_words(eight, row, low, high);
  }

  static Word word(std::size_t row, std::size_t w) {
    return 0x01010101u * static_cast<Word>(w + row) + 0x30201000u;
  }

  void check(std::size_t row) const {
    for (std::size_t w = 0; w < 8; ++w) {
      for (std::size_t c = 0; c < 4; ++c) {
        const std::size_t at = 4 * row + c;
        const int code = static_cast<int>(w + row + 16 * c);
        const auto low = [&](const TileCodes<4>& codes) {
          return codes.lines[w % 4][at] >> (w / 4 * 4) & 15;
        };
        EXPECT_EQ(low(four), code & 15);
        EXPECT_EQ(low(five.low) | (five.high[at] >> w & 1) << 4, code & 31);
        EXPECT_EQ(low(six.low) | (six.high[w / 4][at] >> (w % 4 * 2) & 3) << 4, code & 63);
        EXPECT_EQ(eight.lines[w][at], code);
      }
    }
  }
};

TEST(TileCodes, WordsOfARowStandWhereTheLayoutSays) {
  CodesOfARow codes;
  Word words[8];
  for (std::size_t w = 0; w < 8; ++w) words[w] = CodesOfARow::word(9, w);
  codes.set(9, words, words + 4);
  codes.check(9);
}

TEST(TileCodes, WordsOfFourRowsDoToo) {
  CodesOfARow codes;
  FourWords low[4], high[4];
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t w = 0; w < 4; ++w) {
      low[i][w] = CodesOfARow::word(8 + i, w);
      high[i][w] = CodesOfARow::word(8 + i, w + 4);
    }
  }
  codes.set(8, low, high);
  for (std::size_t i = 0; i < 4; ++i) codes.check(8 + i);
}

}  // namespace
}  // namespace linnet::quant
