#include "cli/npy.h"

#include <bit>

#include <fmt/format.h>

namespace linnet::cli {

static_assert(std::endian::native == std::endian::little, "the header below says little-endian");

NpyWriter::NpyWriter(std::filesystem::path path, std::size_t n_rows, std::size_t n_columns)
    : file_(std::move(path)) {
  std::string header =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", n_rows, n_columns);
  // Ten bytes stand before the header, and together they must fill a multiple of 64.
  header.append(64 - (10 + header.size() + 1) % 64, ' ');
  header += '\n';
  std::string preamble("\x93NUMPY\x01\x00", 8);
  preamble += static_cast<char>(header.size() & 0xff);
  preamble += static_cast<char>(header.size() >> 8);
  file_.write(preamble);
  file_.write(header);
}

void NpyWriter::write(std::span<const float> row) {
  file_.write({reinterpret_cast<const char*>(row.data()), row.size_bytes()});
}

}  // namespace linnet::cli
