#include "cli/new_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "cli/command.h"

namespace linnet::cli {

NewFile::NewFile(std::filesystem::path path)
    : path_(std::move(path)), temporary_(fmt::format("{}.{}.part", path_.string(), getpid())) {
  if (std::filesystem::is_directory(path_))
    fail(ErrorCode::kIo, fmt::format("{} is a folder", path_.string()));
  file_ = std::fopen(temporary_.c_str(), "wbx");
  if (file_ == nullptr) fail_to_write();
}

NewFile::~NewFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void NewFile::fail_to_write() const {
  fail(ErrorCode::kIo, fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
}

void NewFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail_to_write();
}

void NewFile::commit() {
  if (std::fflush(file_) != 0 || fsync(fileno(file_)) != 0) fail_to_write();
  std::error_code error;
  std::filesystem::rename(temporary_, path_, error);
  if (error) fail(ErrorCode::kIo, fmt::format("cannot write {}: {}", path_.string(), error.message()));
  std::fclose(std::exchange(file_, nullptr));
}

}  // namespace linnet::cli
