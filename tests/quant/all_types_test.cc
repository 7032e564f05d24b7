// What holds for every weight format, and what holds for each kind of them.
#include "quant/all_types.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "base/half.h"
#include "quant/codec.h"
#include "tests/quant/sample_values.h"

namespace linnet::quant {
namespace {

template <class... Formats>
::testing::Types<Formats...> as_test_types(std::tuple<Formats...>);
template <class... Formats>
auto integer_formats(TypeList<Formats...>) {
  return std::tuple_cat(std::conditional_t<(Formats::kColumns > 1), std::tuple<Formats>, std::tuple<>>{}...);
}
using IntegerTypes = decltype(as_test_types(integer_formats(AllTypes{})));
using RangeTypes =
    ::testing::Types<Q8_0, Q4_0, Q4_1, Q5_0, Q5_1>;  // encoded from the range of 32 values, without a search

struct FormatNames {
  template <class Format>
  static std::string GetName(int) {
    return std::string(Format::kName);
  }
};

/// What comes back of values that were encoded.
std::vector<float> round_trip(const Codec& codec, const std::vector<float>& values) {
  std::vector<std::uint8_t> blocks(values.size() / codec.block_columns * codec.block_bytes);
  std::vector<float> decoded(values.size());
  codec.encode_row(values.data(), blocks.data(), values.size());
  codec.decode_row(blocks.data(), decoded.data(), decoded.size());
  return decoded;
}

template <class Format>
class Integer : public ::testing::Test {};
TYPED_TEST_SUITE(Integer, IntegerTypes, FormatNames);

TYPED_TEST(Integer, DecodeIsUnpackThenScaleAndOffset) {
  std::mt19937 random(1);
  typename TypeParam::Block block;
  for (int trial = 0; trial < 20; ++trial) {
    auto* bytes = reinterpret_cast<unsigned char*>(&block);
    std::generate(bytes, bytes + sizeof block, [&] { return static_cast<unsigned char>(random()); });
    typename TypeParam::Unpacked unpacked;
    TypeParam::unpack(block, unpacked);
    float values[TypeParam::kColumns];
    TypeParam::decode(block,
                      values);  // random scales may be infinite or NaN: any result, no undefined behaviour
    for (std::size_t i = 0; i < TypeParam::kColumns; ++i) {
      const std::size_t g = i / TypeParam::kGroup;
      float expected = unpacked.scale[g] * static_cast<float>(unpacked.code[i]);
      if constexpr (TypeParam::kHasOffset) expected += unpacked.offset[g];
      if (!std::isnan(expected)) {
        ASSERT_EQ(values[i], expected) << i;
      }
    }
  }
}

TYPED_TEST(Integer, ZerosComeBackAsZeros) {
  for (const float value : round_trip(*find_codec(TypeParam::kId), std::vector<float>(512, 0.0f))) {
    EXPECT_EQ(value, 0.0f);
  }
}

TYPED_TEST(Integer, AConstantComesBackWithinTheRoundingOfItsScales) {
  for (const float constant : {1.0f, -1.0f, 0.01f, -300.0f}) {
    for (const float value : round_trip(*find_codec(TypeParam::kId), std::vector<float>(256, constant))) {
      EXPECT_NEAR(value, constant, 0.005f * std::fabs(constant));
    }
  }
}

TYPED_TEST(Integer, AnyInputEncodesToFiniteValues) {
  const std::vector<float> hostile = {std::nanf(""),
                                      -std::numeric_limits<float>::quiet_NaN(),
                                      std::numeric_limits<float>::infinity(),
                                      -std::numeric_limits<float>::infinity(),
                                      std::numeric_limits<float>::max(),
                                      std::numeric_limits<float>::lowest(),
                                      std::numeric_limits<float>::denorm_min(),
                                      -std::numeric_limits<float>::denorm_min(),
                                      std::numeric_limits<float>::min(),
                                      -0.0f,
                                      65504.0f,
                                      1e-30f,
                                      0x1p-25f,
                                      -1.0f};
  const Codec& codec = *find_codec(TypeParam::kId);
  const auto expect_finite = [&](const std::vector<float>& values) {
    for (const float value : round_trip(codec, values)) ASSERT_TRUE(std::isfinite(value));
  };
  for (const float value : hostile) expect_finite(std::vector<float>(256, value));
  std::mt19937 random(2);
  std::vector<float> mixed(256 * 50);
  std::generate(mixed.begin(), mixed.end(), [&] { return hostile[random() % hostile.size()]; });
  expect_finite(mixed);
  // Any bit pattern at all.
  for (float& value : mixed) {
    const auto bits = static_cast<std::uint32_t>(random());
    std::memcpy(&value, &bits, sizeof value);
  }
  expect_finite(mixed);
  // All of a magnitude so small that no half is its scale.
  for (float& value : mixed) value = static_cast<float>(random() % 7) * 1e-42f;
  for (const float value : round_trip(codec, mixed)) ASSERT_NEAR(value, 0.0f, 1e-40f);
}

TYPED_TEST(Integer, ANanCountsAsZeroAndSparesItsNeighbours) {
  std::vector<float> values = sample_values(Tail::kGaussian, 256);
  std::vector<float> with_zero = values;
  values[40] = std::nanf("");
  with_zero[40] = 0.0f;
  const Codec& codec = *find_codec(TypeParam::kId);
  EXPECT_EQ(round_trip(codec, values), round_trip(codec, with_zero));
}

template <class Format>
class Range : public ::testing::Test {};
TYPED_TEST_SUITE(Range, RangeTypes, FormatNames);

TYPED_TEST(Range, ErrorsStayWithinAStep) {
  const std::vector<float> values = sample_values(Tail::kGaussian, 32 * 200);
  for (std::size_t start = 0; start < values.size(); start += TypeParam::kColumns) {
    typename TypeParam::Block block;
    TypeParam::encode(values.data() + start, block);
    typename TypeParam::Unpacked unpacked;
    TypeParam::unpack(block, unpacked);
    float decoded[TypeParam::kColumns];
    TypeParam::decode(block, decoded);
    // Half a step by rounding the code; a whole one where a code is out of range by one (the end opposite to
    // the extreme value's); and the rounding of scale and offset to halves, 2^-11 of each at most.
    const bool one_sided = !TypeParam::kHasOffset && TypeParam::kId != TypeId::kQ8_0;
    const float step = std::fabs(unpacked.scale[0]);
    const float offset = TypeParam::kHasOffset ? std::fabs(unpacked.offset[0]) : 0.0f;
    for (std::size_t i = 0; i < TypeParam::kColumns; ++i) {
      const auto code = static_cast<float>(std::abs(unpacked.code[i]) + 1);
      const float bound = (one_sided ? 1.0f : 0.5f) * step + 0x1p-11f * (code * step + offset) + 1e-6f;
      ASSERT_NEAR(decoded[i], values[start + i], bound) << "column " << start + i;
    }
  }
}

TYPED_TEST(Range, ValuesOfABlockWhoseOuterCodesAreUsedComeBackExactly) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 200; ++trial) {
    // The scale and offset that the block means, and codes of which one or two reach the ends.
    constexpr int kMaxCode = TypeParam::kId == TypeId::kQ5_1 ? 31 : 15;
    constexpr int kHalfRange = TypeParam::kId == TypeId::kQ8_0   ? 127
                               : TypeParam::kId == TypeId::kQ5_0 ? 16
                                                                 : 8;
    const float scale = f16_to_f32(static_cast<std::uint16_t>(0x1000 + random() % 0x4000));
    const float offset = -f16_to_f32(f32_to_f16(scale * 7.3f));
    std::vector<float> values(TypeParam::kColumns);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if constexpr (TypeParam::kHasOffset) {
        const int code = i == 5 ? 0 : i == 9 ? kMaxCode : static_cast<int>(random() % (kMaxCode + 1));
        values[i] = scale * static_cast<float>(code) + offset;
      } else {
        const int code =
            i == 5 ? -kHalfRange : static_cast<int>(random() % (2 * kHalfRange - 1)) - kHalfRange + 1;
        values[i] = scale * static_cast<float>(code);
      }
    }
    ASSERT_EQ(round_trip(*find_codec(TypeParam::kId), values), values) << "trial " << trial;
  }
}

/// Root of the mean squared error over that of the mean square.
double relative_error(const std::vector<float>& values, const std::vector<float>& decoded) {
  double error = 0.0;
  double square = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    error += std::pow(double{values[i]} - double{decoded[i]}, 2);
    square += std::pow(double{values[i]}, 2);
  }
  return std::sqrt(error / square);
}

TEST(Encoders, LoseNoMoreThanThoseOfGgml) {
  // ggml_quantize_chunk without an importance matrix, llama.cpp of November 2026, on the same values.
  struct Row {
    TypeId id;
    double gaussian, heavy;
  };
  constexpr Row kGgml[] = {
      {TypeId::kQ8_0, 0.005252, 0.011559}, {TypeId::kQ4_0, 0.084342, 0.091971},
      {TypeId::kQ4_1, 0.077226, 0.116852}, {TypeId::kQ5_0, 0.041931, 0.060237},
      {TypeId::kQ5_1, 0.037465, 0.054588}, {TypeId::kQ4_K, 0.070343, 0.074465},
      {TypeId::kQ5_K, 0.035589, 0.045852}, {TypeId::kQ6_K, 0.017474, 0.027643},
  };
  const std::vector<float> gaussian = sample_values(Tail::kGaussian, 256 * 256);
  const std::vector<float> heavy = sample_values(Tail::kHeavy, 256 * 256);
  for (const Row& row : kGgml) {
    const Codec& codec = *find_codec(row.id);
    EXPECT_LE(relative_error(gaussian, round_trip(codec, gaussian)), row.gaussian * 1.0001) << codec.name;
    EXPECT_LE(relative_error(heavy, round_trip(codec, heavy)), row.heavy * 1.0001) << codec.name;
  }
}

TEST(FloatFormats, ValuesThatTheyHoldComeBackExactly) {
  for (const TypeId id : {TypeId::kF32, TypeId::kF16, TypeId::kBF16}) {
    const std::vector<float> values = {0.0f,     -0.0f,     1.0f,   -1.5f,
                                       0x1p-14f, -0x1p-14f, 240.0f, std::numeric_limits<float>::infinity()};
    EXPECT_EQ(round_trip(*find_codec(id), values), values);
  }
}

}  // namespace
}  // namespace linnet::quant
