// What a function that runs on several threads at once sees: who it is, its share of the work, and a barrier.
#pragma once

#include <atomic>
#include <cstddef>

namespace linnet {

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// All of a fixed number of threads must arrive before any goes on. Spins for some microseconds, because the
/// work between two barriers is often shorter than a system call, then sleeps.
class Barrier {
 public:
  explicit Barrier(unsigned n_threads) noexcept : n_threads_(static_cast<int>(n_threads)) {}
  void arrive_and_wait() noexcept;

 private:
  const int n_threads_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<int> phase_{0};
};

/// Waits until `word` differs from `old`: spinning first, then asleep. Acquires what the writer released.
void wait_while_equal(const std::atomic<int>& word, int old) noexcept;

/// One thread's view of its team.
class Team {
 public:
  Team(unsigned rank, unsigned size, Barrier* barrier) noexcept
      : rank_(rank), size_(size), barrier_(barrier) {}

  unsigned rank() const noexcept { return rank_; }
  unsigned size() const noexcept { return size_; }

  /// This thread's contiguous share of n items, in whole multiples of `grain` but for the last. Depends on
  /// nothing but the arguments, so the same thread touches the same memory each time.
  Range split(std::size_t n, std::size_t grain = 1) const noexcept {
    const std::size_t n_grains = (n + grain - 1) / grain;
    const auto edge = [&](std::size_t i) {
      const std::size_t at = n_grains * i / size_ * grain;
      return at < n ? at : n;
    };
    return {edge(rank_), edge(rank_ + 1)};
  }

  /// Waits for the others; what each wrote before is visible to all after.
  void barrier() noexcept {
    if (size_ > 1) barrier_->arrive_and_wait();
  }

 private:
  unsigned rank_;
  unsigned size_;
  Barrier* barrier_;
};

}  // namespace linnet
