// A file mapped for reading. Owns the mapping; movable. Threads may read it concurrently. The file must not
// be cut short while it is mapped: the system kills a process that touches pages that are gone.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "base/fail.h"

namespace linnet {

class FileMap {
 public:
  FileMap() = default;
  /// Maps the whole of a regular file. An empty file gives an empty span. Errors: kNotFound; kIo, not a
  /// regular file or not to be read; kOutOfMemory, no room for it in the address space.
  static Result<FileMap> open(const std::filesystem::path& path);
  FileMap(FileMap&& other) noexcept;
  FileMap& operator=(FileMap&& other) noexcept;
  ~FileMap();

  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  /// Drops the resident pages that lie wholly inside `part`; they are read again from the file if touched.
  /// Does nothing where `part` is not of this mapping.
  void release(std::span<const std::byte> part) const noexcept;

 private:
  explicit FileMap(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}
  std::span<const std::byte> bytes_;
};

}  // namespace linnet
