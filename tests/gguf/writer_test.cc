#include "gguf/writer.h"

#include <gtest/gtest.h>

#include <array>

#include "gguf/reader.h"
#include "quant/packed.h"
#include "tests/gguf/listing.h"
#include "tests/support/temp_folder.h"

namespace linnet::gguf {
namespace {

std::vector<std::byte> counting(std::size_t n) {
  std::vector<std::byte> bytes(n);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<std::byte>(i);
  return bytes;
}

void expect_refused(const Writer& writer, std::string_view message) {
  const auto bytes = writer.to_bytes();
  ASSERT_FALSE(bytes) << message;
  EXPECT_EQ(bytes.error().message, message);
  EXPECT_EQ(bytes.error().code, ErrorCode::kInvalidArgument);
}

class WriterAlignment : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(WriterAlignment, WhatIsWrittenIsReadBack) {
  const auto matrix = counting(3 * 2 * 20), vector = counting(5 * 4), one = counting(4);
  Writer writer(GetParam());
  writer.add("general.architecture", "llama");
  writer.add("u8", std::uint8_t{200});
  writer.add("i8", std::int8_t{-100});
  writer.add("u16", std::uint16_t{60000});
  writer.add("i16", std::int16_t{-30000});
  writer.add("u32", std::uint32_t{4000000000});
  writer.add("i32", -5);
  writer.add("u64", UINT64_MAX);
  writer.add("i64", INT64_MIN);
  writer.add("f32", 0.1f);
  writer.add("f64", 0.1);
  writer.add("yes", true);
  writer.add("string", std::string("a\0b", 3));
  writer.add_array("strings", std::vector<std::string>{"x", "", "yz"});
  writer.add_array("floats", std::array{1.5f, -2.0f});
  writer.add_array("bools", std::vector<bool>{true, false});
  writer.add_array("none", std::vector<std::int32_t>{});
  writer.add_tensor("m", WeightType::kQ4_1, std::array<std::uint64_t, 2>{64, 3}, matrix);
  writer.add_tensor("v", WeightType::kF32, std::array<std::uint64_t, 1>{5}, vector);
  writer.add_tensor("o", WeightType::kF16, std::array<std::uint64_t, 4>{1, 1, 1, 2}, one);

  const auto bytes = writer.to_bytes().value();
  const auto file = File::parse(bytes, "memory").value();
  const std::string want_alignment =
      GetParam() == 32 ? "" : fmt::format("key general.alignment u32 {}\n", GetParam());
  EXPECT_EQ(testing::listing(*file), want_alignment + R"(key general.architecture string 6c6c616d61
key u8 u8 200
key i8 i8 -100
key u16 u16 60000
key i16 i16 -30000
key u32 u32 4000000000
key i32 i32 -5
key u64 u64 18446744073709551615
key i64 i64 -9223372036854775808
key f32 f32 0.10000000149011612
key f64 f64 0.10000000000000001
key yes bool true
key string string 610062
key strings array string 78,,797a
key floats array f32 1.5,-2
key bools array bool true,false
key none array i32 
tensor m Q4_1 64x3 120 7140
tensor v F32 5 20 190
tensor o F16 1x1x1x2 4 6
)");
  for (const Tensor& tensor : file->tensors()) EXPECT_EQ((tensor.data.data() - bytes.data()) % GetParam(), 0);
  EXPECT_TRUE(std::ranges::equal(file->find("m")->data, matrix));
}

INSTANTIATE_TEST_SUITE_P(Sizes, WriterAlignment, ::testing::Values(8, 32, 64, 8192));

TEST(Writer, RefusesWhatTheReaderWouldRefuse) {
  const auto data = counting(16);
  const auto with_tensor = [&](std::string_view name, std::vector<std::uint64_t> shape) {
    Writer writer;
    writer.add_tensor(name, WeightType::kF32, shape, data);
    return writer;
  };
  expect_refused(with_tensor("w", {5}), "tensor 'w' takes 20 bytes, but 16 were given");
  expect_refused(with_tensor("w", {0}), "tensor 'w': shape 0: a dimension is 0, so there is nothing in it");
  expect_refused(with_tensor("", {4}), "tensor '': the name is empty");
  Writer twice = with_tensor("w", {4});
  twice.add_tensor("w", WeightType::kF32, std::array<std::uint64_t, 1>{4}, data);
  expect_refused(twice, "tensor 'w' was added twice");

  Writer keys;
  keys.add("a", 1);
  keys.add_array("a", std::array{1});
  expect_refused(keys, "key 'a' was added twice");
  Writer control;
  control.add("a\n", 1);
  expect_refused(control, "key 'a\\n': the name holds a control character");
  Writer alignment;
  alignment.add(kAlignmentKey, 64u);
  expect_refused(alignment, "key 'general.alignment' was added, but the Writer's constructor sets it");
  expect_refused(Writer(24), "an alignment of 24, but a power of two from 8 to 1073741824 was wanted");
}

TEST(Writer, WritesTensorsPieceByPiece) {
  const auto data = counting(2048);
  const auto with_pieces = [&](std::size_t n_pieces) {
    Writer writer(kPackedAlignment);
    writer.add(kPackedLayoutKey, quant::kPackedLayout);
    writer.add_raw("raw", ValueType::kU8, std::span(data).subspan(7, 1));
    writer.add_tensor("w", WeightType::kF32, true, std::array<std::uint64_t, 2>{32, 3},
                      [&data, n_pieces](const Writer::Sink& sink) -> Result<void> {
                        for (std::size_t i = 0; i < n_pieces; ++i) {
                          LINNET_CHECK(sink(std::span(data).subspan(i * 512, 512)));
                        }
                        return {};
                      });
    return writer;
  };
  const auto bytes = with_pieces(4).to_bytes().value();
  const auto file = File::parse(bytes, "m.gguf").value();
  EXPECT_EQ(file->metadata().integer("raw", 7, 7).value(), 7u);
  EXPECT_TRUE(file->find("w")->is_packed);
  EXPECT_TRUE(std::ranges::equal(file->find("w")->data, data));
  expect_refused(with_pieces(3), "tensor 'w' takes 2048 bytes, but 1536 were given");
}

class WriterFile : public linnet::testing::InTempFolder {};

TEST_F(WriterFile, WritesTheSameBytesAndReplacesWhatWasThere) {
  const auto data = counting(16);
  Writer writer;
  writer.add("a", 1);
  writer.add_tensor("w", WeightType::kF32, std::array<std::uint64_t, 1>{4}, data);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(writer.write(folder() / "m.gguf"));
    const auto map = FileMap::open(folder() / "m.gguf").value();
    EXPECT_TRUE(std::ranges::equal(map.bytes(), writer.to_bytes().value()));
  }
  EXPECT_EQ(n_files(), 1);
}

TEST_F(WriterFile, LeavesNothingBehindOnAnError) {
  Writer invalid;
  invalid.add("", 1);
  EXPECT_EQ(invalid.write(folder() / "m.gguf").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Writer().write(folder() / "none" / "m.gguf").error().code, ErrorCode::kNotFound);
  std::filesystem::create_directory(folder() / "taken");
  EXPECT_EQ(Writer().write(folder() / "taken").error().code, ErrorCode::kIo);
  EXPECT_EQ(n_files(), 1);
}

}  // namespace
}  // namespace linnet::gguf
