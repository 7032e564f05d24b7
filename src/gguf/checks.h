// What must hold of a name and of a tensor's shape, for reader and writer alike. Errors are phrases that the
// caller puts behind the file's and the thing's name. Functions of their arguments alone.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/fail.h"
#include "base/weight_type.h"

namespace linnet::gguf {

/// A key or a tensor's name: 1 to kMaxNameBytes bytes of UTF-8 without control characters. Error: kCorrupt.
Result<void> check_name(std::string_view name);

/// Bytes of a tensor of `shape` (columns first). Errors: kCorrupt: 0 or more than kMaxDimensions dimensions,
/// a dimension of 0, columns that are not whole blocks, more bytes than 2^63 - 1.
Result<std::uint64_t> tensor_bytes(const WeightTypeInfo& type, std::span<const std::uint64_t> shape);

/// The same for a tensor whose rows are packed in tiles. Error: kCorrupt, also where linnet packs no such
/// type.
Result<std::uint64_t> packed_tensor_bytes(const WeightTypeInfo& type, std::span<const std::uint64_t> shape);

/// A power of two from kMinAlignment to kMaxAlignment. Error: kCorrupt.
Result<void> check_alignment(std::uint64_t alignment);

/// Bytes from `offset` to the next multiple of `alignment`.
constexpr std::uint64_t padding(std::uint64_t offset, std::uint64_t alignment) noexcept {
  return (alignment - offset % alignment) % alignment;
}

}  // namespace linnet::gguf
