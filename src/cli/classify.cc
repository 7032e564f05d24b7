#include <memory>
#include <optional>

#include <fmt/format.h>
#include <linnet/tasks.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/json_lines.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

// Texts that are read before the first are answered: enough to fill the model's passes.
constexpr std::size_t kBatch = 512;

struct Args {
  ModelFlags model;
  std::optional<std::string> file;
  std::string labels;
  std::string examples;
  std::string head;
  std::string save_head;
  std::optional<double> threshold;
  std::vector<std::size_t> layers;
  std::size_t n_ctx = 0;
};

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

Classifier make_classifier(const Args& args, const Model& model, const ClassifierOptions& options) {
  if (!args.head.empty()) return Classifier::load(model, args.head, options).value();
  if (!args.labels.empty()) return Classifier::from_labels(model, read_labels(args.labels), options).value();
  return Classifier::train(model, read_examples(args.examples), options).value();
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

// The next texts, from the file's lines or from standard input as they come.
class TextSource {
 public:
  explicit TextSource(const std::optional<std::string>& file) {
    if (!file || *file == "-") return;
    for_each_json_line(read_file(*file), *file, [this](const Json& value, const std::string& where) {
      from_file_.push_back(text_of(value, "text", where));
    });
    is_file_ = true;
  }

  std::vector<std::string> next() {
    std::vector<std::string> texts;
    if (is_file_) {
      const std::size_t n = std::min(kBatch, from_file_.size() - n_taken_);
      const auto begin = from_file_.begin() + static_cast<std::ptrdiff_t>(n_taken_);
      texts.assign(begin, begin + static_cast<std::ptrdiff_t>(n));
      n_taken_ += n;
      return texts;
    }
    while (texts.size() < kBatch) {
      const std::optional<std::string> line = read_stdin_line();
      if (!line) break;
      ++n_taken_;
      for_each_json_line(*line, "standard input", [&](const Json& value, const std::string&) {
        texts.push_back(text_of(value, "text", fmt::format("standard input, line {}", n_taken_)));
      });
    }
    return texts;
  }

 private:
  bool is_file_ = false;
  std::vector<std::string> from_file_;
  std::size_t n_taken_ = 0;  // texts of the file, or lines of standard input
};

ExitCode classify(const Args& args) {
  const bool wants_texts = args.file || args.save_head.empty() || !stdin_is_terminal();
  if (!args.file && args.save_head.empty() && stdin_is_terminal()) {
    throw UsageError("give a file of JSON lines, or pipe them to standard input");
  }
  const Model model = args.model.load();
  const Interrupt interrupt;
  std::optional<Progress> bar(args.head.empty() ? "reading examples" : "");
  ClassifierOptions options;
  options.layers = args.layers;
  options.n_ctx = args.n_ctx;
  options.n_threads = args.model.n_threads;
  options.threshold = args.threshold.value_or(0.0);
  options.progress = [&](double fraction) {
    if (bar) bar->show(fraction);
    return !interrupt.happened();
  };
  Classifier classifier = make_classifier(args, model, options);
  bar.reset();
  if (!args.save_head.empty()) classifier.save(args.save_head).value();
  if (!wants_texts) return kOk;
  TextSource source(args.file);
  for (std::vector<std::string> texts = source.next(); !texts.empty(); texts = source.next()) {
    for (const Classification& result : classifier.classify(texts).value()) {
      print(to_line(to_json(result, classifier.labels())));
    }
    flush();
  }
  return kOk;
}

void add_sources(CLI::App& app, Args& args) {
  auto* const sources = app.add_option_group("Labels", "Where the labels come from; exactly one is wanted");
  sources
      ->add_option("--examples", args.examples,
                   "Learn from JSON lines {\"text\": T, \"label\": L}; L null means that no label fits")
      ->option_text("FILE");
  sources
      ->add_option("--labels", args.labels,
                   "Ask the model: a JSON list, or lines, of names or of {\"name\": N, \"description\": D, "
                   "\"examples\": [T, ...]}")
      ->option_text("FILE");
  sources->add_option("--head", args.head, "Use what --save-head wrote")->option_text("FILE");
  sources->require_option(1);
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  args->model.add(app);
  app.add_option("TEXTS", args->file,
                 "JSON lines {\"text\": T} to classify; \"-\" or nothing: standard input");
  add_sources(app, *args);
  app.add_option("--save-head", args->save_head,
                 "With --examples: keep what was learned in FILE; texts are then not needed")
      ->option_text("FILE")
      ->needs("--examples");
  app.add_option("--threshold", args->threshold,
                 "Give no label where the likeliest is less likely than P (default: 0)")
      ->option_text("P")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--layers", args->layers,
                 "With --examples: layers to look at, ascending (default: four, to the model's middle)")
      ->option_text("N,...")
      ->delimiter(',')
      ->needs("--examples");
  add_number(app, "--context", args->n_ctx,
             "Tokens that a text may have (default: the model's, at most 4096)", 1, kMaxContext);
  return [args] { return classify(*args); };
}

}  // namespace

extern const Command kClassify;
const Command kClassify{
    .name = "classify",
    .summary = "Give texts one of some labels, or none",
    .examples =
        "linnet classify smollm2-135m-instruct --examples tickets.jsonl new.jsonl\n"
        "linnet classify model.gguf --examples tickets.jsonl --save-head tickets.head\n"
        "linnet classify model.gguf --head tickets.head --threshold 0.6 < new.jsonl\n"
        "echo '{\"text\": \"It rains again.\"}' | linnet classify model.gguf --labels topics.json",
    .configure = &configure,
};

}  // namespace linnet::cli
