#include "cli/bandwidth.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include "cli/statistics.h"

namespace linnet::cli {
namespace {

constexpr std::size_t kWords = std::size_t{256} << 20 >> 3;  // 256 MiB
constexpr std::size_t kLanes = 8;  // independent sums, so that adding is not what takes time

std::uint64_t sum(std::span<const std::uint64_t> words) {
  std::array<std::uint64_t, kLanes> sums{};
  for (std::size_t i = 0; i + kLanes <= words.size(); i += kLanes) {
    for (std::size_t j = 0; j < kLanes; ++j) sums[j] += words[i + j];
  }
  std::uint64_t total = 0;
  for (const std::uint64_t lane : sums) total += lane;
  return total;
}

}  // namespace

double read_bandwidth(unsigned n_threads, unsigned n_repeats) {
  const std::size_t share = kWords / n_threads;
  std::vector<std::uint64_t> words(share * n_threads);
  std::vector<double> rates;
  std::atomic<std::uint64_t> sink{0};
  std::barrier together(static_cast<std::ptrdiff_t>(n_threads) + 1);
  std::vector<std::jthread> threads;
  for (unsigned t = 0; t < n_threads; ++t) {
    threads.emplace_back([&, mine = std::span(words).subspan(t * share, share)] {
      std::fill(mine.begin(), mine.end(),
                1);  // by the thread that reads it: near it, where memory has a place
      for (unsigned i = 0; i < n_repeats; ++i) {
        together.arrive_and_wait();
        sink += sum(mine);
        together.arrive_and_wait();
      }
    });
  }
  for (unsigned i = 0; i < n_repeats; ++i) {
    together.arrive_and_wait();
    const auto start = std::chrono::steady_clock::now();
    together.arrive_and_wait();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    rates.push_back(static_cast<double>(words.size() * sizeof(std::uint64_t)) / seconds.count());
  }
  return spread_of(std::move(rates)).median;
}

}  // namespace linnet::cli
