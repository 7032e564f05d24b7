// A file mapped for reading. Owns the mapping and the open file; movable. Threads may read it concurrently.
// The system kills a process that touches mapped pages which somebody has since cut off the file: read() and
// keep() are for those who do not want to depend on that.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "base/fail.h"

namespace linnet {

/// Has the system map the pages of `part` at once, reading what is not in memory yet, instead of one by one
/// as they are touched. A wish: nothing changes where the system does not know it or the pages are gone.
void fault_in(std::span<const std::byte> part) noexcept;

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
  /// Copies the bytes from `offset` on, from the file and not through the mapping. Error: kIo, also where the
  /// file is shorter than it was. Requires offset + out.size() <= bytes().size().
  Result<void> read(std::size_t offset, std::span<std::byte> out) const;
  /// Puts memory of our own, with the same bytes, in place of the first n_bytes of the mapping: addresses
  /// stay, and what happens to the file no longer matters to them. Errors: kIo, kOutOfMemory.
  Result<void> keep(std::size_t n_bytes);

 private:
  FileMap(int descriptor, std::string name) noexcept : descriptor_(descriptor), name_(std::move(name)) {}
  int descriptor_ = -1;
  std::string name_;
  std::span<const std::byte> bytes_;
};

}  // namespace linnet
