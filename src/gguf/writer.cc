#include "gguf/writer.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/output_file.h"
#include "base/utf8.h"
#include "gguf/checks.h"

namespace linnet::gguf {
namespace {

/// Whether `name` is allowed and new to `seen`, which it joins. `what` says what it names.
Result<void> check_new(std::string_view what, std::string_view name,
                       std::unordered_set<std::string_view>& seen) {
  if (const auto checked = check_name(name); !checked) {
    return fail(ErrorCode::kInvalidArgument, "{} '{}': {}", what, utf8::printable(name),
                checked.error().message);
  }
  if (seen.insert(name).second) return {};
  return fail(ErrorCode::kInvalidArgument, "{} '{}' was added twice", what, utf8::printable(name));
}

}  // namespace

void Writer::add_tensor(std::string_view name, WeightType type, std::span<const std::uint64_t> shape,
                        std::span<const std::byte> bytes) {
  add_tensor(name, type, false, shape, [bytes](const Sink& sink) { return sink(bytes); });
}

void Writer::add_tensor(std::string_view name, WeightType type, bool is_packed,
                        std::span<const std::uint64_t> shape, Source source) {
  tensors_.push_back({std::string(name), type, is_packed, {shape.begin(), shape.end()}, std::move(source)});
}

Result<std::uint64_t> Writer::TensorEntry::n_bytes() const {
  const WeightTypeInfo& info = weight_type_info(type);
  const auto n_bytes = is_packed ? packed_tensor_bytes(info, shape) : tensor_bytes(info, shape);
  if (n_bytes) return n_bytes;
  return fail(ErrorCode::kInvalidArgument, "tensor '{}': {}", name, n_bytes.error().message);
}

Result<void> Writer::check() const {
  if (const auto checked = check_alignment(alignment_); !checked) {
    return Error{ErrorCode::kInvalidArgument, checked.error().message};
  }
  std::unordered_set<std::string_view> seen;
  for (const std::string& key : keys_) {
    LINNET_CHECK(check_new("key", key, seen));
    if (key != kAlignmentKey) continue;
    return fail(ErrorCode::kInvalidArgument, "key '{}' was added, but the Writer's constructor sets it", key);
  }
  seen.clear();
  for (const TensorEntry& tensor : tensors_) {
    LINNET_CHECK(check_new("tensor", tensor.name, seen));
    LINNET_CHECK(tensor.n_bytes());
  }
  return {};
}

Result<std::vector<std::byte>> Writer::header() const {
  LINNET_CHECK(check());
  const bool notes_alignment = alignment_ != kDefaultAlignment;
  ByteBuilder out;
  out.append(kMagic).append(kMaxVersion).append(static_cast<std::uint64_t>(tensors_.size()));
  out.append(static_cast<std::uint64_t>(keys_.size() + (notes_alignment ? 1 : 0)));
  if (notes_alignment) {
    out.append(kAlignmentKey).append(static_cast<std::uint32_t>(ValueType::kU32)).append(alignment_);
  }
  out.append_raw(entries_.bytes());
  std::uint64_t offset = 0;
  for (const TensorEntry& tensor : tensors_) {
    out.append(tensor.name).append(static_cast<std::uint32_t>(tensor.shape.size()));
    for (const std::uint64_t dimension : tensor.shape) out.append(dimension);
    out.append(static_cast<std::uint32_t>(tensor.type) + (tensor.is_packed ? kPackedTypes : 0));
    out.append(offset);
    LINNET_TRY(const std::uint64_t n_bytes, tensor.n_bytes());
    offset += n_bytes + padding(n_bytes, alignment_);
  }
  return out.bytes();
}

/// Passes the file to `sink` piece by piece.
Result<void> Writer::emit(const Sink& sink) const {
  static constexpr std::array<std::byte, 4096> kZeros{};
  const auto pad = [&](std::uint64_t n_bytes) -> Result<void> {
    for (std::uint64_t rest = padding(n_bytes, alignment_); rest > 0;) {
      const auto zeros = std::span(kZeros).first(std::min<std::uint64_t>(rest, kZeros.size()));
      LINNET_CHECK(sink(zeros));
      rest -= zeros.size();
    }
    return {};
  };
  LINNET_TRY(const auto before_data, header());
  LINNET_CHECK(sink(before_data));
  LINNET_CHECK(pad(before_data.size()));
  for (const TensorEntry& tensor : tensors_) {
    std::uint64_t n_given = 0;
    LINNET_CHECK(tensor.source([&](std::span<const std::byte> bytes) {
      n_given += bytes.size();
      return sink(bytes);
    }));
    LINNET_TRY(const std::uint64_t n_bytes, tensor.n_bytes());
    if (n_given != n_bytes) {
      return fail(ErrorCode::kInvalidArgument, "tensor '{}' takes {} bytes, but {} were given", tensor.name,
                  n_bytes, n_given);
    }
    LINNET_CHECK(pad(n_bytes));
  }
  return {};
}

Result<std::vector<std::byte>> Writer::to_bytes() const {
  ByteBuilder out;
  LINNET_CHECK(emit([&](std::span<const std::byte> bytes) -> Result<void> {
    return out.append_raw(bytes), Result<void>();
  }));
  return out.bytes();
}

Result<void> Writer::write(const std::filesystem::path& path) const {
  LINNET_CHECK(check());  // before a file is made for nothing
  LINNET_TRY(OutputFile file, OutputFile::create(path));
  LINNET_CHECK(emit([&](std::span<const std::byte> bytes) { return file.write(bytes); }));
  return file.commit();
}

}  // namespace linnet::gguf
