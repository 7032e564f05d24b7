#include "cli/npy.h"

#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "cli/command.h"

namespace linnet::cli {

static_assert(std::endian::native == std::endian::little, "the header below says little-endian");

NpyWriter::NpyWriter(std::filesystem::path path, std::size_t n_rows, std::size_t n_columns)
    : path_(std::move(path)), temporary_(fmt::format("{}.{}.part", path_.string(), getpid())) {
  if (std::filesystem::is_directory(path_))
    fail(ErrorCode::kIo, fmt::format("{} is a folder", path_.string()));
  file_ = std::fopen(temporary_.c_str(), "wbx");
  if (file_ == nullptr) fail_to_write();
  std::string header =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", n_rows, n_columns);
  // Ten bytes stand before the header, and together they must fill a multiple of 64.
  header.append(64 - (10 + header.size() + 1) % 64, ' ');
  header += '\n';
  const char preamble[] = {'\x93',
                           'N',
                           'U',
                           'M',
                           'P',
                           'Y',
                           1,
                           0,
                           static_cast<char>(header.size() & 0xff),
                           static_cast<char>(header.size() >> 8)};
  put(preamble, sizeof preamble);
  put(header.data(), header.size());
}

NpyWriter::~NpyWriter() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void NpyWriter::fail_to_write() const {
  fail(ErrorCode::kIo, fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
}

void NpyWriter::put(const void* data, std::size_t n_bytes) {
  if (std::fwrite(data, 1, n_bytes, file_) != n_bytes) fail_to_write();
}

void NpyWriter::write(std::span<const float> row) { put(row.data(), row.size_bytes()); }

void NpyWriter::commit() {
  if (std::fflush(file_) != 0 || fsync(fileno(file_)) != 0) fail_to_write();
  std::error_code error;
  std::filesystem::rename(temporary_, path_, error);
  if (error) fail(ErrorCode::kIo, fmt::format("cannot write {}: {}", path_.string(), error.message()));
  std::fclose(std::exchange(file_, nullptr));
}

}  // namespace linnet::cli
