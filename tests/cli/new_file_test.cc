#include "cli/new_file.h"

#include <gtest/gtest.h>

#include <linnet/result.h>

#include "tests/cli/bench_support.h"

namespace linnet::cli {
namespace {

std::size_t count(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(NewFile, AppearsWholeOrNotAtAll) {
  const testing::Folder folder;
  const std::string path = folder.write("page.html", "before");
  { NewFile(path).write("half of"); }
  EXPECT_EQ(std::filesystem::file_size(path), 6u);
  EXPECT_EQ(count(folder.path("")), 1u);
  NewFile file(path);
  file.write("after ");
  file.write("that");
  file.commit();
  EXPECT_EQ(std::filesystem::file_size(path), 10u);
  EXPECT_EQ(count(folder.path("")), 1u);
}

TEST(NewFile, FailsWhereItCannotBe) {
  const testing::Folder folder;
  EXPECT_THROW(NewFile(folder.path("absent/page.html")), Exception);
  EXPECT_THROW(NewFile(folder.path("")), Exception);
}

}  // namespace
}  // namespace linnet::cli
