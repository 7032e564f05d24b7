// A file mapped for reading. Owns the mapping; movable. Reading concurrently is safe.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "base/fail.h"

namespace linnet {

class FileMap {
 public:
  FileMap() = default;
  /// Maps the whole of a regular file. An empty file gives an empty span. Errors: kNotFound, kIo.
  static Result<FileMap> open(const std::filesystem::path& path);
  FileMap(FileMap&& other) noexcept;
  FileMap& operator=(FileMap&& other) noexcept;
  ~FileMap();

  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  /// Drops the resident pages that lie wholly inside `part`; they are read again from the file if touched.
  static void release(std::span<const std::byte> part) noexcept;

 private:
  explicit FileMap(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}
  std::span<const std::byte> bytes_;
};

}  // namespace linnet
