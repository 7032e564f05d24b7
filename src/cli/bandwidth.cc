#include "cli/bandwidth.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstring>
#include <iterator>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/machine.h"

namespace linnet::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLine = 64;  // bytes that the processor fetches together
constexpr std::size_t kWords = kLine / sizeof(std::uint64_t);
constexpr std::size_t kWanted = std::size_t{1} << 30;
constexpr std::size_t kAhead = 32 * kLine;

// Combines every word of n_bytes, as `Streams` equal parts side by side: processors prefetch each part by
// itself. kIsPrefetched asks for lines ahead of that, too.
template <std::size_t Streams, bool kIsPrefetched>
std::uint64_t read(const std::byte* bytes, std::size_t n_bytes) {
  const std::size_t part = n_bytes / Streams / kLine * kLine;
  std::array<std::array<std::uint64_t, kWords>, Streams> sums{};
  for (std::size_t at = 0; at < part; at += kLine) {
    for (std::size_t s = 0; s < Streams; ++s) {
      const std::byte* const line = bytes + s * part + at;
      if constexpr (kIsPrefetched) __builtin_prefetch(line + kAhead);
      std::array<std::uint64_t, kWords> words;
      std::memcpy(&words, line, kLine);
      for (std::size_t i = 0; i < kWords; ++i) sums[s][i] ^= words[i];
    }
  }
  std::uint64_t all = 0;
  for (const auto& sum : sums) {
    for (const std::uint64_t word : sum) all ^= word;
  }
  return all;
}

using Read = std::uint64_t (*)(const std::byte*, std::size_t);
constexpr Read kWays[] = {&read<1, false>, &read<2, false>, &read<4, false>, &read<8, false>,
                          &read<1, true>,  &read<2, true>,  &read<4, true>,  &read<8, true>};

// Runs body(thread, its bytes) on n_threads at once; the seconds from the first one's start to the last one's
// end.
template <class Body>
double together(const std::byte* bytes, std::size_t n_bytes, unsigned n_threads, const Body& body) {
  const std::size_t share = n_bytes / n_threads / kLine * kLine;
  std::vector<Clock::time_point> starts(n_threads), ends(n_threads);
  std::barrier all(static_cast<std::ptrdiff_t>(n_threads));
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < n_threads; ++t) {
      threads.emplace_back([&, t] {
        all.arrive_and_wait();
        starts[t] = Clock::now();
        body(bytes + t * share, share);
        ends[t] = Clock::now();
      });
    }
  }
  const auto start = *std::min_element(starts.begin(), starts.end());
  const auto end = *std::max_element(ends.begin(), ends.end());
  return std::chrono::duration<double>(end - start).count();
}

// A way's bytes a second.
double rate(const std::byte* bytes, std::size_t n_bytes, unsigned n_threads, Read way) {
  std::atomic<std::uint64_t> sink{0};  // or nothing would have to be read
  const double seconds = together(bytes, n_bytes, n_threads,
                                  [&](const std::byte* mine, std::size_t n) { sink ^= way(mine, n); });
  return static_cast<double>(n_bytes) / seconds;
}

}  // namespace

void ReadBandwidth::Unmap::operator()(std::byte* memory) const noexcept { munmap(memory, n_bytes); }

ReadBandwidth::ReadBandwidth(std::size_t n_small, unsigned n_threads)
    : n_small_(n_small), memory_(nullptr, {0}) {
  const std::size_t quarter = available_memory() / 4;
  n_bytes_ = std::max(n_small, quarter == 0 ? kWanted : std::min(kWanted, quarter));
  void* const memory = mmap(nullptr, n_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    fail(ErrorCode::kOutOfMemory, fmt::format("no memory to measure reading: {} bytes", n_bytes_));
  }
#ifdef MADV_HUGEPAGE
  madvise(memory, n_bytes_, MADV_HUGEPAGE);  // a wish; small pages work too
#endif
  memory_ = {static_cast<std::byte*>(memory), Unmap{n_bytes_}};
  together(memory_.get(), n_bytes_, n_threads, [](const std::byte* mine, std::size_t n) {
    std::memset(const_cast<std::byte*>(mine), 1, n);  // pages never written are all one page of zeros
  });
}

double ReadBandwidth::of_memory(unsigned n_threads) const {
  // A slice for each way: none is read again before all others have passed through the caches.
  const std::size_t slice = n_bytes_ / std::size(kWays) / kLine * kLine;
  double best = 0;
  for (std::size_t i = 0; i < std::size(kWays); ++i) {
    best = std::max(best, rate(memory_.get() + i * slice, slice, n_threads, kWays[i]));
  }
  return best;
}

double ReadBandwidth::of_small(unsigned n_threads) const {
  double best = 0;
  for (const Read way : kWays) best = std::max(best, rate(memory_.get(), n_small_, n_threads, way));
  return best;
}

}  // namespace linnet::cli
