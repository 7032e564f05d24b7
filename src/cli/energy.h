// Energy that the machine takes, where its system says so.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace linnet::cli {

/// The counters found under a folder laid out as Linux's /sys/class: RAPL's processor packages and their
/// memory, or else the battery that the machine runs on. One thread at a time.
class EnergyMeter {
 public:
  explicit EnergyMeter(const std::filesystem::path& root = "/sys/class");

  /// "RAPL", "battery", or "not available: " and why.
  const std::string& source() const noexcept { return source_; }

  /// Marks the beginning of what is measured.
  void start();
  /// Joules of the whole machine, other programs' included, since start(); empty if there is no counter or it
  /// could not be read.
  std::optional<double> joules() const;

 private:
  struct Counter {
    std::filesystem::path file;  // microjoules, counting up
    std::uint64_t range = 0;     // it begins again at 0 after this value
    std::optional<std::uint64_t> at_start{};
  };

  bool find_rapl(const std::filesystem::path& root);
  bool find_battery(const std::filesystem::path& root);

  std::string source_;
  std::vector<Counter> counters_;
  std::filesystem::path power_;  // microwatts that the battery gives
  std::optional<std::uint64_t> power_at_start_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace linnet::cli
