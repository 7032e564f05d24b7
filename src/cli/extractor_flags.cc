#include "cli/extractor_flags.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/model_source.h"
#include "cli/recipe_source.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void ExtractorFlags::add(CLI::App& app) {
  app.add_option("--recipe", recipe,
                 "A recipe's name (dates, medication, voice) or file: what to look for, and examples")
      ->option_text("NAME");
  app.add_option("--schema", schema, "JSON Schema of what to look for")->option_text("FILE");
  app.add_option(
         "--examples", examples,
         "JSON lines {\"text\": ..., \"records\": [{FIELD: VALUE}, ...]} to learn from, besides the recipe's")
      ->option_text("FILE");
  app.add_option("--head", head, "What --save-head wrote, in place of examples")
      ->option_text("FILE")
      ->excludes("--recipe", "--schema", "--examples");
  app.add_flag("--no-cache", no_cache, "Learn anew, and keep nothing in linnet's cache folder");
  app.add_option_function<std::string>(
         "--min-probability",
         [this](const std::string& text) {
           options.min_probability = parse_real("--min-probability", text);
           if (!(options.min_probability >= 0 && options.min_probability <= 1))  // NaN, too
             throw CLI::ValidationError("--min-probability", fmt::format("'{}' is not from 0 to 1", text));
         },
         "Leave out values that are less probable than P, from 0 to 1")
      ->option_text("P");
  app.add_option("--today", options.today, "The day that \"tomorrow\" is told from, YYYY-MM-DD")
      ->option_text("DAY");
  app.add_flag("--windows", options.windows, "Read texts longer than the context in windows");
  add_number(app, "--context", options.n_ctx, "Tokens that fit (default: the model's, at most 4096)", 16,
             kMaxContext);
}

void ExtractorFlags::check() const {
  if (recipe.empty() && schema.empty() && head.empty())
    throw UsageError("say what to look for: --recipe NAME, --schema FILE or --head FILE");
}

ExtractOptions ExtractorFlags::read(unsigned n_threads) const {
  check();
  ExtractOptions result = options;
  if (!recipe.empty()) result.recipe = find_recipe(recipe);
  if (!schema.empty()) result.schema = read_file(schema);
  if (!examples.empty()) result.examples = read_file(examples);
  result.head = head;
  if (!no_cache) result.cache = cache_folder() / "heads";
  result.n_threads = n_threads;
  return result;
}

// By hand, because a JSON library's number is a double, and a value may have more digits.
std::string to_line(const std::vector<Record>& records) {
  std::string list;
  for (const Record& record : records) {
    std::string fields;
    for (const FieldValue& value : record) {
      std::string place;
      if (value.end > value.begin) place = fmt::format(R"(,"begin":{},"end":{})", value.begin, value.end);
      fields += fmt::format(R"({}{}:{{"value":{}{},"probability":{}}})", fields.empty() ? "" : ",",
                            quoted(value.field), value.is_number ? value.value : quoted(value.value), place,
                            Json::parse(fmt::format("{:.4f}", value.probability)).dump());
    }
    list += fmt::format("{}{{{}}}", list.empty() ? "" : ",", fields);
  }
  return fmt::format("{{\"records\":[{}]}}\n", list);
}

}  // namespace linnet::cli
