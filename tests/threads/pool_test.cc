#include "threads/pool.h"

#include <cfenv>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace linnet {
namespace {

TEST(Team, SplitsCoverEverythingOnceInWholeGrains) {
  for (unsigned size : {1u, 2u, 3u, 7u}) {
    for (std::size_t n : {0, 1, 5, 16, 17, 1000}) {
      for (std::size_t grain : {1, 2, 16}) {
        std::size_t next = 0;
        for (unsigned rank = 0; rank < size; ++rank) {
          const Range range = Team(rank, size, nullptr).split(n, grain);
          EXPECT_EQ(range.begin, next);
          EXPECT_TRUE(range.begin % grain == 0 || range.begin == n);
          next = range.end;
        }
        EXPECT_EQ(next, n);
      }
    }
  }
}

TEST(Pool, RunsEveryRankAndMakesWritesVisibleAcrossBarriers) {
  for (unsigned size : {1u, 2u, 3u, 5u}) {
    auto pool = Pool::create(size).value();
    std::vector<int> value(size);
    std::vector<int> sum(size);
    for (int round = 1; round <= 200; ++round) {
      pool->run([&](Team& team) {
        value[team.rank()] = round + static_cast<int>(team.rank());
        team.barrier();
        sum[team.rank()] = std::accumulate(value.begin(), value.end(), 0);
        team.barrier();
      });
      const int want = round * static_cast<int>(size) + static_cast<int>(size * (size - 1) / 2);
      for (const int s : sum) ASSERT_EQ(s, want);
    }
  }
}

TEST(Pool, WakesSleepers) {
  auto pool = Pool::create(2).value();
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // long enough for the worker to fall asleep
    unsigned ran[2] = {};
    pool->run([&](Team& team) {
      if (team.rank() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      ran[team.rank()] = 1;
    });
    EXPECT_EQ(ran[0] + ran[1], 2u);
  }
}

TEST(Pool, RefusesAbsurdSizes) {
  EXPECT_EQ(Pool::create(0).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Pool::create(100000).error().code, ErrorCode::kInvalidArgument);
}

TEST(Pool, ComputesInTheDefaultRoundingModeAndLeavesTheHostsAlone) {
  auto pool = Pool::create(2).value();
  std::fesetround(FE_UPWARD);
  int modes[2] = {-1, -1};
  pool->run([&](Team& team) { modes[team.rank()] = std::fegetround(); });
  EXPECT_EQ(std::fegetround(), FE_UPWARD);
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(modes[0], FE_TONEAREST);
  EXPECT_EQ(modes[1], FE_TONEAREST);
}

}  // namespace
}  // namespace linnet
