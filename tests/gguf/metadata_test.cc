#include "gguf/metadata.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "base/byte_reader.h"

namespace linnet::gguf {
namespace {

constexpr std::array kInts = {std::byte{0xFE}, std::byte{0xFF}, std::byte{0x07},
                              std::byte{0x00}};  // -2, 7 in i16
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Metadata sample() {
  const std::vector<std::byte> many(100, std::byte{1});
  static const std::vector<std::byte> kept = many;
  return Metadata::from_entries(
             "m.gguf",
             {
                 {"u", ValueType::kU32, std::uint64_t{70000}},
                 {"i", ValueType::kI32, std::int64_t{12}},
                 {"minus", ValueType::kI8, std::int64_t{-1}},
                 {"f", ValueType::kF32, 0.5},
                 {"nan", ValueType::kF64, kNan},
                 {"b", ValueType::kBool, true},
                 {"s", ValueType::kString, std::string_view("line\n")},
                 {"strings", ValueType::kArray, StringArray{"a", "b"}},
                 {"ints", ValueType::kArray, NumberArray{ValueType::kI16, 2, kInts.data()}},
                 {"many", ValueType::kArray, NumberArray{ValueType::kBool, kept.size(), kept.data()}},
             })
      .value();
}

template <class T>
void expect_error(const Result<T>& result, ErrorCode code, std::string_view message) {
  ASSERT_FALSE(result) << message;
  EXPECT_EQ(result.error().message, message);
  EXPECT_EQ(result.error().code, code);
}

TEST(Metadata, GivesValuesOfTheWantedType) {
  const Metadata m = sample();
  EXPECT_EQ(m.integer("u", 0, 70000).value(), 70000u);
  EXPECT_EQ(m.integer("i", 12, 12).value(), 12u);
  EXPECT_EQ(m.real("f", 0, 1).value(), 0.5);
  EXPECT_TRUE(m.boolean("b").value());
  EXPECT_EQ(m.string("s").value(), "line\n");
  EXPECT_EQ(m.strings("strings").value().size(), 2u);
  EXPECT_EQ(m.strings("strings").value()[1], "b");
  const NumberArray ints = m.numbers("ints").value();
  EXPECT_EQ(ints.integer(0), -2);
  EXPECT_EQ(ints.integer(1), 7);
  EXPECT_TRUE(m.has("u"));
  EXPECT_EQ(m.find("nothing"), nullptr);
  EXPECT_EQ(m.entries().size(), 10u);
  EXPECT_EQ(m.file(), "m.gguf");
}

TEST(Metadata, SaysWhatWasFoundAndWhatWasWanted) {
  const Metadata m = sample();
  expect_error(m.integer("x", 1, 9), ErrorCode::kNotFound,
               "m.gguf: key 'x' is missing, but an integer from 1 to 9 was wanted; make the file anew with a "
               "current converter");
  expect_error(m.integer("u", 1, 65536), ErrorCode::kCorrupt,
               "m.gguf: key 'u' is 70000 of type u32, but an integer from 1 to 65536 was wanted");
  expect_error(m.integer("minus", 0, UINT64_MAX), ErrorCode::kCorrupt,
               "m.gguf: key 'minus' is -1 of type i8, but an integer of at least 0 was wanted");
  expect_error(m.integer("b", 0, 1), ErrorCode::kCorrupt,
               "m.gguf: key 'b' is true of type bool, but an integer from 0 to 1 was wanted");
  expect_error(m.real("u", 0, 1), ErrorCode::kCorrupt,
               "m.gguf: key 'u' is 70000 of type u32, but a float from 0 to 1 was wanted");
  expect_error(m.real("nan", 0, 1), ErrorCode::kCorrupt,
               "m.gguf: key 'nan' is nan of type f64, but a float from 0 to 1 was wanted");
  expect_error(m.boolean("s"), ErrorCode::kCorrupt,
               "m.gguf: key 's' is \"line\\n\" of type string, but a bool was wanted");
  expect_error(
      m.string("strings"), ErrorCode::kCorrupt,
      "m.gguf: key 'strings' is [\"a\", \"b\"] of type array of string (2), but a string was wanted");
  expect_error(m.strings("ints"), ErrorCode::kCorrupt,
               "m.gguf: key 'ints' is [-2, 7] of type array of i16 (2), but an array of strings was wanted");
  expect_error(m.numbers("strings"), ErrorCode::kCorrupt,
               "m.gguf: key 'strings' is [\"a\", \"b\"] of type array of string (2), but an array of numbers "
               "was wanted");
}

TEST(Metadata, FallsBackOnlyWhereTheKeyIsAbsent) {
  const Metadata m = sample();
  EXPECT_EQ(m.integer_or("x", 5, 0, 1).value(), 5u);
  EXPECT_EQ(m.real_or("x", 2.5, 0, 1).value(), 2.5);
  EXPECT_TRUE(m.boolean_or("x", true).value());
  EXPECT_EQ(m.string_or("x", "none").value(), "none");
  EXPECT_EQ(m.integer_or("i", 5, 0, 100).value(), 12u);
  EXPECT_EQ(m.integer_or("i", 5, 0, 1).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(m.real_or("s", 1, 0, 1).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(m.boolean_or("s", true).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(m.string_or("b", "").error().code, ErrorCode::kCorrupt);
}

TEST(Metadata, DescribesValuesForPeople) {
  const Metadata m = sample();
  EXPECT_EQ(describe(*m.find("f")), "0.5");
  EXPECT_EQ(describe(*m.find("many")), "[true, true, true, true, true, true, true, true, …]");
  EXPECT_EQ(describe(Value(std::string_view(""))), "\"\"");
  EXPECT_EQ(describe(Value(std::string_view("a \"b\" \\ c\n"))), R"("a \"b\" \\ c\n")");
  EXPECT_EQ(type_name(m.entries()[0]), "u32");
  EXPECT_EQ(type_name(m.entries()[9]), "array of bool (100)");
}

TEST(Metadata, RefusesAKeyTwice) {
  expect_error(
      Metadata::from_entries(
          "m.gguf",
          {{"a", ValueType::kBool, true}, {"b", ValueType::kBool, true}, {"a", ValueType::kBool, true}}),
      ErrorCode::kCorrupt, "m.gguf: key 'a' occurs twice, as metadata entries 1 and 3; make the file anew");
}

}  // namespace
}  // namespace linnet::gguf
