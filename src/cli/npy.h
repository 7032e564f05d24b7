// NumPy's file format 1.0: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>

namespace linnet::cli {

/// Writes a float32 array of shape (n_rows, n_columns) row by row, under a temporary name that becomes `path`
/// in commit(); without it nothing is left. Members throw linnet::Exception (kIo).
class NpyWriter {
 public:
  NpyWriter(std::filesystem::path path, std::size_t n_rows, std::size_t n_columns);
  ~NpyWriter();
  NpyWriter(const NpyWriter&) = delete;
  NpyWriter& operator=(const NpyWriter&) = delete;

  void write(std::span<const float> row);
  void commit();

 private:
  [[noreturn]] void fail_to_write() const;
  void put(const void* data, std::size_t n_bytes);

  std::filesystem::path path_, temporary_;
  std::FILE* file_;
};

}  // namespace linnet::cli
