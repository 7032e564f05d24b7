#include "base/output_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

class OutputFileTest : public testing::InTempFolder {
 protected:
  const std::filesystem::path path_ = write_file("out", "old");
};

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST_F(OutputFileTest, AppearsWholeOnCommit) {
  OutputFile file = OutputFile::create(path_).value();
  ASSERT_TRUE(file.write(bytes_of("new")));
  ASSERT_TRUE(file.write({}));
  ASSERT_TRUE(file.write(bytes_of("er")));
  EXPECT_EQ(testing::file_text(path_), "old");
  ASSERT_TRUE(file.commit());
  EXPECT_EQ(testing::file_text(path_), "newer");
  EXPECT_EQ(n_files(), 1);
}

TEST_F(OutputFileTest, LeavesNothingWithoutCommit) {
  {
    OutputFile file = OutputFile::create(path_).value();
    const OutputFile moved = std::move(file);
    EXPECT_EQ(n_files(), 2);
  }
  EXPECT_EQ(testing::file_text(path_), "old");
  EXPECT_EQ(n_files(), 1);
}

TEST_F(OutputFileTest, ReplacesWhatALinkNamesAndNotTheLink) {
  const auto link = folder() / "link";
  std::filesystem::create_symlink("out", link);
  OutputFile file = OutputFile::create(link).value();
  ASSERT_TRUE(file.write(bytes_of("new")));
  ASSERT_TRUE(file.commit());
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(testing::file_text(path_), "new");
}

TEST_F(OutputFileTest, ReplacesNothingButOrdinaryFiles) {
  const auto pipe = folder() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(OutputFile::create(pipe).error().code, ErrorCode::kIo);
  EXPECT_EQ(OutputFile::create(folder()).error().code, ErrorCode::kIo);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST_F(OutputFileTest, SaysWhyItFailed) {
  const auto missing = OutputFile::create(folder() / "none" / "out");
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().message, (folder() / "none/out").string() +
                                         ": cannot create a file in this folder: No such file or directory");
  EXPECT_EQ(OutputFile::create(path_ / "out").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace linnet
