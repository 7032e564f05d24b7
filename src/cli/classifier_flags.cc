#include "cli/classifier_flags.h"

#include <fmt/format.h>

#include "cli/recipe_source.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

std::vector<LabelledText> read_examples(const std::string& path) {
  std::vector<LabelledText> examples;
  for_each_json_line(read_file(path), path, [&](const Json& value, const std::string& where) {
    LabelledText& example = examples.emplace_back(LabelledText{text_of(value, "text", where)});
    const bool fits_none = value.contains("label") && value["label"].is_null();
    if (!fits_none) example.label = text_of(value, "label", where);
  });
  return examples;
}

Label to_label(const Json& value, const std::string& where) {
  if (value.is_string()) return {value.get<std::string>()};
  Label label{text_of(value, "name", where)};
  if (value.contains("description")) label.description = text_of(value, "description", where);
  for (const Json& example : value.value("examples", Json::array())) {
    if (!example.is_string()) fail(ErrorCode::kInvalidArgument, where + ": an example is no text");
    label.examples.push_back(example.get<std::string>());
  }
  return label;
}

// A JSON list, or a label a line.
std::vector<Label> read_labels(const std::string& path) {
  const std::string text = read_file(path);
  std::vector<Label> labels;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && text[first] == '[') {
    for (const Json& value : parse_json(text, path)) {
      labels.push_back(to_label(value, fmt::format("{}, label {}", path, labels.size() + 1)));
    }
    return labels;
  }
  for_each_json_line(text, path, [&](const Json& value, const std::string& where) {
    labels.push_back(to_label(value, where));
  });
  return labels;
}

// A recipe's labels are learned from their examples; texts under "none" show what fits none of them.
std::vector<LabelledText> read_recipe(const std::string& path) {
  const Json recipe = parse_json(read_file(path), path);
  if (!recipe.is_object() || recipe.value("task", Json()) != "classify") {
    fail(ErrorCode::kInvalidArgument,
         path + ": no recipe for classifying; \"task\" is not \"classify\" (see linnet extract)");
  }
  std::vector<LabelledText> examples;
  std::size_t n_labels = 0;
  for (const Json& value : recipe.value("labels", Json::array())) {
    const std::string where = fmt::format("{}, label {}", path, ++n_labels);
    const Label label = to_label(value, where);
    if (label.examples.empty()) fail(ErrorCode::kInvalidArgument, where + ": without examples");
    for (const std::string& text : label.examples) examples.push_back({text, label.name});
  }
  for (const Json& value : recipe.value("none", Json::array())) {
    if (!value.is_string()) fail(ErrorCode::kInvalidArgument, path + ": a text under \"none\" is none");
    examples.push_back({value.get<std::string>(), std::nullopt});
  }
  return examples;
}

}  // namespace

void ClassifierFlags::add(CLI::App& app) {
  auto* const sources = app.add_option_group("Labels", "Where the labels come from; one is wanted");
  sources
      ->add_option("--examples", examples,
                   "Learn from JSON lines {\"text\": T, \"label\": L}; L null means that no label fits")
      ->option_text("FILE");
  sources
      ->add_option("--labels", labels,
                   "Ask the model: a JSON list, or lines, of names or of {\"name\": N, \"description\": D, "
                   "\"examples\": [T, ...]}")
      ->option_text("FILE");
  sources->add_option("--head", head, "Use what --save-head wrote")->option_text("FILE");
  sources->add_option("--recipe", recipe, "A recipe's name (route, ticket) or file")->option_text("NAME");
  sources->require_option(0, 1);
  app.add_option("--threshold", threshold,
                 "Give no label where the likeliest is less likely than P (default: 0)")
      ->option_text("P")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--layers", layers,
                 "With --examples: layers to look at, ascending (default: four, to the model's middle)")
      ->option_text("N,...")
      ->delimiter(',')
      ->needs("--examples");
  add_number(app, "--context", n_ctx, "Tokens that a text may have (default: the model's, at most 4096)", 1,
             kMaxContext);
}

void ClassifierFlags::check() const {
  if (labels.empty() && examples.empty() && head.empty() && recipe.empty()) {
    throw UsageError(
        "say where the labels come from: --examples FILE, --labels FILE, --head FILE or --recipe NAME");
  }
}

Classifier ClassifierFlags::make(const Model& model, unsigned n_threads,
                                 std::function<bool(double)> progress) const {
  ClassifierOptions options;
  options.layers = layers;
  options.n_ctx = n_ctx;
  options.n_threads = n_threads;
  options.threshold = threshold.value_or(0.0);
  options.progress = std::move(progress);
  if (!head.empty()) return Classifier::load(model, head, options).value();
  if (!labels.empty()) return Classifier::from_labels(model, read_labels(labels), options).value();
  const auto texts = recipe.empty() ? read_examples(examples) : read_recipe(find_recipe(recipe).string());
  return Classifier::train(model, texts, options).value();
}

Json to_json(const Classification& result, std::span<const std::string> labels) {
  Json ranked = Json::array();
  for (const RankedLabel& item : result.ranked) {
    ranked.push_back(Json::array({labels[item.label], item.probability}));
  }
  return {{"label", result.label ? Json(labels[*result.label]) : Json()},
          {"probability", result.ranked.front().probability},
          {"none", result.none},
          {"ranked", std::move(ranked)}};
}

}  // namespace linnet::cli
