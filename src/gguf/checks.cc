#include "gguf/checks.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/utf8.h"
#include "gguf/format.h"

namespace linnet::gguf {

Result<void> check_name(std::string_view name) {
  if (name.empty()) return fail(ErrorCode::kCorrupt, "the name is empty");
  if (name.size() > kMaxNameBytes) {
    return fail(ErrorCode::kCorrupt, "the name has {} bytes; GGUF allows at most {}", name.size(),
                kMaxNameBytes);
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(name.begin(), name.end(), is_control)) {
    return fail(ErrorCode::kCorrupt, "the name holds a control character");
  }
  if (!utf8::is_valid(name)) return fail(ErrorCode::kCorrupt, "the name is not UTF-8");
  return {};
}

Result<std::uint64_t> tensor_bytes(const WeightTypeInfo& type, std::span<const std::uint64_t> shape) {
  if (shape.empty() || shape.size() > kMaxDimensions) {
    return fail(ErrorCode::kCorrupt, "{} dimensions, but 1 to {} were wanted", shape.size(), kMaxDimensions);
  }
  if (std::find(shape.begin(), shape.end(), 0u) != shape.end()) {
    return fail(ErrorCode::kCorrupt, "shape {}: a dimension is 0, so there is nothing in it",
                fmt::join(shape, " x "));
  }
  if (shape[0] % type.block_columns != 0) {
    return fail(ErrorCode::kCorrupt, "{} columns are not a multiple of the {} that make a block of {}",
                shape[0], type.block_columns, type.name);
  }
  std::uint64_t n_bytes = shape[0] / type.block_columns, most = std::numeric_limits<std::int64_t>::max();
  const std::uint64_t factors[] = {type.block_bytes, shape.size() > 1 ? shape[1] : 1,
                                   shape.size() > 2 ? shape[2] : 1, shape.size() > 3 ? shape[3] : 1};
  for (const std::uint64_t factor : factors) {
    if (n_bytes > most / factor) {
      return fail(ErrorCode::kCorrupt, "shape {} in {} is more bytes than an address can count",
                  fmt::join(shape, " x "), type.name);
    }
    n_bytes *= factor;
  }
  return n_bytes;
}

Result<void> check_alignment(std::uint64_t alignment) {
  if (std::has_single_bit(alignment) && alignment >= kMinAlignment && alignment <= kMaxAlignment) return {};
  return fail(ErrorCode::kCorrupt, "an alignment of {}, but a power of two from {} to {} was wanted",
              alignment, kMinAlignment, kMaxAlignment);
}

}  // namespace linnet::gguf
