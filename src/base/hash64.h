// XXH64 with seed 0, a fast 64-bit hash: finds damage and tells files apart, but does not stop somebody who
// wants to deceive. Specification: Y. Collet, "xxHash fast digest algorithm",
// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
// A plain value; one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/byte_reader.h"

namespace linnet {

class Hash64 {
 public:
  Hash64() noexcept;

  /// Appends bytes; how they are cut into calls does not matter.
  void add(std::span<const std::byte> bytes) noexcept;
  /// Appends a number, little-endian.
  template <class T>
  requires std::is_arithmetic_v<T>
  void add(T number) noexcept { add(std::span<const std::byte>(to_little(number))); }
  /// Appends a text after its length, so that two texts are not one longer.
  void add(std::string_view text) noexcept {
    add(std::uint64_t{text.size()});
    add(std::as_bytes(std::span(text)));
  }

  /// The hash of everything so far.
  std::uint64_t value() const noexcept;

 private:
  static constexpr std::size_t kStripeBytes = 32;
  void add_stripe(const std::byte* stripe) noexcept;

  std::array<std::uint64_t, 4> lanes_;
  std::array<std::byte, kStripeBytes> rest_{};  // the first n_bytes_ % kStripeBytes wait for their stripe
  std::uint64_t n_bytes_ = 0;
};

}  // namespace linnet
