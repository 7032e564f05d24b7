#include "base/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/utf8.h"

namespace linnet {

OutputFile::OutputFile(int descriptor, std::filesystem::path path, std::filesystem::path temporary) noexcept
    : descriptor_(descriptor), path_(std::move(path)), temporary_(std::move(temporary)) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})) {}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<OutputFile> OutputFile::create(const std::filesystem::path& path) {
  // Process and count make the name unique among those who write to this folder now.
  static std::atomic<unsigned> count{0};
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return fail(ErrorCode::kIo, "{}: is a folder or a device, which no file can replace",
                utf8::printable(path.string(), 1024));
  }
  const auto target = std::filesystem::exists(status) ? std::filesystem::canonical(path, ignored) : path;
  std::filesystem::path temporary = target;
  temporary += fmt::format(".partial-{}-{}", ::getpid(), count.fetch_add(1));
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    const int number = errno;
    return fail(number == ENOENT || number == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kIo,
                "{}: cannot create a file in this folder: {}", utf8::printable(path.string(), 1024),
                std::generic_category().message(number));
  }
  return OutputFile(descriptor, target, std::move(temporary));
}

Error OutputFile::failed(std::string_view what, int number) const {
  return fail(ErrorCode::kIo, "{}: cannot {} the file: {}; nothing was kept",
              utf8::printable(path_.string(), 1024), what, std::generic_category().message(number));
}

Result<void> OutputFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n_written = ::write(descriptor_, bytes.data(), bytes.size());
    if (n_written < 0 && errno == EINTR) continue;
    if (n_written < 0) return failed("write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(n_written));
  }
  return {};
}

Result<void> OutputFile::commit() {
  if (::fsync(descriptor_) != 0) return failed("write", errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) return failed("close", errno);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return failed("rename", errno);
  temporary_.clear();
  return {};
}

}  // namespace linnet
