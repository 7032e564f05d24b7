#include "quant/codec.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/weight_type.h"
#include "quant/all_types.h"

namespace linnet::quant {
namespace {

std::vector<std::uint8_t> bytes_of(const std::string& hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::vector<float> floats_of(const std::string& hex) {
  const std::vector<std::uint8_t> bytes = bytes_of(hex);
  std::vector<float> floats(bytes.size() / sizeof(float));
  std::memcpy(floats.data(), bytes.data(), floats.size() * sizeof(float));
  return floats;
}

std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

const Codec* codec_named(const std::string& name) {
  const Codec* found = nullptr;
  for_each_type(AllTypes{}, [&](auto tag) {
    using Format = typename decltype(tag)::Type;
    if (Format::kName == name) found = find_codec(Format::kId);
  });
  return found;
}

class Goldens : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(LINNET_GOLDEN_DIR "/quant/goldens.json");
    formats_ = nlohmann::json::parse(file).at("formats");
    ASSERT_EQ(formats_.size(), AllTypes::kSize);
  }
  nlohmann::json formats_;
};

TEST_F(Goldens, DecodedBitsAreThoseOfTheReference) {
  for (const auto& [name, format] : formats_.items()) {
    const Codec* codec = codec_named(name);
    ASSERT_NE(codec, nullptr) << name;
    EXPECT_EQ(codec->block_columns, format.at("block_columns")) << name;
    EXPECT_EQ(codec->block_bytes, format.at("block_bytes")) << name;
    for (const auto& entry : format.at("decode")) {
      const std::vector<std::uint8_t> blocks = bytes_of(entry.at("blocks"));
      const std::vector<float> expected = floats_of(entry.at("values"));
      std::vector<float> values(expected.size());
      ASSERT_EQ(blocks.size() / codec->block_bytes * codec->block_columns, values.size()) << name;
      codec->decode_row(blocks.data(), values.data(), values.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        ASSERT_EQ(bits_of(values[i]), bits_of(expected[i]))
            << name << ", " << entry.at("name") << ", column " << i << ": " << values[i] << " and "
            << expected[i];
      }
    }
  }
}

TEST_F(Goldens, EncodedBytesAreThoseOfTheReference) {
  std::size_t n_cases = 0;
  for (const auto& [name, format] : formats_.items()) {
    const Codec* codec = codec_named(name);
    ASSERT_NE(codec, nullptr) << name;
    for (const auto& entry : format.at("encode")) {
      const std::vector<float> source = floats_of(entry.at("source"));
      const std::vector<std::uint8_t> expected = bytes_of(entry.at("blocks"));
      std::vector<std::uint8_t> blocks(expected.size());
      codec->encode_row(source.data(), blocks.data(), source.size());
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        ASSERT_EQ(int{blocks[i]}, int{expected[i]})
            << name << ", block " << i / codec->block_bytes << ", byte " << i % codec->block_bytes;
      }
      ++n_cases;
    }
  }
  EXPECT_EQ(n_cases, 8u);
}

TEST(Codec, EveryFormatOfTheListIsFoundByItsId) {
  std::set<std::string_view> names;
  for_each_type(AllTypes{}, [&](auto tag) {
    using Format = typename decltype(tag)::Type;
    const Codec* codec = find_codec(Format::kId);
    ASSERT_NE(codec, nullptr) << Format::kName;
    EXPECT_EQ(codec->id, Format::kId);
    EXPECT_EQ(codec->name, Format::kName);
    EXPECT_EQ(codec->block_columns, Format::kColumns);
    EXPECT_EQ(codec->block_bytes, sizeof(typename Format::Block));
    names.insert(codec->name);
  });
  EXPECT_EQ(names.size(), AllTypes::kSize);
}

TEST(Codec, BlocksAreAsLargeAsTheTableOfWeightTypesSays) {
  for_each_type(AllTypes{}, [](auto tag) {
    using Format = typename decltype(tag)::Type;
    const WeightTypeInfo& info = weight_type_info(Format::kId);
    EXPECT_EQ(info.name, Format::kName);
    EXPECT_EQ(info.block_columns, Format::kColumns) << info.name;
    EXPECT_EQ(info.block_bytes, sizeof(typename Format::Block)) << info.name;
  });
}

TEST(Codec, OtherIdsAreNotFound) {
  EXPECT_EQ(find_codec(TypeId::kQ2_K), nullptr);
  EXPECT_EQ(find_codec(static_cast<TypeId>(0xffffffffu)), nullptr);
  EXPECT_FALSE(visit_type(AllTypes{}, TypeId::kQ3_K, [](auto) { FAIL(); }));
}

TEST(Codec, VisitTypeCallsForThatFormatAlone) {
  std::vector<std::string_view> visited;
  EXPECT_TRUE(visit_type(AllTypes{}, TypeId::kQ5_K,
                         [&](auto tag) { visited.push_back(decltype(tag)::Type::kName); }));
  EXPECT_EQ(visited, std::vector<std::string_view>{"Q5_K"});
}

}  // namespace
}  // namespace linnet::quant
