// A file that appears whole or not at all.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string_view>

namespace linnet::cli {

/// Written under a temporary name beside `path`, which it takes in commit(), replacing a file that has it;
/// without commit() nothing is left. A symbolic link stays and its target is replaced; a device or a pipe
/// stays what it is and is written to directly. Members throw linnet::Exception (kIo).
class NewFile {
 public:
  explicit NewFile(std::filesystem::path path);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view bytes);
  void commit();

 private:
  [[noreturn]] void fail_to_write() const;

  std::filesystem::path path_, temporary_;  // temporary_ is empty for a device or a pipe
  std::FILE* file_;
};

}  // namespace linnet::cli
