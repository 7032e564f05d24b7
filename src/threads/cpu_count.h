// How many threads are worth starting here.
#pragma once

namespace linnet {

/// The physical cores among the CPUs that this process may run on, at most the CPU quota of its control
/// group. Never 0. Reads /sys and /proc where there are any; elsewhere it is the number of hardware threads.
unsigned count_usable_cores() noexcept;

}  // namespace linnet
