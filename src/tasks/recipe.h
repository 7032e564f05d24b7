// A recipe: a schema and examples in one JSON file that people can edit.
#pragma once

#include <filesystem>
#include <string>

#include "base/fail.h"

namespace linnet::tasks {

struct ExtractRecipe {
  std::string schema;    ///< JSON.
  std::string examples;  ///< JSON lines.
};

/// Reads {"task": "extract", "schema": {...}, "examples": [{...}, ...]}; other keys are for readers. Errors:
/// kNotFound, kIo; kInvalidArgument, no recipe, or one of another task.
Result<ExtractRecipe> read_recipe(const std::filesystem::path& path);

}  // namespace linnet::tasks
