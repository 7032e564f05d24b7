#include "tests/engine/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> count{0};
std::atomic<std::size_t> total{0};
thread_local bool refused = false;

}  // namespace

// The sanitizers bring their own and want to see them used: there nothing is counted.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// These replace the whole program's; the other forms of new and delete come here by default.
void* operator new(std::size_t n_bytes) {
  count.fetch_add(1, std::memory_order_relaxed);
  total.fetch_add(n_bytes, std::memory_order_relaxed);
  void* const memory = refused ? nullptr : std::malloc(n_bytes == 0 ? 1 : n_bytes);
  if (memory != nullptr) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace linnet::testing {

NoMemory::NoMemory() noexcept { refused = true; }
NoMemory::~NoMemory() { refused = false; }

Allocations allocations() noexcept { return {count.load(), total.load()}; }

}  // namespace linnet::testing
