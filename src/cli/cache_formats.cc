#include "cli/cache_formats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"

namespace linnet::cli {
namespace {

constexpr CacheFormatRow kFormats[] = {
    {"f16", CacheFormat::kF16, 2.0},
    {"f32", CacheFormat::kF32, 4.0},
};

}  // namespace

std::span<const CacheFormatRow> cache_formats() noexcept { return kFormats; }

std::vector<std::string> cache_format_names() {
  std::vector<std::string> names;
  for (const CacheFormatRow& row : kFormats) names.emplace_back(row.name);
  return names;
}

const CacheFormatRow& cache_format(const std::string& name) {
  for (const CacheFormatRow& row : kFormats) {
    if (name == row.name) return row;
  }
  throw UsageError(
      fmt::format("there is no cache format '{}', only {}", name, fmt::join(cache_format_names(), ", ")));
}

}  // namespace linnet::cli
