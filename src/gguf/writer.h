// Writes GGUF files (version 3, little-endian), in memory or to disk. A Writer owns its metadata and names;
// tensors' bytes are the caller's and must outlive it. For one thread at a time.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/byte_reader.h"
#include "base/fail.h"
#include "base/weight_type.h"
#include "gguf/format.h"

namespace linnet::gguf {

/// The ValueType of a C++ type: integers by width and sign, float, double, bool, and whatever reads as a
/// string.
template <class T>
constexpr ValueType value_type_of() noexcept {
  if constexpr (std::is_same_v<T, bool>)
    return ValueType::kBool;
  else if constexpr (std::is_same_v<T, float>)
    return ValueType::kF32;
  else if constexpr (std::is_same_v<T, double>)
    return ValueType::kF64;
  else if constexpr (std::is_integral_v<T>) {
    constexpr ValueType of_signed[] = {ValueType::kI8, ValueType::kI16, ValueType::kI32, ValueType::kI64};
    constexpr ValueType of_unsigned[] = {ValueType::kU8, ValueType::kU16, ValueType::kU32, ValueType::kU64};
    constexpr int log_bytes = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return std::is_signed_v<T> ? of_signed[log_bytes] : of_unsigned[log_bytes];
  } else {
    static_assert(std::convertible_to<const T&, std::string_view>, "GGUF has no such value");
    return ValueType::kString;
  }
}

/// Bytes as GGUF lays them out: little-endian numbers, strings after their length.
class ByteBuilder {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> ByteBuilder& append(T value) { return append_raw(to_little(value)); }
  ByteBuilder& append(std::string_view text) {
    append(static_cast<std::uint64_t>(text.size()));
    return append_raw(std::as_bytes(std::span(text)));
  }
  ByteBuilder& append_raw(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  const std::vector<std::byte>& bytes() const noexcept { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

class Writer {
 public:
  /// Every tensor starts at a multiple of `alignment` bytes, which the file notes where it is not
  /// kDefaultAlignment.
  explicit Writer(std::uint32_t alignment = kDefaultAlignment) : alignment_(alignment) {}

  /// Adds a value under `key`, with the GGUF type that its C++ type has.
  template <class T>
  void add(std::string_view key, const T& value) {
    begin_entry(key, value_type_of<std::decay_t<T>>());
    entries_.append(value);
  }

  /// Adds an array of numbers, booleans or strings.
  template <std::ranges::sized_range Range>
  void add_array(std::string_view key, const Range& values) {
    begin_entry(key, ValueType::kArray);
    entries_.append(static_cast<std::uint32_t>(value_type_of<std::ranges::range_value_t<Range>>()));
    entries_.append(static_cast<std::uint64_t>(std::ranges::size(values)));
    for (const auto& value : values) entries_.append(value);
  }

  /// Adds a value of that type as the bytes that stand for it in a file, e.g. Entry::bytes.
  void add_raw(std::string_view key, ValueType type, std::span<const std::byte> bytes) {
    begin_entry(key, type);
    entries_.append_raw(bytes);
  }

  /// Adds a tensor: its shape with the contiguous dimension (the columns) first, and its bytes, which must
  /// outlive the Writer.
  void add_tensor(std::string_view name, WeightType type, std::span<const std::uint64_t> shape,
                  std::span<const std::byte> bytes);

  /// Where pieces of a file go, and what produces the pieces of one tensor in their order, once for each
  /// time that the file is written. Both pass errors on.
  using Sink = std::function<Result<void>(std::span<const std::byte>)>;
  using Source = std::function<Result<void>(const Sink&)>;

  /// Adds a tensor that does not stand in memory; `is_packed` as Tensor::is_packed.
  void add_tensor(std::string_view name, WeightType type, bool is_packed,
                  std::span<const std::uint64_t> shape, Source source);

  /// The whole file. Error: kInvalidArgument: a name that GGUF does not allow or that occurs twice, a tensor
  /// whose bytes do not fit its type and shape, an alignment that GGUF does not allow or that was added as a
  /// key.
  Result<std::vector<std::byte>> to_bytes() const;

  /// Writes the file; on an error `path` is as it was before. Errors: as to_bytes(); kNotFound, no such
  /// folder; kIo; what a source gave.
  Result<void> write(const std::filesystem::path& path) const;

 private:
  struct TensorEntry {
    std::string name;
    WeightType type;
    bool is_packed;
    std::vector<std::uint64_t> shape;
    Source source;

    Result<std::uint64_t> n_bytes() const;
  };

  void begin_entry(std::string_view key, ValueType type) {
    keys_.emplace_back(key);
    entries_.append(key).append(static_cast<std::uint32_t>(type));
  }

  Result<void> check() const;
  Result<std::vector<std::byte>> header() const;
  Result<void> emit(const Sink& sink) const;

  std::uint32_t alignment_;
  std::vector<std::string> keys_;
  ByteBuilder entries_;  // as they stand in the file
  std::vector<TensorEntry> tensors_;
};

}  // namespace linnet::gguf
