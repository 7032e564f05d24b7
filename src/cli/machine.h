// The machine that measures.
#pragma once

#include <cstdint>
#include <string>

namespace linnet::cli {

struct Machine {
  std::string cpu{};               ///< As the system names it; "unknown" if it does not.
  unsigned n_cores = 0;            ///< Physical cores that this process may use.
  std::uint64_t memory_bytes = 0;  ///< 0 = not known.
};

Machine this_machine();

/// Memory that new allocations can have without pushing others out, bytes; 0 = not known.
std::uint64_t available_memory();

/// The most memory that this process has ever had, bytes.
std::uint64_t peak_resident_bytes();

}  // namespace linnet::cli
