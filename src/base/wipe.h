// Overwriting memory that held something private.
#pragma once

#include <cstddef>
#include <cstring>

namespace linnet {

/// Sets n bytes to zero, in a way that the compiler must not leave out although nobody reads them again.
inline void wipe(void* memory, std::size_t n) noexcept {
  if (n != 0) std::memset(memory, 0, n);
  asm volatile("" : : "r"(memory) : "memory");
}

}  // namespace linnet
