// Zeroed memory aligned to 64 bytes, in one piece, straight from the system. Owns it; movable; one thread at
// a time.
#pragma once

#include <cstddef>
#include <span>

#include "base/fail.h"

namespace linnet {

class AlignedBuffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  /// Whether to ask for large pages: good for weights, which are read from end to end, wasteful for a cache
  /// that fills slowly, because untouched pages of a mapping cost nothing.
  enum class Pages { kSmall, kLarge };

  AlignedBuffer() = default;
  /// Error: kOutOfMemory, naming `what`.
  static Result<AlignedBuffer> allocate(std::size_t n_bytes, Pages pages, const char* what);
  AlignedBuffer(AlignedBuffer&& other) noexcept;
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;
  ~AlignedBuffer();

  std::byte* data() const noexcept { return bytes_.data(); }
  std::size_t size() const noexcept { return bytes_.size(); }
  /// Overwrites everything with zeros, in a way that the compiler must not leave out.
  void wipe() noexcept;

 private:
  explicit AlignedBuffer(std::span<std::byte> bytes) noexcept : bytes_(bytes) {}
  std::span<std::byte> bytes_;
};

}  // namespace linnet
