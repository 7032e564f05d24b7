#include "threads/cpu_count.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace linnet {
namespace {

// Hyper-threads of one core share its multipliers, so they count once.
unsigned count_cores_in_affinity_mask() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return std::thread::hardware_concurrency();
  std::set<std::pair<int, int>> cores;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &mask)) continue;
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu{}/topology/", cpu);
    int package = 0;
    int core = 0;
    const bool known = (std::ifstream(folder + "physical_package_id") >> package) &&
                       (std::ifstream(folder + "core_id") >> core);
    cores.insert(known ? std::pair(package, core) : std::pair(-1, cpu));
  }
  return static_cast<unsigned>(cores.size());
}

// Control groups version 2: "QUOTA PERIOD" in microseconds, or "max PERIOD".
unsigned cgroup_quota() {
  double quota = 0;
  double period = 0;
  if (!(std::ifstream("/sys/fs/cgroup/cpu.max") >> quota >> period) || quota <= 0 || period <= 0) return ~0u;
  return static_cast<unsigned>(std::clamp(std::floor(quota / period), 1.0, 1e6));
}

}  // namespace

unsigned count_usable_cores() noexcept {
  try {
    return std::max(1u, std::min(count_cores_in_affinity_mask(), cgroup_quota()));
  } catch (...) {
    return 1;
  }
}

}  // namespace linnet
