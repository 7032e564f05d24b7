#include "threads/pool.h"

#include <system_error>

#include "base/float_environment.h"

namespace linnet {

Result<std::unique_ptr<Pool>> Pool::create(unsigned n_threads) {
  if (n_threads == 0 || n_threads > kMaxThreads) {
    return fail(ErrorCode::kInvalidArgument, "{} threads were asked for; 1 to {} are possible", n_threads,
                kMaxThreads);
  }
  std::unique_ptr<Pool> pool(new Pool(n_threads));
  pool->workers_.reserve(n_threads - 1);
  try {
    for (unsigned rank = 1; rank < n_threads; ++rank) {
      pool->workers_.emplace_back([p = pool.get(), rank] { p->work(rank); });
    }
  } catch (const std::system_error& error) {
    return fail(ErrorCode::kOutOfMemory, "the system started only {} of {} threads: {}",
                pool->workers_.size() + 1, n_threads, error.what());
  }
  return pool;
}

Pool::~Pool() {
  generation_.store(-1, std::memory_order_release);
  generation_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Pool::run_job(Job job) noexcept {
  const FloatEnvironment environment;
  Team team(0, n_threads_, &barrier_);
  if (n_threads_ > 1) {
    job_ = job;
    generation_.store((generation_.load(std::memory_order_relaxed) + 1) & 0x7fffffff,
                      std::memory_order_release);
    generation_.notify_all();
  }
  job.call(job.context, team);
  team.barrier();
}

void Pool::work(unsigned rank) noexcept {
  const FloatEnvironment environment;
  Team team(rank, n_threads_, &barrier_);
  for (int seen = 0;;) {
    wait_while_equal(generation_, seen);
    seen = generation_.load(std::memory_order_acquire);
    if (seen < 0) return;
    job_.call(job_.context, team);
    team.barrier();
  }
}

}  // namespace linnet
