#include "tokenizer/merge_table.h"

#include <gtest/gtest.h>

namespace linnet {
namespace {

TEST(MergeTable, FindsWhatWasInserted) {
  constexpr Token kSide = 60;
  MergeTable table(kSide * kSide);
  for (Token left = 0; left < kSide; ++left) {
    for (Token right = 0; right < kSide; ++right)
      table.insert(left, right, {static_cast<std::uint32_t>(left * kSide + right), left + right});
  }
  for (Token left = 0; left < kSide; ++left) {
    for (Token right = 0; right < kSide; ++right) {
      const Union joined = table.find(left, right);
      EXPECT_EQ(joined.rank, static_cast<std::uint32_t>(left * kSide + right));
      EXPECT_EQ(joined.token, left + right);
    }
  }
  EXPECT_EQ(table.find(kSide, 0).token, kNoToken);
}

TEST(MergeTable, KeepsTheFirstMergeOfAPair) {
  MergeTable table(2);
  table.insert(1, 2, {0, 3});
  table.insert(1, 2, {1, 4});
  EXPECT_EQ(table.find(1, 2).token, 3);
  EXPECT_EQ(MergeTable(0).find(1, 2).token, kNoToken);
}

}  // namespace
}  // namespace linnet
