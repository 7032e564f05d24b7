#include "tokenizer/text_table.h"

#include <gtest/gtest.h>

#include <string>

namespace linnet {
namespace {

TEST(TextTable, FindsEveryTextOfEveryLength) {
  std::vector<std::string> storage{""};
  for (int i = 0; i < 3000; ++i)
    storage.push_back(std::string(static_cast<std::size_t>(i % 40), 'x') + std::to_string(i));
  const std::vector<std::string_view> texts(storage.begin(), storage.end());
  const TextTable table(texts);
  for (std::size_t i = 0; i < texts.size(); ++i)
    EXPECT_EQ(table.find(std::string(texts[i])), static_cast<Token>(i));
  EXPECT_EQ(table.find("y"), kNoToken);
  EXPECT_EQ(table.find(std::string_view("\0", 1)), kNoToken);
}

TEST(TextTable, KeepsTheFirstOfEqualTexts) {
  const std::vector<std::string_view> texts{"b", "a", "b", "a"};
  const TextTable table(texts);
  EXPECT_EQ(table.find("a"), 1);
  EXPECT_EQ(table.find("b"), 0);
}

TEST(TextTable, EmptyTablesHoldNothing) {
  EXPECT_EQ(TextTable().find("a"), kNoToken);
  EXPECT_EQ(TextTable(std::span<const std::string_view>()).find(""), kNoToken);
}

}  // namespace
}  // namespace linnet
