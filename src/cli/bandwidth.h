// How fast memory can be read: the roof that generating text works under, since every token reads every
// weight once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace linnet::cli {

/// A buffer far larger than the caches, in large pages as weights are, and the best that plain reading of it
/// reaches: each measurement tries one, two, four and eight streams a thread, with and without prefetching,
/// and gives the fastest. One thread at a time.
class ReadBandwidth {
 public:
  /// Takes 1 GiB, or a quarter of the available memory if that is less, but at least `n_small` bytes.
  /// `n_threads` touch it first. Throws linnet::Exception (kOutOfMemory).
  ReadBandwidth(std::size_t n_small, unsigned n_threads);

  /// Bytes a second out of memory, read by `n_threads` together. Touches the whole buffer once.
  double of_memory(unsigned n_threads) const;
  /// Bytes a second for reading the same `n_small` bytes again and again: as from memory, unless the caches
  /// keep some of them.
  double of_small(unsigned n_threads) const;

 private:
  struct Unmap {
    std::size_t n_bytes;
    void operator()(std::byte* memory) const noexcept;
  };

  std::size_t n_small_;
  std::size_t n_bytes_;
  std::unique_ptr<std::byte, Unmap> memory_;
};

}  // namespace linnet::cli
