#include "tasks/recipe.h"

#include "base/file_map.h"
#include "base/parse_json.h"

namespace linnet::tasks {

Result<ExtractRecipe> read_recipe(const std::filesystem::path& path) {
  using Json = nlohmann::ordered_json;
  LINNET_TRY(const FileMap map, FileMap::open(path));
  const std::string_view text(reinterpret_cast<const char*>(map.bytes().data()), map.bytes().size());
  const std::optional<Json> parsed = parse_json(text);
  if (!parsed || !parsed->is_object()) {
    return fail(ErrorCode::kInvalidArgument, "{}: a recipe is a JSON object, at most {} levels deep",
                path.string(), kMaxJsonDepth);
  }
  const Json& recipe = *parsed;
  if (recipe.value("task", Json()) != "extract") {
    return fail(ErrorCode::kInvalidArgument,
                "{}: \"task\" is not \"extract\"; is it a recipe for another command?", path.string());
  }
  if (!recipe.contains("schema") || !recipe.value("examples", Json()).is_array()) {
    return fail(ErrorCode::kInvalidArgument, "{}: a recipe needs a \"schema\" and an array \"examples\"",
                path.string());
  }
  ExtractRecipe out{recipe["schema"].dump(), {}};
  for (const Json& example : recipe["examples"]) out.examples += example.dump() + "\n";
  return out;
}

}  // namespace linnet::tasks
