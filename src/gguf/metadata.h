// Typed access to a GGUF file's metadata. Metadata owns its small values; strings and number arrays are views
// into the mapped file, which must outlive it. Immutable after reading, so threads may share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/fail.h"
#include "gguf/format.h"

namespace linnet::gguf {

/// An array of numbers or booleans: `count` packed little-endian elements of `type`, possibly unaligned in
/// the file.
struct NumberArray {
  ValueType type;
  std::size_t count;
  const std::byte* data;

  /// Element i as the widest type of its kind. Requires i < count and a type of that kind (integer and bool,
  /// or float). A u64 above 2^63 - 1 comes out negative.
  std::int64_t integer(std::size_t i) const noexcept;
  double real(std::size_t i) const noexcept;
};

using StringArray = std::vector<std::string_view>;

/// One value: bool, signed, unsigned, float, string, or an array of them (arrays of arrays are refused on
/// reading).
using Value =
    std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view, NumberArray, StringArray>;

struct Entry {
  std::string_view key;
  ValueType type;  ///< As in the file; kArray for both kinds of array.
  Value value;
  std::span<const std::byte> bytes{};  ///< The value as it stands in the file, after the type.
};

class Metadata {
 public:
  Metadata() = default;
  /// `file` names the file in errors. Error: kCorrupt, a key twice.
  static Result<Metadata> from_entries(std::string file, std::vector<Entry> entries);

  /// The value under `key`, or null.
  const Value* find(std::string_view key) const noexcept;
  bool has(std::string_view key) const noexcept { return find(key) != nullptr; }

  /// The value under `key`. Errors: kNotFound; kCorrupt, another type, or outside [minimum, maximum], as NaN
  /// is; the message names file, key, what was found and what was wanted. Integers of any width and sign are
  /// accepted as integers, but not booleans; floats of both widths as reals.
  Result<std::uint64_t> integer(std::string_view key, std::uint64_t minimum, std::uint64_t maximum) const;
  Result<double> real(std::string_view key, double minimum, double maximum) const;
  Result<bool> boolean(std::string_view key) const;
  Result<std::string_view> string(std::string_view key) const;
  Result<std::span<const std::string_view>> strings(std::string_view key) const;
  /// An array of integers (any width), of booleans or of floats, as its raw view.
  Result<NumberArray> numbers(std::string_view key) const;

  /// As above, with `fallback` where the key is absent; a wrong type or range is still an error.
  Result<std::uint64_t> integer_or(std::string_view key, std::uint64_t fallback, std::uint64_t minimum,
                                   std::uint64_t maximum) const;
  Result<double> real_or(std::string_view key, double fallback, double minimum, double maximum) const;
  Result<bool> boolean_or(std::string_view key, bool fallback) const;
  Result<std::string_view> string_or(std::string_view key, std::string_view fallback) const;

  /// All entries in the file's order.
  std::span<const Entry> entries() const noexcept { return entries_; }
  /// The file's name, for messages.
  const std::string& file() const noexcept { return file_; }

 private:
  Result<const Entry*> require(std::string_view key, std::string_view wanted) const;
  Error mismatch(const Entry& entry, std::string_view wanted) const;

  std::string file_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

/// A value as a person reads it: strings quoted and cut, arrays shortened to their first elements.
std::string describe(const Value& value);
/// E.g. "u32", "string", "array of f32 (49152)".
std::string type_name(const Entry& entry);

}  // namespace linnet::gguf
