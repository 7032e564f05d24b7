#include "base/file_map.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

class FileMapTest : public testing::InTempFolder {};

std::string_view text_of(const FileMap& map) {
  return {reinterpret_cast<const char*>(map.bytes().data()), map.bytes().size()};
}

TEST_F(FileMapTest, ShowsTheFilesBytes) {
  FileMap map = FileMap::open(write_file("a", "some bytes")).value();
  EXPECT_EQ(text_of(map), "some bytes");
  FileMap moved = std::move(map);
  EXPECT_EQ(text_of(moved), "some bytes");
  moved = FileMap::open(write_file("b", "other")).value();
  EXPECT_EQ(text_of(moved), "other");
  EXPECT_TRUE(FileMap::open(write_file("empty", "")).value().bytes().empty());
}

TEST_F(FileMapTest, ReadsPastTheMapping) {
  const auto path = write_file("a", "some bytes");
  const FileMap map = FileMap::open(path).value();
  std::vector<std::byte> part(5);
  map.read(5, part).value();
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(part.data()), 5), "bytes");
  map.read(10, {}).value();
  ASSERT_EQ(::truncate(path.c_str(), 7), 0);
  const auto cut = map.read(5, part);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::kIo);
  EXPECT_EQ(cut.error().message,
            path.string() + ": the file ends after 7 bytes, but had 10 when it was opened");
}

TEST_F(FileMapTest, WhatIsKeptNeedsNoFile) {
  std::string text(100000, 'x');
  text.front() = 'a', text.back() = 'z';
  const auto path = write_file("a", text);
  FileMap map = FileMap::open(path).value();
  map.keep(0).value();
  map.keep(20000).value();
  EXPECT_EQ(text_of(map), text);
  FileMap whole = FileMap::open(path).value();
  const std::byte* const where = whole.bytes().data();
  whole.keep(text.size()).value();
  EXPECT_EQ(whole.bytes().data(), where);
  ASSERT_EQ(::truncate(path.c_str(), 0), 0);
  EXPECT_EQ(text_of(map).substr(0, 20000), text.substr(0, 20000));
  EXPECT_EQ(text_of(whole), text);
  EXPECT_EQ(whole.keep(1).error().code, ErrorCode::kIo);
}

TEST_F(FileMapTest, FaultingInChangesNothing) {
  const auto path = write_file("a", std::string(100000, 'x'));
  const FileMap map = FileMap::open(path).value();
  fault_in({});
  fault_in(map.bytes());
  fault_in(map.bytes().subspan(5000, 1));
  EXPECT_EQ(text_of(map), std::string(100000, 'x'));
  ASSERT_EQ(::truncate(path.c_str(), 10), 0);
  fault_in(map.bytes());  // whose last pages are gone
  EXPECT_EQ(text_of(map).substr(0, 10), "xxxxxxxxxx");
}

TEST_F(FileMapTest, RefusesWhatIsNoRegularFile) {
  EXPECT_EQ(FileMap::open(folder() / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(FileMap::open(write_file("a", "x") / "b").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(FileMap::open(folder()).error().code, ErrorCode::kIo);
  ASSERT_EQ(::mkfifo((folder() / "pipe").c_str(), 0600), 0);
  const auto pipe = FileMap::open(folder() / "pipe");
  EXPECT_EQ(pipe.error().code, ErrorCode::kIo);
  EXPECT_EQ(pipe.error().message,
            (folder() / "pipe").string() + ": a pipe or device, but only a regular file can be mapped");
}

}  // namespace
}  // namespace linnet
