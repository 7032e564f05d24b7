// A file that appears whole or not at all: it is written beside its place under a temporary name and moved
// there by commit(). Without commit(), or after an error, nothing is left and what was there before stays.
// For one thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "base/fail.h"

namespace linnet {

class OutputFile {
 public:
  /// Opens a temporary file in the folder of `path`, or of the file that the symbolic link `path` names,
  /// which is then what commit() replaces. Errors: kNotFound, no such folder; kIo, e.g. `path` is a folder or
  /// a device.
  static Result<OutputFile> create(const std::filesystem::path& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) = delete;
  ~OutputFile();

  /// Appends. Error: kIo, e.g. a full disk.
  Result<void> write(std::span<const std::byte> bytes);
  /// Brings the bytes to the disk and the file to its name, replacing a file that has it. Error: kIo. The
  /// last call.
  Result<void> commit();

 private:
  OutputFile(int descriptor, std::filesystem::path path, std::filesystem::path temporary) noexcept;
  Error failed(std::string_view what, int number) const;

  int descriptor_;  // -1: closed
  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty: no longer there
};

}  // namespace linnet
