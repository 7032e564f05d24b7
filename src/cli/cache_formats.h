// The one list of what keys and values can be stored as, by the names that users write.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <linnet/session.h>

namespace linnet::cli {

struct CacheFormatRow {
  const char* name;
  CacheFormat format;
  double element_bytes;  ///< Bytes that one element takes, scales included.
};

/// Every format; a new one of CacheFormat is a row here.
std::span<const CacheFormatRow> cache_formats() noexcept;
/// The names, for help and for checks.
std::vector<std::string> cache_format_names();
/// The row called `name`. Throws UsageError if there is none.
const CacheFormatRow& cache_format(const std::string& name);

}  // namespace linnet::cli
