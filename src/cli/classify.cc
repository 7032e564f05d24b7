#include <memory>
#include <optional>

#include <linnet/tasks.h>

#include "cli/classifier_flags.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "cli/text_lines.h"

namespace linnet::cli {
namespace {

struct Args {
  ModelFlags model;
  std::optional<std::string> file;
  ClassifierFlags classifier;
  std::string save_head;
};

ExitCode classify(const Args& args) {
  const bool has_texts = has_text_lines(args.file, args.save_head.empty());
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
  if (!has_texts) return kOk;
  answer_text_lines(args.file, interrupt, [&](std::span<const std::string> texts) {
    std::vector<std::string> lines;
    for (const Classification& result : classifier.classify(texts).value()) {
      lines.push_back(to_line(to_json(result, classifier.labels())));
    }
    return lines;
  });
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
