// One piece of memory for everything that a session computes with, laid out once: first measured, then handed
// out.
#pragma once

#include <cstddef>
#include <type_traits>

#include "base/aligned_buffer.h"

namespace linnet {

/// Hands out aligned arrays from a buffer. Without a buffer it only counts, so one layout function serves
/// both passes:
///
///     Arena measure;            layout(measure);
///     buffer = allocate(measure.n_bytes());
///     Arena arena(buffer);      layout(arena);
class Arena {
 public:
  Arena() = default;
  explicit Arena(const AlignedBuffer& buffer) noexcept : base_(buffer.data()) {}

  /// `count` elements, zero as long as nobody wrote to them; null while measuring.
  template <class T>
  T* take(std::size_t count) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= AlignedBuffer::kAlignment);
    constexpr std::size_t kMask = AlignedBuffer::kAlignment - 1;
    T* result = base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + n_bytes_);
    n_bytes_ += (count * sizeof(T) + kMask) & ~kMask;
    return result;
  }

  std::size_t n_bytes() const noexcept { return n_bytes_; }

 private:
  std::byte* base_ = nullptr;
  std::size_t n_bytes_ = 0;
};

}  // namespace linnet
