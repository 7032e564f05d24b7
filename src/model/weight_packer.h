// The copying of matrices from a file into packed form, and the mapping of those that are packed there.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "base/fail.h"
#include "gguf/reader.h"
#include "quant/packed.h"
#include "threads/pool.h"

namespace linnet {

/// A tensor to be packed, and where its row groups go: n_groups() * group_bytes() bytes.
struct PackJob {
  const gguf::Tensor* tensor;
  const quant::PackedFormat* format;
  std::byte* tiles;

  std::size_t n_groups() const noexcept;
  std::size_t group_bytes() const noexcept;
  /// Bytes in the file of the 16 rows of a group, the last of which may have fewer.
  std::size_t file_group_bytes() const noexcept;
};

/// Reads and packs row groups [begin, end) of the job into `tiles`. `rows` has room for the rows of one group
/// at least; the more it has, the fewer are the reads. Error: kIo.
Result<void> pack_groups(const gguf::File& file, const PackJob& job, std::size_t begin, std::size_t end,
                         std::span<std::byte> rows, std::byte* tiles);

/// Packs all jobs, whose tiles must stand in the order of the jobs. progress(fraction) is called on the
/// calling thread with growing fractions; false gives up. Errors: kIo, kOutOfMemory, kCancelled.
Result<void> pack_all(const gguf::File& file, std::span<const PackJob> jobs, Pool& pool,
                      const std::function<bool(double)>& progress);

/// Maps the pages of `part` of a packed file, on all threads. Errors and progress as in pack_all().
Result<void> fault_in_all(const gguf::File& file, std::span<const std::byte> part, Pool& pool,
                          const std::function<bool(double)>& progress);

}  // namespace linnet
