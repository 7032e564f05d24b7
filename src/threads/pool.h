// A fixed set of threads that run one function together. The calling thread is rank 0. One run at a time; a
// Pool belongs to one thread at a time. Idle workers sleep.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <linnet/model.h>

#include "base/fail.h"
#include "threads/team.h"

namespace linnet {

class Pool {
 public:
  /// Starts n_threads - 1 workers. Errors: kInvalidArgument, none or more than kMaxThreads; kOutOfMemory, the
  /// system starts no more threads.
  static Result<std::unique_ptr<Pool>> create(unsigned n_threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  unsigned size() const noexcept { return n_threads_; }

  /// Calls body(Team&) on every thread, with the default floating-point environment, and returns when all are
  /// done. body must not throw.
  template <class Body>
  void run(Body&& body) noexcept {
    auto call = [](void* context, Team& team) {
      (*static_cast<std::remove_reference_t<Body>*>(context))(team);
    };
    run_job({call, const_cast<void*>(static_cast<const void*>(std::addressof(body)))});
  }

 private:
  struct Job {
    void (*call)(void* context, Team& team);
    void* context;
  };

  explicit Pool(unsigned n_threads) noexcept : n_threads_(n_threads), barrier_(n_threads) {}
  void run_job(Job job) noexcept;
  void work(unsigned rank) noexcept;

  const unsigned n_threads_;
  Barrier barrier_;
  Job job_{};
  std::atomic<int> generation_{0};  // bumped for each job; negative: leave
  std::vector<std::thread> workers_;
};

}  // namespace linnet
