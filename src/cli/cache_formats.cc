#include "cli/cache_formats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"

namespace linnet::cli {

std::vector<std::string> cache_format_names() {
  std::vector<std::string> names;
  for (const CacheFormatInfo& info : kCacheFormats) names.emplace_back(info.name);
  return names;
}

const CacheFormatInfo& cache_format(const std::string& name) {
  for (const CacheFormatInfo& info : kCacheFormats) {
    if (name == info.name) return info;
  }
  throw UsageError(
      fmt::format("there is no cache format '{}', only {}", name, fmt::join(cache_format_names(), ", ")));
}

double cache_bytes(const ModelInfo& info, const CacheFormatInfo& cache) noexcept {
  return 2.0 * cache.element_bytes * static_cast<double>(info.n_kv_heads * info.head_dim);
}

}  // namespace linnet::cli
