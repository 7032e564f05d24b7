#include "threads/cpu_count.h"

#if defined(__linux__)
#include <sched.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace linnet {
namespace {

using Path = std::filesystem::path;

// What Linux calls the capacity of a system's fastest CPU.
constexpr int kFullCapacity = 1024;

/// The first value of a file, or `otherwise`.
int read_int(const Path& file, int otherwise) {
  int value = 0;
  return std::ifstream(file) >> value ? value : otherwise;
}

/// A file's list of ranges, "0-7,16"; none if it holds anything else.
std::vector<std::pair<int, int>> read_ranges(const Path& file) {
  std::vector<std::pair<int, int>> ranges;
  std::ifstream in(file);
  for (int first = 0; in >> first;) {
    int last = first;
    if (in.peek() == '-' && !(in.ignore() >> last)) return {};
    ranges.emplace_back(first, last);
    if (in.peek() != ',') break;
    in.ignore();
  }
  in >> std::ws;
  return in.eof() ? ranges : std::vector<std::pair<int, int>>{};
}

/// Those of `cpus` that belong to performance cores, or all where the system knows no such, or none of them
/// do.
std::vector<int> performance_cpus(const Path& devices, const std::vector<int>& cpus) {
  if (read_ranges(devices / "cpu_atom/cpus").empty()) return cpus;
  const auto ranges = read_ranges(devices / "cpu_core/cpus");
  std::vector<int> chosen;
  for (const int cpu : cpus) {
    const auto holds = [&](const auto& range) { return range.first <= cpu && cpu <= range.second; };
    if (std::any_of(ranges.begin(), ranges.end(), holds)) chosen.push_back(cpu);
  }
  return chosen.empty() ? cpus : chosen;
}

/// The capacities of the cores that `cpus` belong to. Hyper-threads of one core share its multipliers, so
/// they count once.
std::vector<int> core_capacities(const Path& devices, const std::vector<int>& cpus) {
  std::map<std::pair<int, int>, int> cores;
  for (const int cpu : cpus) {
    const Path folder = devices / fmt::format("system/cpu/cpu{}", cpu);
    const int package = read_int(folder / "topology/physical_package_id", -1);
    const int core = read_int(folder / "topology/core_id", -1);
    const int capacity = read_int(folder / "cpu_capacity", kFullCapacity);
    // Single-package boards may have no package's number; without a core's number each CPU is its own.
    cores[core < 0 ? std::pair(-2, cpu) : std::pair(package, core)] =
        capacity > 0 && capacity <= kFullCapacity ? capacity : kFullCapacity;
  }
  std::vector<int> capacities;
  for (const auto& [core, capacity] : cores) capacities.push_back(capacity);
  return capacities;
}

/// How many of the fastest cores finish equal shares of one piece of work first.
unsigned best_team(std::vector<int> capacities) {
  std::sort(capacities.begin(), capacities.end(), std::greater<>());
  std::size_t best = 0;
  std::int64_t most = 0;
  for (std::size_t n = 1; n <= capacities.size(); ++n) {
    const std::int64_t work = static_cast<std::int64_t>(n) * capacities[n - 1];
    if (work >= most) {
      best = n;
      most = work;
    }
  }
  return static_cast<unsigned>(best);
}

/// CPUs' worth of time that one control group grants; infinity if it sets no limit.
double group_quota(const Path& group) {
  double quota = 0;
  double period = 0;
  if (!(std::ifstream(group / "cpu.max") >> quota >> period)) {  // version 2: "max PERIOD" is no limit
    quota = read_int(group / "cpu.cfs_quota_us", -1);            // version 1: -1 is none
    period = read_int(group / "cpu.cfs_period_us", 0);
  }
  return quota > 0 && period > 0 ? quota / period : HUGE_VAL;
}

/// The smallest quota of the process's control group and those around it. In a container the group's path may
/// be that of the host, of which only the upper end is there.
double smallest_quota(const Path& root) {
  const std::string mounts = (root / "sys/fs/cgroup").string();
  double smallest = group_quota(mounts);
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // "ID:CONTROLLERS:/PATH"; version 2 names none
    const std::size_t controllers = line.find(':') + 1;
    const std::size_t path = line.find(':', controllers);
    if (controllers == 0 || path == std::string::npos) continue;
    const std::string names = line.substr(controllers, path - controllers);
    if (!names.empty() && ("," + names + ",").find(",cpu,") == std::string::npos) continue;
    const std::string hierarchy = names.empty() ? mounts : mounts + "/" + names;
    for (std::string group = line.substr(path + 1);; group.resize(group.rfind('/'))) {
      smallest = std::min(smallest, group_quota(hierarchy + group));
      if (group.find('/') == std::string::npos) break;
    }
  }
  return smallest;
}

#if defined(__linux__)

std::vector<int> allowed_cpus() {
  std::vector<int> cpus;
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &mask)) cpus.push_back(cpu);
    }
  } else {  // More CPUs than the mask has room for.
    cpus.resize(std::thread::hardware_concurrency());
    std::iota(cpus.begin(), cpus.end(), 0);
  }
  return cpus;
}

unsigned count_here() { return count_usable_cores("/", allowed_cpus()); }

#elif defined(__APPLE__)

unsigned count_here() {
  for (const char* name : {"hw.perflevel0.physicalcpu", "hw.physicalcpu"}) {
    int count = 0;
    std::size_t size = sizeof count;
    if (sysctlbyname(name, &count, &size, nullptr, 0) == 0 && count > 0) return static_cast<unsigned>(count);
  }
  return std::thread::hardware_concurrency();
}

#else

unsigned count_here() { return std::thread::hardware_concurrency(); }

#endif

}  // namespace

unsigned count_usable_cores(const std::filesystem::path& root, const std::vector<int>& cpus) {
  const Path devices = root / "sys/devices";
  const unsigned n_cores = best_team(core_capacities(devices, performance_cpus(devices, cpus)));
  const double quota = std::floor(smallest_quota(root));
  return std::max(1u, quota < n_cores ? static_cast<unsigned>(quota) : n_cores);
}

unsigned count_usable_cores() noexcept {
  try {
    return std::max(1u, count_here());
  } catch (...) {
    return 1;
  }
}

}  // namespace linnet
