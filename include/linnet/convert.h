/// \file
/// Files made from files. Nothing here keeps state, so any thread may call at any time.
#pragma once

#include <filesystem>
#include <functional>

#include <linnet/result.h>

namespace linnet {

/// How pack() writes.
struct PackOptions {
  /// Whether to replace a file that has the new one's name.
  bool overwrite = false;
  /// Called now and then with the fraction done, 0 to 1, on the calling thread; false gives up with
  /// kCancelled.
  std::function<bool(double fraction)> progress{};
};

/// Writes the model of the GGUF file `in` to `out` in the form that linnet computes with, about as large.
/// Model::load() then maps that file instead of reading it: it is ready at once, its pages come into memory
/// as they are used and are shared by all processes that use them, and the results are the same bit for bit.
/// Only a linnet with the same layout of packed tensors reads it, so keep the original. Nobody may cut the
/// file short or write to it while a model uses it; removing or replacing it is harmless.
///
/// `out` appears when it is whole, or not at all. Errors: as for Model::load(); kInvalidArgument, `in` is
/// packed already, or `out` exists and is not to be replaced or is `in` itself; kIo, e.g. a full disk.
LINNET_API Result<void> pack(const std::filesystem::path& in, const std::filesystem::path& out,
                             const PackOptions& options = {});

}  // namespace linnet
