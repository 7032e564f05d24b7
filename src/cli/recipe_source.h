// Where the recipes are that a command line names.
#pragma once

#include <filesystem>
#include <string>

namespace linnet::cli {

/// The file that `path_or_name` is, or the recipe of that name: in $LINNET_RECIPE_DIR, or where linnet is
/// installed. Throws linnet::Exception: kNotFound, with the names that there are.
std::filesystem::path find_recipe(const std::string& path_or_name);

}  // namespace linnet::cli
