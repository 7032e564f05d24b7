// What keys and values can be stored as, by the names that users write.
#pragma once

#include <string>
#include <vector>

#include <linnet/model.h>
#include <linnet/session.h>

namespace linnet::cli {

/// The names of kCacheFormats, for help and for checks.
std::vector<std::string> cache_format_names();
/// The format called `name`. Throws UsageError if there is none.
const CacheFormatInfo& cache_format(const std::string& name);
/// What the keys and values of one token take in one layer.
double cache_bytes(const ModelInfo& info, const CacheFormatInfo& cache) noexcept;

}  // namespace linnet::cli
