// Where a model's file is: a path, or a name of models/manifest.json.
#pragma once

#include <filesystem>
#include <string>

namespace linnet::cli {

/// Where models are, and what linnet keeps: the environment's folder, else linnet's in the user's cache.
std::filesystem::path cache_folder();
/// The manifest's names, joined by ", ".
std::string known_models();
/// The path of the file that the user means. Throws linnet::Exception: kNotFound, with the command that
/// fetches it if it is a name of the manifest; kInvalidArgument, a folder.
std::filesystem::path find_model(const std::string& path_or_name);

}  // namespace linnet::cli
