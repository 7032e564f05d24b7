#include "cli/energy.h"

#include <gtest/gtest.h>

#include "tests/cli/bench_support.h"

namespace linnet::cli {
namespace {

using testing::Folder;

void add_zone(const Folder& folder, const std::string& zone, const std::string& name,
              const std::string& energy) {
  folder.write("powercap/" + zone + "/name", name + "\n");
  folder.write("powercap/" + zone + "/energy_uj", energy + "\n");
  folder.write("powercap/" + zone + "/max_energy_range_uj", "1000000\n");
}

TEST(EnergyMeter, AddsPackagesAndTheirMemoryOnce) {
  const Folder folder;
  add_zone(folder, "intel-rapl:0", "package-0", "100");
  add_zone(folder, "intel-rapl:0:0", "core", "100");
  add_zone(folder, "intel-rapl:0:1", "dram", "200");
  add_zone(folder, "intel-rapl:1", "psys", "100");
  add_zone(folder, "intel-rapl-mmio:0", "package-0", "100");
  EnergyMeter meter(folder.path(""));
  EXPECT_EQ(meter.source(), "RAPL");
  meter.start();
  for (const char* const zone : {"intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1", "intel-rapl-mmio:0"}) {
    folder.write(std::string("powercap/") + zone + "/energy_uj", "500100");
  }
  folder.write("powercap/intel-rapl:0:1/energy_uj", "300");
  EXPECT_DOUBLE_EQ(meter.joules().value(), 0.5001);
}

TEST(EnergyMeter, FollowsACounterThatBeginsAgain) {
  const Folder folder;
  add_zone(folder, "intel-rapl:0", "package-0", "999000");
  EnergyMeter meter(folder.path(""));
  meter.start();
  folder.write("powercap/intel-rapl:0/energy_uj", "500");
  EXPECT_DOUBLE_EQ(meter.joules().value(), 0.0015);
}

TEST(EnergyMeter, SaysWhichFileItMayNotRead) {
  const Folder folder;
  add_zone(folder, "intel-rapl:0", "package-0", "not a number");  // root could read a file without rights
  EnergyMeter meter(folder.path(""));
  EXPECT_NE(meter.source().find("not available: "), std::string::npos);
  EXPECT_NE(meter.source().find("intel-rapl:0/energy_uj cannot be read"), std::string::npos)
      << meter.source();
  meter.start();
  EXPECT_FALSE(meter.joules());
}

TEST(EnergyMeter, TakesABatteryInUse) {
  const Folder folder;
  folder.write("power_supply/BAT0/type", "Battery");
  folder.write("power_supply/BAT0/status", "Discharging");
  folder.write("power_supply/BAT0/power_now", "10000000");
  folder.write("power_supply/AC/type", "Mains");
  EnergyMeter meter(folder.path(""));
  EXPECT_EQ(meter.source(), "battery");
  meter.start();
  const auto joules = meter.joules();
  ASSERT_TRUE(joules);
  EXPECT_GE(*joules, 0);
  EXPECT_LT(*joules, 100);  // 10 W for less than 10 s
  std::filesystem::remove(folder.path("power_supply/BAT0/power_now"));
  EXPECT_FALSE(meter.joules());
}

TEST(EnergyMeter, IsPlainlyNotAvailableElsewhere) {
  const Folder folder;
  folder.write("power_supply/BAT0/type", "Battery");
  folder.write("power_supply/BAT0/status", "Charging");
  folder.write("power_supply/BAT0/power_now", "10000000");
  for (const std::string& root : {folder.path(""), folder.path("absent")}) {
    EnergyMeter meter(root);
    EXPECT_EQ(meter.source(), "not available: no RAPL counters, and no battery in use");
    meter.start();
    EXPECT_FALSE(meter.joules());
  }
}

}  // namespace
}  // namespace linnet::cli
