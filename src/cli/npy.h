// NumPy's file format 1.0: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "cli/new_file.h"

namespace linnet::cli {

/// Writes a float32 array of shape (n_rows, n_columns) row by row, under a temporary name that becomes `path`
/// in commit(); without it nothing is left. Members throw linnet::Exception (kIo).
class NpyWriter {
 public:
  NpyWriter(std::filesystem::path path, std::size_t n_rows, std::size_t n_columns);

  void write(std::span<const float> row);
  void commit() { file_.commit(); }

 private:
  NewFile file_;
};

}  // namespace linnet::cli
