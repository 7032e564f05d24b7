#include "base/file_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "base/utf8.h"

namespace linnet {
namespace {

Error system_error(const std::string& name, std::string_view what, int number) {
  const ErrorCode code = number == ENOENT || number == ENOTDIR ? ErrorCode::kNotFound
                         : number == ENOMEM                    ? ErrorCode::kOutOfMemory
                                                               : ErrorCode::kIo;
  return fail(code, "{}: cannot {} the file: {}", name, what, std::generic_category().message(number));
}

}  // namespace

void fault_in(std::span<const std::byte> part) noexcept {
#ifdef MADV_POPULATE_READ  // Linux 5.14
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t before = reinterpret_cast<std::uintptr_t>(part.data()) % page;
  auto* const begin = const_cast<std::byte*>(part.data()) - before;
  ::madvise(begin, before + part.size(), MADV_POPULATE_READ);
#else
  (void)part;
#endif
}

Result<FileMap> FileMap::open(const std::filesystem::path& path) {
  const std::string name = utf8::printable(path.string(), 1024);
  // O_NONBLOCK: opening a pipe must not wait for its writer. Regular files do not care.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return system_error(name, "open", errno);
  FileMap map(descriptor, name);

  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return system_error(name, "examine", errno);
  if (S_ISDIR(status.st_mode)) return fail(ErrorCode::kIo, "{}: a directory, but a file was wanted", name);
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kIo, "{}: a pipe or device, but only a regular file can be mapped", name);
  }
  if (status.st_size == 0) return map;
  if (static_cast<std::uintmax_t>(status.st_size) > PTRDIFF_MAX) return system_error(name, "map", ENOMEM);

  const auto n_bytes = static_cast<std::size_t>(status.st_size);
  void* const data = ::mmap(nullptr, n_bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (data == MAP_FAILED) return system_error(name, "map", errno);
  map.bytes_ = {static_cast<const std::byte*>(data), n_bytes};
  return map;
}

FileMap::FileMap(FileMap&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      bytes_(std::exchange(other.bytes_, {})) {}

FileMap& FileMap::operator=(FileMap&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(name_, other.name_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

FileMap::~FileMap() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> FileMap::read(std::size_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error(name_, "read", errno);
    if (n == 0) {
      return fail(ErrorCode::kIo, "{}: the file ends after {} bytes, but had {} when it was opened", name_,
                  offset, bytes_.size());
    }
    offset += static_cast<std::size_t>(n);
    out = out.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> FileMap::keep(std::size_t n_bytes) {
  if (n_bytes == 0) return {};
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t whole = std::min((n_bytes + page - 1) / page * page, bytes_.size());
  void* const memory = ::mmap(const_cast<std::byte*>(bytes_.data()), whole, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (memory == MAP_FAILED) return system_error(name_, "make room for the beginning of", errno);
  return read(0, {static_cast<std::byte*>(memory), whole});
}

}  // namespace linnet
