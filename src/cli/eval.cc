#include <ctime>
#include <filesystem>
#include <memory>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/eval_page.h"
#include "cli/eval_report.h"
#include "cli/eval_run.h"
#include "cli/new_file.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

constexpr const char* kClassifyTask = "classify";
constexpr const char* kExtractTask = "extract";

struct Args {
  std::string data;
  std::string predictions;
  ModelFlags model;
  ClassifierFlags classifier;
  ExtractorFlags extractor;
  std::vector<std::string> fields;
  std::string html;
  bool json = false;
};

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

// What repeats the evaluation, without the folders that the files are in.
std::string command_of(const CLI::App& task) {
  std::string command = fmt::format("linnet eval {}", task.get_name());
  for (const CLI::Option* option : task.get_options()) {
    if (option->count() == 0) continue;
    if (!option->get_positional()) command += " " + option->get_name();
    if (option->get_expected_max() == 0) continue;
    std::vector<std::string> values = option->results();
    for (std::string& value : values) value = file_name(value);
    command += fmt::format(" {}", fmt::join(values, ","));
  }
  return command;
}

void check(const Args& args, bool classifies) {
  if (!args.predictions.empty()) return;
  if (args.model.model.empty()) throw UsageError("MODEL or --predictions is required");
  if (classifies) {
    args.classifier.check();
  } else {
    args.extractor.check();
  }
}

void check(const EvalData& data, const std::string& name, bool classifies) {
  const bool has_findings = data.has_spans || data.has_records;
  if (classifies ? data.has_labels : has_findings) return;
  throw UsageError(fmt::format("{} has {}", name,
                               classifies ? "no \"label\"; the task would be extract"
                                          : "no \"slots\" and no \"items\"; the task would be classify"));
}

Answers answer(const Args& args, bool classifies, EvalData& data) {
  if (!args.predictions.empty()) return parse_answers(read_file(args.predictions), args.predictions, data);
  const Model model = args.model.load();
  std::vector<std::string> texts;
  for (const Example& example : data.examples) texts.push_back(example.text);
  const AnswerLines lines = classifies ? classify_all(model, args.classifier, args.model.n_threads, texts)
                                       : extract_all(model, args.extractor, args.model.n_threads, texts);
  Answers answers = parse_answers(lines.text, args.model.model, data);
  answers.seconds = lines.seconds;
  return answers;
}

ExitCode eval(const Args& args, const CLI::App& task) {
  const bool classifies = task.get_name() == kClassifyTask;
  check(args, classifies);
  EvalData data = parse_eval_data(read_file(args.data), args.data);
  check(data, args.data, classifies);
  std::unique_ptr<NewFile> page;
  if (!args.html.empty()) page = std::make_unique<NewFile>(args.html);
  Answers answers = answer(args, classifies, data);
  if (!args.fields.empty()) keep_fields(args.fields, data, answers.answers);
  EvalReport report{.version = std::string(version()),
                    .date = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))),
                    .command = command_of(task),
                    .data = file_name(args.data),
                    .answers = file_name(args.predictions.empty() ? args.model.model : args.predictions),
                    .n_texts = data.examples.size(),
                    .seconds = answers.seconds,
                    .of_records = data.has_records};
  if (classifies) {
    report.labels = score_labels(data.examples, answers.answers);
  } else {
    report.findings = (data.has_records ? score_records : score_spans)(data.examples, answers.answers);
  }
  if (page) {
    page->write(to_html(report, data, answers.answers));
    page->commit();
  }
  print(args.json ? to_json(report) : to_text(report));
  return kOk;
}

CLI::App& add_task(CLI::App& app, const char* name, std::string summary, std::string data_help, Args& args) {
  CLI::App& task = *app.add_subcommand(name, std::move(summary));
  task.add_option("DATA", args.data, std::move(data_help))->required();
  args.model.add(task);
  task.get_option("MODEL")->required(false);
  return task;
}

// And what it takes to score answers that somebody else gave.
void add_output(CLI::App& task, Args& args) {
  CLI::Option* const predictions =
      task.add_option(
              "--predictions", args.predictions,
              fmt::format("Instead of MODEL's answers, those that linnet {} or any other program wrote",
                          task.get_name()))
          ->option_text("FILE");
  for (CLI::Option* option : task.get_options()) {
    const std::string name = option->get_name();
    if (name != "DATA" && name != "--help" && option != predictions) predictions->excludes(option);
  }
  task.add_option("--html", args.html, "Write a page with charts and the worst mistakes to FILE")
      ->option_text("FILE");
  task.add_flag("--json", args.json, "Print one JSON object");
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  app.require_subcommand(1);
  CLI::App& classify =
      add_task(app, kClassifyTask, "Score labels",
               "JSON lines {\"text\": T, \"label\": L}; L null means that no label fits", *args);
  args->classifier.add(classify);
  add_output(classify, *args);
  CLI::App& extract = add_task(app, kExtractTask, "Score spans or records",
                               "JSON lines {\"text\": T, \"slots\": [{\"slot\": S, \"text\": T}, ...]} or "
                               "{\"text\": T, \"items\": [{FIELD: VALUE, ...}, ...]}",
                               *args);
  args->extractor.add(extract);
  add_output(extract, *args);
  extract.add_option("--fields", args->fields, "Score these slots or fields only")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->option_text("NAME,...");
  return [args, &app] { return eval(*args, *app.get_subcommands().front()); };
}

}  // namespace

extern const Command kEval;
const Command kEval{
    .name = "eval",
    .summary = "Measure how well texts are classified or fields extracted",
    .examples =
        "linnet eval extract notes.jsonl smollm2-135m-instruct --recipe medication --html notes.html\n"
        "linnet eval classify tickets.jsonl model.gguf --examples examples.jsonl --json\n"
        "linnet eval extract notes.jsonl --predictions answers.jsonl --fields drug,dose",
    .configure = &configure,
};

}  // namespace linnet::cli
