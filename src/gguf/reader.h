// Reads a GGUF file (versions 2 and 3, little-endian) and checks everything before anyone sees it: counts,
// lengths, offsets, alignment, types, overlaps, with arithmetic that cannot wrap. A File owns its mapping;
// tensors, keys and strings are views into it. Immutable, so threads may share it. Keys and strings are kept
// in memory; a tensor's `data` is the mapped file itself, which nobody may cut short while it is used: the
// system kills a process that touches pages which are gone. File::read() is free of that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/file_map.h"
#include "base/weight_type.h"
#include "gguf/metadata.h"

namespace linnet::gguf {

/// One tensor. GGUF lists the contiguous dimension first: shape[0] is the number of columns, shape[1] of
/// rows.
struct Tensor {
  std::string_view name;
  WeightType type;
  bool is_packed = false;  ///< `data` are tiles of 16 rows (quant/packed.h) rather than rows of blocks.
  std::uint32_t n_dims = 0;
  std::uint64_t shape[kMaxDimensions] = {1, 1, 1, 1};  ///< Unused dimensions are 1.
  std::span<const std::byte> data;                     ///< Inside the mapping, aligned as the file says.

  std::size_t n_columns() const noexcept { return static_cast<std::size_t>(shape[0]); }
  std::size_t n_rows() const noexcept { return static_cast<std::size_t>(shape[1] * shape[2] * shape[3]); }
  std::uint64_t n_elements() const noexcept { return shape[0] * shape[1] * shape[2] * shape[3]; }
};

class File {
 public:
  /// Errors: kNotFound, kIo; kCorrupt, the file contradicts itself or is no GGUF file; kUnsupported, a
  /// version, byte order, tensor type, split over several files or layout of packed tensors that linnet does
  /// not read; kOutOfMemory.
  static Result<std::unique_ptr<File>> open(const std::filesystem::path& path);
  /// The same from memory that outlives the File; `name` stands for the path in errors. For tests and
  /// fuzzing.
  static Result<std::unique_ptr<File>> parse(std::span<const std::byte> bytes, std::string_view name);

  const Metadata& metadata() const noexcept { return metadata_; }
  std::span<const Tensor> tensors() const noexcept { return tensors_; }
  /// The tensor called `name`, or null.
  const Tensor* find(std::string_view name) const noexcept;
  std::uint64_t n_bytes() const noexcept { return bytes_.size(); }
  std::uint32_t version() const noexcept { return version_; }
  const std::string& name() const noexcept { return metadata_.file(); }
  /// Whether linnet wrote it with packed tensors.
  bool is_packed() const noexcept { return metadata_.has(kPackedLayoutKey); }
  /// Copies `part` of a tensor's data to `out`, from the file and not through the mapping. Error: kIo, also
  /// where the file is shorter than it was.
  Result<void> read(std::span<const std::byte> part, std::byte* out) const;

 private:
  friend class Parser;
  FileMap map_;  // nothing after parse()
  std::span<const std::byte> bytes_;
  std::size_t n_header_bytes_ = 0;  // all before the first tensor's data
  std::uint32_t version_ = 0;
  Metadata metadata_;
  std::vector<Tensor> tensors_;
  std::unordered_map<std::string_view, std::size_t> tensor_index_;
};

}  // namespace linnet::gguf
