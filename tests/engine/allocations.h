// Counts what this program's threads take from the heap, all together.
#pragma once

#include <cstddef>

namespace linnet::testing {

struct Allocations {
  std::size_t count = 0;
  std::size_t n_bytes = 0;
};

/// While one exists, operator new throws std::bad_alloc on the thread that made it, except under the
/// sanitizers.
class NoMemory {
 public:
  NoMemory() noexcept;
  ~NoMemory();
  NoMemory(const NoMemory&) = delete;
  NoMemory& operator=(const NoMemory&) = delete;
};

/// Through operator new since the program started; always 0 under the sanitizers.
Allocations allocations() noexcept;

}  // namespace linnet::testing
