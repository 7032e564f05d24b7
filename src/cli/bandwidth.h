// How fast memory can be read: the roof that generating text works under, since every token reads every
// weight once.
#pragma once

namespace linnet::cli {

/// Bytes a second that `n_threads` read together from a buffer larger than the caches: the median of
/// `n_repeats` passes. Throws linnet::Exception (kOutOfMemory).
double read_bandwidth(unsigned n_threads, unsigned n_repeats);

}  // namespace linnet::cli
