#include <memory>
#include <optional>

#include <fmt/format.h>
#include <linnet/tasks.h>

#include "cli/classifier_flags.h"
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
  ClassifierFlags classifier;
  std::string save_head;
};

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
  args.classifier.check();
  const Model model = args.model.load();
  const Interrupt interrupt;
  std::optional<Progress> bar(args.classifier.head.empty() ? "reading examples" : "");
  Classifier classifier = args.classifier.make(model, args.model.n_threads, [&](double fraction) {
    if (bar) bar->show(fraction);
    return !interrupt.happened();
  });
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

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  args->model.add(app);
  app.add_option("TEXTS", args->file,
                 "JSON lines {\"text\": T} to classify; \"-\" or nothing: standard input");
  args->classifier.add(app);
  app.add_option("--save-head", args->save_head,
                 "With --examples: keep what was learned in FILE; texts are then not needed")
      ->option_text("FILE")
      ->needs("--examples");
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
