// How many threads are worth starting here.
#pragma once

#include <filesystem>
#include <vector>

namespace linnet {

/// The physical performance cores among the CPUs that this process may run on, at most the CPU quota of its
/// control groups. Never 0. Reads /sys and /proc on Linux, asks the system on macOS; elsewhere it is the
/// number of hardware threads.
unsigned count_usable_cores() noexcept;

/// The same of a Linux system whose /sys and /proc stand below `root`, for a process that may run on `cpus`.
/// What is missing there or makes no sense is left out of account. Never 0.
///   hyper-threads  those of one core count once
///   x86 hybrids    performance cores, if `cpus` has any (Linux, Documentation/admin-guide/pmu and
///                  /sys/devices/cpu_core/cpus beside cpu_atom)
///   Arm            as many of the fastest cores as give the largest number * capacity of the slowest one,
///                  because threads get equal shares (cpu_capacity:
///                  Documentation/scheduler/sched-capacity.rst)
///   quotas         the smallest of the process's control group and those around it, rounded down
///                  (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1)
unsigned count_usable_cores(const std::filesystem::path& root, const std::vector<int>& cpus);

}  // namespace linnet
