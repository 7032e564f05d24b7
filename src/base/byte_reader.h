// Little-endian numbers in bytes, and the one way to parse bytes that linnet did not write: a cursor that
// cannot leave its buffer.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

namespace linnet {

/// The little-endian number at `data`, which may be unaligned. Requires sizeof(T) readable bytes.
template <class T>
T load_little(const std::byte* data) noexcept {
  static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>, "a byte other than 0 and 1 is no bool");
  std::array<std::byte, sizeof(T)> bytes;
  std::memcpy(bytes.data(), data, sizeof(T));
  if constexpr (std::endian::native == std::endian::big) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

/// `value` as little-endian bytes.
template <class T>
std::array<std::byte, sizeof(T)> to_little(T value) noexcept {
  static_assert(std::is_arithmetic_v<T>);
  auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  if constexpr (std::endian::native == std::endian::big) std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

/// Reads a buffer, which must outlive it, from front to back. A read that would pass the end gives nothing
/// and does not move the cursor.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}

  std::size_t offset() const noexcept { return offset_; }
  std::size_t remaining() const noexcept { return bytes_.size() - offset_; }

  /// The next little-endian number.
  template <class T>
  std::optional<T> number() noexcept {
    if (sizeof(T) > remaining()) return std::nullopt;
    const T value = load_little<T>(bytes_.data() + offset_);
    offset_ += sizeof(T);
    return value;
  }

  /// The next `n_bytes` bytes, as a view into the buffer.
  std::optional<std::span<const std::byte>> bytes(std::uint64_t n_bytes) noexcept {
    if (n_bytes > remaining()) return std::nullopt;
    const auto part = bytes_.subspan(offset_, static_cast<std::size_t>(n_bytes));
    offset_ += part.size();
    return part;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t offset_ = 0;  // <= bytes_.size()
};

}  // namespace linnet
