#include "cli/model_source.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "cli/command.h"

namespace linnet::cli {
namespace {

struct ManifestRow {
  std::string_view name;
  std::string_view file;
};
constexpr ManifestRow kManifest[] = {
#include "manifest_rows.inc"
};

std::filesystem::path from_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

// As scripts/fetch-model chooses it.
std::filesystem::path cache_folder() {
  if (const auto folder = from_environment("LINNET_MODEL_DIR"); !folder.empty()) return folder;
  if (const auto cache = from_environment("XDG_CACHE_HOME"); !cache.empty()) return cache / "linnet";
  if (const auto home = from_environment("HOME"); !home.empty()) return home / ".cache" / "linnet";
  const passwd* const user = getpwuid(getuid());
  return std::filesystem::path(user != nullptr ? user->pw_dir : "/") / ".cache" / "linnet";
}

std::string known_models() {
  std::string names;
  for (const ManifestRow& row : kManifest) names += fmt::format("{}{}", names.empty() ? "" : ", ", row.name);
  return names;
}

std::filesystem::path find_model(const std::string& path_or_name) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path_or_name, ignored)) {
    fail(ErrorCode::kInvalidArgument, fmt::format("{} is a folder; name a GGUF file in it", path_or_name));
  }
  if (std::filesystem::exists(path_or_name, ignored)) return path_or_name;
  for (const ManifestRow& row : kManifest) {
    if (row.name != path_or_name) continue;
    std::filesystem::path path = cache_folder() / row.file;
    if (std::filesystem::exists(path, ignored)) return path;
    fail(ErrorCode::kNotFound, fmt::format("model {} is not in {}; to fetch it, run: scripts/fetch-model {}",
                                           row.name, cache_folder().string(), row.name));
  }
  fail(ErrorCode::kNotFound, fmt::format("{}: no such file, and no such name in the manifest, which has {}",
                                         path_or_name, known_models()));
}

}  // namespace linnet::cli
