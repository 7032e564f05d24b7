#include "base/file_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <system_error>
#include <utility>

#include "base/utf8.h"

namespace linnet {
namespace {

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

Error system_error(const std::string& name, std::string_view what, int number) {
  const ErrorCode code = number == ENOENT || number == ENOTDIR ? ErrorCode::kNotFound
                         : number == ENOMEM                    ? ErrorCode::kOutOfMemory
                                                               : ErrorCode::kIo;
  return fail(code, "{}: cannot {} the file: {}", name, what, std::generic_category().message(number));
}

}  // namespace

Result<FileMap> FileMap::open(const std::filesystem::path& path) {
  const std::string name = utf8::printable(path.string(), 1024);
  // O_NONBLOCK: opening a pipe must not wait for its writer. Regular files do not care.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number < 0) return system_error(name, "open", errno);

  struct stat status {};
  if (::fstat(file.number, &status) != 0) return system_error(name, "examine", errno);
  if (S_ISDIR(status.st_mode)) return fail(ErrorCode::kIo, "{}: a directory, but a file was wanted", name);
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kIo, "{}: a pipe or device, but only a regular file can be mapped", name);
  }
  if (status.st_size == 0) return FileMap{};
  if (static_cast<std::uintmax_t>(status.st_size) > PTRDIFF_MAX) return system_error(name, "map", ENOMEM);

  const auto n_bytes = static_cast<std::size_t>(status.st_size);
  void* const data = ::mmap(nullptr, n_bytes, PROT_READ, MAP_PRIVATE, file.number, 0);
  if (data == MAP_FAILED) return system_error(name, "map", errno);
  return FileMap({static_cast<const std::byte*>(data), n_bytes});
}

FileMap::FileMap(FileMap&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

FileMap& FileMap::operator=(FileMap&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

FileMap::~FileMap() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void FileMap::release(std::span<const std::byte> part) const noexcept {
  // On memory that is not a mapped file MADV_DONTNEED would destroy what it holds.
  const std::byte* const end = part.data() + part.size();
  if (std::less{}(part.data(), bytes_.data()) || std::less{}(bytes_.data() + bytes_.size(), end)) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t first = (reinterpret_cast<std::uintptr_t>(part.data()) + page - 1) / page * page;
  const std::uintptr_t last = reinterpret_cast<std::uintptr_t>(end) / page * page;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

}  // namespace linnet
