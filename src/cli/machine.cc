#include "cli/machine.h"

#include <sys/resource.h>

#include <fstream>
#include <string_view>

#include <linnet/model.h>

namespace linnet::cli {
namespace {

// What stands behind "KEY   :" in a file of /proc; empty if it does not.
std::string value_of(const char* path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || !line.starts_with(key)) continue;
    const std::size_t start = line.find_first_not_of(" \t", colon + 1);
    return start == std::string::npos ? "" : line.substr(start);
  }
  return "";
}

std::uint64_t kilobytes(std::string_view key) {
  const std::string value = value_of("/proc/meminfo", key);
  return value.empty() ? 0 : std::strtoull(value.c_str(), nullptr, 10) * 1024;
}

}  // namespace

Machine this_machine() {
  Machine machine{.n_cores = default_threads(), .memory_bytes = kilobytes("MemTotal")};
  machine.cpu = value_of("/proc/cpuinfo", "model name");
  if (machine.cpu.empty()) machine.cpu = "unknown";
  return machine;
}

std::uint64_t available_memory() { return kilobytes("MemAvailable"); }

std::uint64_t peak_resident_bytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace linnet::cli
