#include "threads/cpu_count.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

namespace linnet {
namespace {

/// A made-up system below a temporary folder.
class CpuCount : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "linnet-cpus-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text << "\n";
  }
  void add_cpu(int cpu, int package, int core) const {
    const std::string folder = "sys/devices/system/cpu/cpu" + std::to_string(cpu);
    write(folder + "/topology/physical_package_id", std::to_string(package));
    write(folder + "/topology/core_id", std::to_string(core));
  }
  void set_capacity(int cpu, const std::string& capacity) const {
    write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpu_capacity", capacity);
  }
  /// CPUs of one package, a core each, with these capacities.
  void add_capacities(const std::vector<int>& capacities) const {
    for (int cpu = 0; cpu < static_cast<int>(capacities.size()); ++cpu) {
      add_cpu(cpu, 0, cpu);
      set_capacity(cpu, std::to_string(capacities[static_cast<std::size_t>(cpu)]));
    }
  }
  /// Two performance cores of two hyper-threads (0 to 3) and four others (4 to 7).
  void add_hybrid() const {
    for (int cpu = 0; cpu < 4; ++cpu) add_cpu(cpu, 0, cpu / 2 * 4);
    for (int cpu = 4; cpu < 8; ++cpu) add_cpu(cpu, 0, cpu + 8);
    write("sys/devices/cpu_core/cpus", "0-3");
    write("sys/devices/cpu_atom/cpus", "4-5,6-7");
  }
  unsigned count(const std::vector<int>& cpus) const { return count_usable_cores(root_, cpus); }
  unsigned count_first(int n) const {
    std::vector<int> cpus(static_cast<std::size_t>(n));
    std::iota(cpus.begin(), cpus.end(), 0);
    return count(cpus);
  }

 private:
  std::filesystem::path root_;
};

TEST_F(CpuCount, HyperThreadsCountOnce) {
  for (int cpu = 0; cpu < 16; ++cpu) add_cpu(cpu, cpu % 8 / 4, cpu % 4);  // two packages of four cores
  EXPECT_EQ(count_first(16), 8u);
  EXPECT_EQ(count({0, 8}), 1u);
  EXPECT_EQ(count({0, 4, 5, 13}), 3u);
}

TEST_F(CpuCount, PerformanceCoresOfAHybridUnlessThereIsNoneToRunOn) {
  add_hybrid();
  EXPECT_EQ(count_first(8), 2u);
  EXPECT_EQ(count({2, 3, 4, 5, 6}), 1u);
  EXPECT_EQ(count({5, 6, 7}), 3u);
}

TEST_F(CpuCount, AHybridWhoseListsMakeNoSenseCountsWhole) {
  add_hybrid();
  for (const std::string list : {"", "none", "0-", "0-3 x", "0-99999999999999"}) {
    write("sys/devices/cpu_core/cpus", list);
    EXPECT_EQ(count_first(8), 6u) << list;
  }
  write("sys/devices/cpu_core/cpus", "0-3");
  write("sys/devices/cpu_atom/cpus", "");
  EXPECT_EQ(count_first(8), 6u);
}

TEST_F(CpuCount, SlowCoresAreLeftOutWhereEqualSharesWouldWaitForThem) {
  add_capacities({400, 400, 400, 400, 1024, 1024, 1024, 1024});  // 4 * 1024 > 8 * 400
  EXPECT_EQ(count_first(8), 4u);
  EXPECT_EQ(count({0, 1, 2, 4}), 4u);  // 4 * 400 > 1024
  EXPECT_EQ(count({0, 1, 4, 5}), 2u);
  EXPECT_EQ(count_first(4), 4u);
}

TEST_F(CpuCount, CoresAlmostAsFastAsTheFastestCount) {
  add_capacities({250, 250, 250, 250, 790, 790, 790, 1024});
  EXPECT_EQ(count_first(8), 4u);
}

TEST_F(CpuCount, CapacitiesThatMakeNoSenseAreTakenForFull) {
  add_capacities({1024, 1024, 1024, 1024});
  set_capacity(0, "");
  set_capacity(1, "-5");
  set_capacity(2, "0");
  set_capacity(3, "99999999999999999999");
  EXPECT_EQ(count_first(4), 4u);
}

TEST_F(CpuCount, WithoutATopologyEveryCpuIsACore) {
  EXPECT_EQ(count_first(6), 6u);
  add_cpu(0, 0, 0);
  write("sys/devices/system/cpu/cpu1/topology/core_id", "what");
  EXPECT_EQ(count_first(2), 2u);
  EXPECT_EQ(count({}), 1u);
}

TEST_F(CpuCount, TheQuotaOfAContainer) {
  write("sys/fs/cgroup/cpu.max", "250000 100000");
  EXPECT_EQ(count_first(8), 2u);
  write("sys/fs/cgroup/cpu.max", "50000 100000");
  EXPECT_EQ(count_first(8), 1u);
  for (const std::string none : {"max 100000", "", "-1 100000", "100000 0", "x"}) {
    write("sys/fs/cgroup/cpu.max", none);
    EXPECT_EQ(count_first(8), 8u) << none;
  }
}

TEST_F(CpuCount, TheSmallestQuotaOfTheGroupsAroundTheProcess) {
  write("proc/self/cgroup", "0::/user.slice/job.scope");
  write("sys/fs/cgroup/user.slice/cpu.max", "300000 100000");
  write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "max 100000");
  EXPECT_EQ(count_first(8), 3u);
  write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "200000 100000");
  EXPECT_EQ(count_first(8), 2u);
  write("proc/self/cgroup", "0::/");
  EXPECT_EQ(count_first(8), 8u);
}

TEST_F(CpuCount, QuotasOfControlGroupsVersionOne) {
  write("proc/self/cgroup", "7:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/");
  const std::string controller = "sys/fs/cgroup/cpu,cpuacct/";
  write(controller + "cpu.cfs_quota_us", "400000");  // a container's own group looks like the whole hierarchy
  write(controller + "cpu.cfs_period_us", "100000");
  EXPECT_EQ(count_first(8), 4u);
  write(controller + "docker/abc/cpu.cfs_quota_us", "300000");
  write(controller + "docker/abc/cpu.cfs_period_us", "100000");
  EXPECT_EQ(count_first(8), 3u);
  write(controller + "docker/abc/cpu.cfs_quota_us", "-1");
  EXPECT_EQ(count_first(8), 4u);
}

TEST_F(CpuCount, AListOfGroupsThatMakesNoSenseIsNoLimit) {
  for (const std::string list : {"", ":", "::", "0:", "cpu", "3:cpu:", "0::relative", "0:://", "\n\n:::"}) {
    write("proc/self/cgroup", list);
    EXPECT_EQ(count_first(8), 8u) << list;
  }
}

TEST_F(CpuCount, IsAtLeastOneHere) { EXPECT_GE(count_usable_cores(), 1u); }

}  // namespace
}  // namespace linnet
