#include "base/file_map.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
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

TEST_F(FileMapTest, ReleasedPagesReadTheSame) {
  const std::string text(100000, 'x');
  const FileMap map = FileMap::open(write_file("a", text)).value();
  map.release(map.bytes().subspan(5, 50000));
  map.release(map.bytes());
  map.release({});
  EXPECT_EQ(text_of(map), text);
}

TEST_F(FileMapTest, ReleasesNothingThatIsNotItsOwn) {
  const FileMap map = FileMap::open(write_file("a", "x")).value();
  const std::vector<std::byte> heap(1 << 20, std::byte{7});
  map.release(heap);
  FileMap().release(heap);
  EXPECT_EQ(std::count(heap.begin(), heap.end(), std::byte{7}), 1 << 20);
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
