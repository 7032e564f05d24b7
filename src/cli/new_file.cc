#include "cli/new_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "cli/command.h"

namespace linnet::cli {

namespace {

constexpr int kMaxLinks = 40;  // as Linux follows

// What the links that `path` may name lead to; it need not exist.
std::filesystem::path follow_links(std::filesystem::path path) {
  std::error_code error;
  for (int i = 0; i < kMaxLinks && std::filesystem::is_symlink(path, error); ++i) {
    path = path.parent_path() / std::filesystem::read_symlink(path, error);
  }
  return path;
}

}  // namespace

NewFile::NewFile(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path_, ignored);
  if (std::filesystem::is_directory(status))
    fail(ErrorCode::kIo, fmt::format("{} is a folder", path_.string()));
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    file_ = std::fopen(path_.c_str(), "wb");
  } else {
    path_ = follow_links(path_);
    temporary_ = fmt::format("{}.{}.part", path_.string(), getpid());
    file_ = std::fopen(temporary_.c_str(), "wbx");
  }
  if (file_ == nullptr) fail_to_write();
}

NewFile::~NewFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
}

void NewFile::fail_to_write() const {
  fail(ErrorCode::kIo, fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
}

void NewFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail_to_write();
}

void NewFile::commit() {
  if (std::fflush(file_) != 0) fail_to_write();
  if (!temporary_.empty()) {
    if (fsync(fileno(file_)) != 0 || std::rename(temporary_.c_str(), path_.c_str()) != 0) fail_to_write();
  }
  std::fclose(std::exchange(file_, nullptr));
}

}  // namespace linnet::cli
