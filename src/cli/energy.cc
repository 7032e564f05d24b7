#include "cli/energy.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace linnet::cli {
namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> read_number(const fs::path& file) {
  std::uint64_t number = 0;
  if (!(std::ifstream(file) >> number)) return std::nullopt;
  return number;
}

std::string read_word(const fs::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return word;
}

// In the order of their names, so that runs agree.
std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (fs::directory_iterator at(folder, ignored), end; !ignored && at != end; at.increment(ignored)) {
    found.push_back(at->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

EnergyMeter::EnergyMeter(const fs::path& root) {
  if (find_rapl(root)) return;
  const std::string why = source_;
  if (!find_battery(root)) {
    source_ = "not available: " + (why.empty() ? "no RAPL counters, and no battery in use" : why);
  }
}

// "intel-rapl:0" is a package, on AMD too, and "intel-rapl:0:1" a part of it, of which only memory is not in
// the package's count. "psys" counts the packages once more.
bool EnergyMeter::find_rapl(const fs::path& root) {
  for (const fs::path& zone : entries(root / "powercap")) {
    if (!zone.filename().string().starts_with("intel-rapl:")) continue;
    const std::string name = read_word(zone / "name");
    if (!name.starts_with("package") && name != "dram") continue;
    const auto range = read_number(zone / "max_energy_range_uj");
    if (!range || !read_number(zone / "energy_uj")) {
      counters_.clear();
      source_ = fmt::format("{} cannot be read; root may", (zone / "energy_uj").string());
      return false;
    }
    counters_.push_back({zone / "energy_uj", *range});
  }
  if (!counters_.empty()) source_ = "RAPL";
  return !counters_.empty();
}

// Its energy counts in steps too coarse for a few tokens, its power does not.
bool EnergyMeter::find_battery(const fs::path& root) {
  for (const fs::path& supply : entries(root / "power_supply")) {
    if (read_word(supply / "type") != "Battery" || read_word(supply / "status") != "Discharging") continue;
    if (read_number(supply / "power_now")) {
      power_ = supply / "power_now";
      source_ = "battery";
      return true;
    }
  }
  return false;
}

void EnergyMeter::start() {
  for (Counter& counter : counters_) counter.at_start = read_number(counter.file);
  if (!power_.empty()) power_at_start_ = read_number(power_);
  start_ = std::chrono::steady_clock::now();
}

std::optional<double> EnergyMeter::joules() const {
  if (!power_.empty()) {
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start_;
    const auto power = read_number(power_);
    if (!power || !power_at_start_) return std::nullopt;
    return (static_cast<double>(*power) + static_cast<double>(*power_at_start_)) / 2 * 1e-6 * time.count();
  }
  if (counters_.empty()) return std::nullopt;
  std::uint64_t sum = 0;
  for (const Counter& counter : counters_) {
    const auto now = read_number(counter.file);
    if (!now || !counter.at_start || *counter.at_start > counter.range) return std::nullopt;
    sum += *now >= *counter.at_start ? *now - *counter.at_start : *now + (counter.range - *counter.at_start);
  }
  return static_cast<double>(sum) * 1e-6;
}

}  // namespace linnet::cli
