#include "gguf/reader.h"

#include <gtest/gtest.h>

#include <array>

#include "gguf/checks.h"
#include "gguf/writer.h"
#include "quant/packed.h"
#include "tests/gguf/listing.h"
#include "tests/support/temp_folder.h"

namespace linnet::gguf {
namespace {

using linnet::testing::file_text;

std::uint32_t number(ValueType type) { return static_cast<std::uint32_t>(type); }

/// The start of a file; its parts follow as the test wants them, right or wrong.
ByteBuilder header(std::uint64_t n_tensors, std::uint64_t n_entries, std::uint32_t version = 3) {
  return ByteBuilder().append(kMagic).append(version).append(n_tensors).append(n_entries);
}

/// A file of one metadata entry.
ByteBuilder entry(std::string_view key, ValueType type) {
  return header(0, 1).append(key).append(number(type));
}

ByteBuilder& append_tensor(ByteBuilder& out, std::string_view name, std::vector<std::uint64_t> shape,
                           std::uint32_t type, std::uint64_t offset) {
  out.append(name).append(static_cast<std::uint32_t>(shape.size()));
  for (const std::uint64_t n : shape) out.append(n);
  return out.append(type).append(offset);
}

/// A file of one tensor followed by `n_data` bytes of data.
ByteBuilder tensor(std::string_view name, std::vector<std::uint64_t> shape, std::uint32_t type,
                   std::uint64_t offset, std::size_t n_data) {
  ByteBuilder out = header(1, 0);
  append_tensor(out, name, std::move(shape), type, offset);
  out.append_raw(std::vector<std::byte>((32 - out.bytes().size() % 32) % 32));
  return out.append_raw(std::vector<std::byte>(n_data));
}

void expect_error(std::span<const std::byte> bytes, ErrorCode code, std::string_view message) {
  const auto file = File::parse(bytes, "m.gguf");
  ASSERT_FALSE(file) << "no error, but wanted: " << message;
  EXPECT_EQ(file.error().message, message);
  EXPECT_EQ(file.error().code, code) << message;
}

void expect_corrupt(const ByteBuilder& bytes, std::string_view message) {
  expect_error(bytes.bytes(), ErrorCode::kCorrupt, message);
}

void expect_unsupported(const ByteBuilder& bytes, std::string_view message) {
  expect_error(bytes.bytes(), ErrorCode::kUnsupported, message);
}

void expect_text_error(std::string_view text, std::string_view message) {
  expect_error(std::as_bytes(std::span(text)), ErrorCode::kCorrupt, message);
}

TEST(Reader, ListsWhatTheReferencePackageLists) {
  const std::string folder = LINNET_GOLDEN_DIR "/gguf/";
  const auto file = File::open(folder + "sample.gguf").value();
  EXPECT_EQ(testing::listing(*file), file_text(folder + "sample.txt"));
  EXPECT_EQ(file->version(), 3u);
  EXPECT_EQ(file->name(), folder + "sample.gguf");
  EXPECT_EQ(file->n_bytes(), file_text(folder + "sample.gguf").size());

  const Tensor* cube = file->find("cube");
  ASSERT_NE(cube, nullptr);
  EXPECT_EQ(cube->n_columns(), 4u);
  EXPECT_EQ(cube->n_rows(), 6u);
  EXPECT_EQ(cube->n_elements(), 24u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(cube->data.data()) % 64, 0u);
  EXPECT_EQ(load_little<float>(cube->data.data() + 23 * sizeof(float)), 23.0f);
  std::array<std::byte, sizeof(float)> last;
  file->read(cube->data.last(last.size()), last.data()).value();
  EXPECT_EQ(load_little<float>(last.data()), 23.0f);
  EXPECT_FALSE(file->is_packed());
  EXPECT_EQ(file->find("sphere"), nullptr);
}

TEST(Reader, ReadsVersion2) {
  const ByteBuilder bytes =
      header(0, 1, 2).append("a").append(number(ValueType::kU8)).append(std::uint8_t{9});
  const auto file = File::parse(bytes.bytes(), "m.gguf").value();
  EXPECT_EQ(file->version(), 2u);
  EXPECT_EQ(file->metadata().integer("a", 0, 10).value(), 9u);
}

TEST(Reader, NeedsNoDataSectionWithoutTensors) { EXPECT_TRUE(File::parse(header(0, 0).bytes(), "m.gguf")); }

TEST(Reader, SaysWhatAFileIsThatIsNotGguf) {
  expect_text_error("", "m.gguf: the file is empty; fetch it again");
  expect_text_error("GG",
                    "m.gguf: the file ends inside the header, after 2 bytes; is the download complete?");
  expect_text_error(
      "PK\x03\x04....",
      "m.gguf: not a GGUF file: it begins with \"PK\\x03\\x04\" instead of \"GGUF\" and looks like "
      "a ZIP archive (a PyTorch checkpoint, a wheel?); unpack or convert it to GGUF first");
  expect_text_error("\x7f\x01\x02\xff\xfe\xfd\xfc",
                    "m.gguf: not a GGUF file: it begins with \"\\x7f\\x01\\x02\\xff\" instead of \"GGUF\"");
}

TEST(Reader, RefusesFilesItCannotOpen) {
  const auto missing = File::open("no-such-folder/m.gguf");
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().message,
            "no-such-folder/m.gguf: cannot open the file: No such file or directory");
  const auto folder = File::open(LINNET_GOLDEN_DIR);
  EXPECT_EQ(folder.error().code, ErrorCode::kIo);
  EXPECT_EQ(folder.error().message, LINNET_GOLDEN_DIR ": a directory, but a file was wanted");
}

TEST(Reader, RefusesOtherVersionsAndByteOrders) {
  const char* big_endian = "m.gguf: a big-endian GGUF file, but linnet reads little-endian ones; convert it";
  expect_unsupported(header(0, 0, 0x03000000), big_endian);
  expect_unsupported(ByteBuilder().append(std::uint32_t{0x47475546}).append(std::uint32_t{3}), big_endian);
  expect_unsupported(header(0, 0, 1),
                     "m.gguf: GGUF version 1, but linnet reads versions 2 to 3; make the file anew with a "
                     "current converter");
  expect_unsupported(header(0, 0, 4),
                     "m.gguf: GGUF version 4, but linnet reads versions 2 to 3; a newer linnet may read it");
}

TEST(Reader, RefusesCountsThatTheFileCannotHold) {
  expect_corrupt(header(0, UINT64_MAX),
                 "m.gguf: the header: 18446744073709551615 metadata entries are announced, but the 0 bytes "
                 "that follow hold at most 0; the file is damaged; fetch or make it anew");
  expect_corrupt(header(1u << 30, 0).append(std::uint64_t{0}),
                 "m.gguf: the header: 1073741824 tensors are announced, but the 8 "
                 "bytes that follow hold at most 0; the file is damaged; fetch or make it anew");
  expect_corrupt(entry("a", ValueType::kArray)
                     .append(number(ValueType::kU32))
                     .append(std::uint64_t{3})
                     .append(std::uint64_t{0}),
                 "m.gguf: metadata entry 1 of 1, 'a': 3 elements of type u32 are announced, but the 8 bytes "
                 "that follow hold at most 2; "
                 "the file is damaged; fetch or make it anew");
  expect_corrupt(
      entry("a", ValueType::kArray).append(number(ValueType::kString)).append(std::uint64_t{1} << 60),
      "m.gguf: metadata entry 1 of 1, 'a': 1152921504606846976 elements of type string are announced, but "
      "the 0 bytes that "
      "follow hold at most 0; the file is damaged; fetch or make it anew");
}

TEST(Reader, RefusesStringsThatPassTheEnd) {
  expect_corrupt(header(0, 1).append(std::uint64_t{500}).append("abc"),
                 "m.gguf: metadata entry 1 of 1: its name has 500 bytes, but "
                 "only 11 follow; the file is damaged; fetch or make it anew");
  expect_corrupt(
      entry("a", ValueType::kString).append(UINT64_MAX).append(std::uint64_t{0}),
      "m.gguf: metadata entry 1 of 1, 'a': a "
      "string of 18446744073709551615 bytes, but only 8 follow; the file is damaged; fetch or make it anew");
}

TEST(Reader, RefusesNamesThatAreNotCleanText) {
  const ByteBuilder value = ByteBuilder().append(number(ValueType::kU64)).append(std::uint64_t{1});
  const auto refuse = [&](std::string_view key, std::string_view shown, std::string_view why) {
    expect_corrupt(
        header(0, 1).append(key).append_raw(value.bytes()),
        fmt::format("m.gguf: metadata entry 1 of 1{}: {}; the file is damaged; fetch or make it anew", shown,
                    why));
  };
  refuse("", "", "the name is empty");
  refuse("a\nb\x1b[0m", ", 'a\\nb\\x1b[0m'", "the name holds a control character");
  refuse("\xff\xfe", ", '\\xff\\xfe'", "the name is not UTF-8");
  refuse(std::string(70000, 'x'), ", '" + std::string(80, 'x') + "…'",
         "the name has 70000 bytes; GGUF allows at most 65535");
}

TEST(Reader, RefusesValuesThatMeanNothing) {
  expect_corrupt(entry("a", ValueType{13}).append(std::uint64_t{1}),
                 "m.gguf: metadata entry 1 of 1, 'a': value type 13, but 0 to 12 were "
                 "wanted; the file is damaged; fetch or make it anew");
  expect_corrupt(entry("a", ValueType::kBool).append(std::uint8_t{2}),
                 "m.gguf: metadata entry 1 of 1, 'a': a bool of 2, but 0 or 1 was "
                 "wanted; the file is damaged; fetch or make it anew");
  expect_corrupt(entry("a", ValueType::kArray)
                     .append(number(ValueType::kBool))
                     .append(std::uint64_t{2})
                     .append(std::uint16_t{0x0301}),
                 "m.gguf: metadata entry 1 of 1, 'a': a bool that is neither 0 nor 1; the file is damaged; "
                 "fetch or make it anew");
  expect_unsupported(entry("a", ValueType::kArray)
                         .append(number(ValueType::kArray))
                         .append(std::uint64_t{1})
                         .append(std::uint64_t{0}),
                     "m.gguf: metadata entry 1 of 1, 'a': an array of arrays, which linnet does not read");
  expect_corrupt(header(0, 2)
                     .append("a")
                     .append(number(ValueType::kU8))
                     .append(std::uint8_t{1})
                     .append("a")
                     .append(number(ValueType::kU8))
                     .append(std::uint8_t{1}),
                 "m.gguf: key 'a' occurs twice, as metadata entries 1 and 2; make the file anew");
  expect_corrupt(
      entry("a", ValueType::kU64).append(std::uint32_t{1}),
      "m.gguf: the file ends inside metadata entry 1 of 1, 'a', after 41 bytes; is the download complete?");
}

TEST(Reader, RefusesSplitFiles) {
  Writer writer;
  writer.add("split.count", std::uint16_t{3});
  expect_error(
      writer.to_bytes().value(), ErrorCode::kUnsupported,
      "m.gguf: one of 3 files that a model is split over; join them first (llama-gguf-split --merge)");
}

/// A packed file of one tensor, with 4096 bytes of data.
ByteBuilder packed(std::uint32_t layout, std::uint32_t alignment, std::uint32_t type,
                   std::vector<std::uint64_t> shape) {
  ByteBuilder out = header(1, 3);
  out.append(kPackedLayoutKey).append(number(ValueType::kU32)).append(layout);
  out.append(kPackedByKey).append(number(ValueType::kString)).append(std::string_view("9.8.7"));
  out.append(kAlignmentKey).append(number(ValueType::kU32)).append(alignment);
  append_tensor(out, "w", std::move(shape), type, 0);
  out.append_raw(std::vector<std::byte>(padding(out.bytes().size(), alignment)));
  return out.append_raw(std::vector<std::byte>(4096));
}

constexpr std::uint32_t kPackedQ8_0 = kPackedTypes + static_cast<std::uint32_t>(WeightType::kQ8_0);

TEST(Reader, KnowsPackedTensors) {
  // 17 rows are two groups of 16; a tile of 16 rows and 32 columns has 16 scales and 512 codes.
  const ByteBuilder bytes = packed(quant::kPackedLayout, 64, kPackedQ8_0, {64, 17});
  const auto file = File::parse(bytes.bytes(), "m.gguf").value();
  EXPECT_TRUE(file->is_packed());
  EXPECT_TRUE(file->tensors()[0].is_packed);
  EXPECT_EQ(file->tensors()[0].type, WeightType::kQ8_0);
  EXPECT_EQ(file->tensors()[0].data.size(), 2u * 2 * (16 * 2 + 512));
  const ByteBuilder other = packed(quant::kPackedLayout, 64, 8, {64, 17});
  EXPECT_FALSE(File::parse(other.bytes(), "m.gguf").value()->tensors()[0].is_packed);
}

TEST(Reader, RefusesPackedTensorsThatItCannotUse) {
  expect_unsupported(packed(quant::kPackedLayout + 1, 64, kPackedQ8_0, {64, 17}),
                     fmt::format("m.gguf: packed by another version of linnet (9.8.7): layout {}, but this "
                                 "one reads {}; pack the original again",
                                 quant::kPackedLayout + 1, quant::kPackedLayout));
  expect_corrupt(
      packed(quant::kPackedLayout, 32, kPackedQ8_0, {64, 17}),
      "m.gguf: key 'general.alignment': 32, but packed tensors are aligned to 64 bytes; the file is "
      "damaged; fetch or make it anew");
  expect_unsupported(packed(quant::kPackedLayout, 64, kPackedTypes + 4, {64, 17}),
                     "m.gguf: tensor 1 of 1, 'w': tensor type 1280180228 is none that linnet knows; a newer "
                     "linnet may");
  expect_corrupt(packed(quant::kPackedLayout, 64, kPackedTypes + 26, {64, 17}),
                 "m.gguf: tensor 1 of 1, 'w': I32 tensors are never packed; the file is damaged; fetch or "
                 "make it anew");
  expect_unsupported(tensor("w", {32}, kPackedQ8_0, 0, 34),
                     "m.gguf: tensor 1 of 1, 'w': tensor type 1280180232 is none that linnet knows; a newer "
                     "linnet may");
}

TEST(Reader, RefusesImpossibleTensors) {
  const auto refuse = [](const ByteBuilder& bytes, std::string_view why) {
    expect_corrupt(
        bytes,
        fmt::format("m.gguf: tensor 1 of 1, 'w': {}; the file is damaged; fetch or make it anew", why));
  };
  refuse(tensor("w", {}, 0, 0, 64), "0 dimensions, but 1 to 4 were wanted");
  refuse(tensor("w", {1, 1, 1, 1, 1}, 0, 0, 64), "5 dimensions, but 1 to 4 were wanted");
  refuse(tensor("w", {4, 0}, 0, 0, 64), "shape 4 x 0: a dimension is 0, so there is nothing in it");
  refuse(tensor("w", {1ull << 40, 1ull << 40}, 0, 0, 64),
         "shape 1099511627776 x 1099511627776 in F32 is more bytes than an address can count");
  refuse(tensor("w", {33, 2}, 3, 0, 64), "33 columns are not a multiple of the 32 that make a block of Q4_1");
  refuse(tensor("w", {4}, 0, 16, 64), "data offset 16 is not a multiple of the alignment, 32");
  expect_unsupported(
      tensor("w", {4}, 99, 0, 64),
      "m.gguf: tensor 1 of 1, 'w': tensor type 99 is none that linnet knows; a newer linnet may");
}

TEST(Reader, RefusesTensorsOutsideTheFile) {
  expect_corrupt(tensor("w", {8}, 0, 0, 31),
                 "m.gguf: tensor 1 of 1, 'w': needs 32 bytes at data offset 0, but the file has 31 bytes of "
                 "data; is the download complete?");
  expect_corrupt(tensor("w", {8}, 0, UINT64_MAX - 31, 64),
                 "m.gguf: tensor 1 of 1, 'w': needs 32 bytes at data offset "
                 "18446744073709551584, but the file has 64 bytes of data; is the download complete?");
  ByteBuilder cut = header(1, 0);
  append_tensor(cut, "w", {8}, 0, 0);
  ASSERT_NE(cut.bytes().size() % 32, 0u);
  expect_corrupt(cut, fmt::format("m.gguf: the file ends inside the padding before the tensors, after {} "
                                  "bytes; is the download complete?",
                                  cut.bytes().size()));
}

TEST(Reader, RefusesTensorsThatShareANameOrBytes) {
  const auto two = [](std::string_view second_name, std::uint64_t second_offset) {
    ByteBuilder out = header(2, 0);
    append_tensor(append_tensor(out, "a", {16}, 0, 0), second_name, {8}, 0, second_offset);
    return out.append_raw(std::vector<std::byte>(256));
  };
  EXPECT_TRUE(File::parse(two("b", 64).bytes(), "m.gguf"));
  expect_corrupt(two("b", 32),
                 "m.gguf: tensors 'a' and 'b' share bytes; the file is damaged; fetch or make it anew");
  expect_corrupt(
      two("a", 64),
      "m.gguf: tensor 2 of 2, 'a': it has the name of tensor 1; the file is damaged; fetch or make it anew");
}

TEST(Reader, RefusesAlignmentsThatAreNoPowerOfTwo) {
  const auto with_alignment = [](std::uint32_t alignment) {
    ByteBuilder out = header(1, 1).append(kAlignmentKey).append(number(ValueType::kU32)).append(alignment);
    append_tensor(out, "w", {8}, 0, 0);
    return out.append_raw(std::vector<std::byte>(512));
  };
  EXPECT_TRUE(File::parse(with_alignment(128).bytes(), "m.gguf"));
  for (const std::uint32_t alignment : {0u, 4u, 48u, 1u << 31}) {
    expect_corrupt(with_alignment(alignment),
                   fmt::format("m.gguf: key 'general.alignment': an alignment of {}, but a power of two "
                               "from 8 to 1073741824 was wanted",
                               alignment));
  }
}

}  // namespace
}  // namespace linnet::gguf
