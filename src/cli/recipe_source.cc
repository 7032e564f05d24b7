#include "cli/recipe_source.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"

namespace linnet::cli {
namespace {

constexpr const char* kEnding = ".json";

// The environment's folder, or the one beside the program, so that an installed tree can be moved.
std::filesystem::path recipe_folder() {
  const char* const named = std::getenv("LINNET_RECIPE_DIR");
  if (named != nullptr && *named != '\0') return named;
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return program.parent_path().parent_path() / "share" / "linnet" / "recipes";
}

std::string names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == kEnding) names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::filesystem::path find_recipe(const std::string& path_or_name) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path_or_name, ignored)) return path_or_name;
  const std::filesystem::path folder = recipe_folder();
  if (std::filesystem::path path = folder / (path_or_name + kEnding);
      std::filesystem::exists(path, ignored)) {
    return path;
  }
  fail(ErrorCode::kNotFound, fmt::format("{}: no such file, and no such recipe in {}, which has {}",
                                         path_or_name, folder.string(), names_in(folder)));
}

}  // namespace linnet::cli
