#include "gguf/checks.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/utf8.h"
#include "gguf/format.h"
#include "quant/packed.h"
#include "quant/tile.h"

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
  std::uint64_t n_bytes = type.block_bytes;
  const auto multiply = [&](std::uint64_t factor) {
    const bool fits = n_bytes <= std::numeric_limits<std::int64_t>::max() / factor;
    if (fits) n_bytes *= factor;
    return fits;
  };
  if (multiply(shape[0] / type.block_columns) && std::ranges::all_of(shape.subspan(1), multiply)) {
    return n_bytes;
  }
  return fail(ErrorCode::kCorrupt, "shape {} in {} is more bytes than an address can count",
              fmt::join(shape, " x "), type.name);
}

Result<std::uint64_t> packed_tensor_bytes(const WeightTypeInfo& type, std::span<const std::uint64_t> shape) {
  LINNET_TRY(const std::uint64_t n_bytes, tensor_bytes(type, shape));
  const quant::PackedFormat* const format = quant::find_packed_format(type.type);
  if (format == nullptr) return fail(ErrorCode::kCorrupt, "{} tensors are never packed", type.name);
  if (shape[0] % format->tile_columns != 0) {
    return fail(ErrorCode::kCorrupt, "{} columns are not a multiple of the {} that make a packed tile of {}",
                shape[0], format->tile_columns, type.name);
  }
  // A single row takes a whole group, and a tile less than twice the bytes of its 16 blocks.
  if (n_bytes > std::numeric_limits<std::int64_t>::max() / (2 * quant::kTileRows)) {
    return fail(ErrorCode::kCorrupt, "shape {} in packed {} is more bytes than an address can count",
                fmt::join(shape, " x "), type.name);
  }
  std::uint64_t n_rows = 1;
  for (const std::uint64_t length : shape.subspan(1)) n_rows *= length;
  const std::uint64_t n_groups = (n_rows + quant::kTileRows - 1) / quant::kTileRows;
  return n_groups * (shape[0] / format->tile_columns) * format->tile_bytes;
}

Result<void> check_alignment(std::uint64_t alignment) {
  if (std::has_single_bit(alignment) && alignment >= kMinAlignment && alignment <= kMaxAlignment) return {};
  return fail(ErrorCode::kCorrupt, "an alignment of {}, but a power of two from {} to {} was wanted",
              alignment, kMinAlignment, kMaxAlignment);
}

}  // namespace linnet::gguf
