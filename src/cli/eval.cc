#include <ctime>
#include <filesystem>
#include <memory>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/eval_page.h"
#include "cli/eval_report.h"
#include "cli/new_file.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

struct Args {
  std::string task;
  std::string data;
  std::string predictions;
  std::vector<std::string> fields;
  std::string html;
  bool json = false;
};

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

// What repeats the evaluation, without the folders that the files are in.
std::string command_of(const Args& args) {
  std::string command = fmt::format("linnet eval {} {} --predictions {}", args.task, file_name(args.data),
                                    file_name(args.predictions));
  if (!args.fields.empty()) command += fmt::format(" --fields {}", fmt::join(args.fields, ","));
  return command;
}

void check_task(const Args& args, const EvalData& data) {
  const bool has_findings = data.has_spans || data.has_records;
  if (args.task == "classify" ? data.has_labels : has_findings) return;
  throw UsageError(fmt::format("{} has {}", args.data,
                               has_findings ? "no \"label\"; the task would be extract"
                                            : "no \"slots\" and no \"items\"; the task would be classify"));
}

EvalReport evaluate(const Args& args, const EvalData& data, const Answers& answers) {
  EvalReport report{.version = std::string(version()),
                    .date = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))),
                    .command = command_of(args),
                    .data = file_name(args.data),
                    .answers = file_name(args.predictions),
                    .n_texts = data.examples.size(),
                    .seconds = answers.seconds,
                    .of_records = data.has_records};
  if (args.task == "classify") {
    report.labels = score_labels(data.examples, answers.answers);
  } else {
    report.findings = (data.has_records ? score_records : score_spans)(data.examples, answers.answers);
  }
  return report;
}

ExitCode eval(const Args& args) {
  EvalData data = parse_eval_data(read_file(args.data), args.data);
  check_task(args, data);
  std::unique_ptr<NewFile> page;
  if (!args.html.empty()) page = std::make_unique<NewFile>(args.html);
  Answers answers = parse_answers(read_file(args.predictions), args.predictions, data);
  if (!args.fields.empty()) keep_fields(args.fields, data, answers.answers);
  const EvalReport report = evaluate(args, data, answers);
  if (page) {
    page->write(to_html(report, data, answers.answers));
    page->commit();
  }
  print(args.json ? to_json(report) : to_text(report));
  return kOk;
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  app.add_option("TASK", args->task, "What the answers are: classify (labels) or extract (spans or records)")
      ->required()
      ->check(CLI::IsMember({"classify", "extract"}).description(""));
  app.add_option("DATA", args->data,
                 "JSON lines with \"text\" and \"label\" (null: out of scope), \"slots\" or \"items\"")
      ->required();
  app.add_option("--predictions", args->predictions,
                 "The answers: what linnet classify or linnet extract, or any other program, wrote for these "
                 "texts")
      ->required()
      ->option_text("FILE");
  app.add_option("--fields", args->fields, "Score these slots or fields only")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->option_text("NAME,...");
  app.add_option("--html", args->html, "Write a page with charts and the worst mistakes to FILE")
      ->option_text("FILE");
  app.add_flag("--json", args->json, "Print one JSON object");
  return [args] { return eval(*args); };
}

}  // namespace

extern const Command kEval;
const Command kEval{
    .name = "eval",
    .summary = "Measure how well texts are classified or fields extracted",
    .examples =
        "linnet eval classify tickets.jsonl --predictions answers.jsonl --html tickets.html\n"
        "linnet eval extract notes.jsonl --predictions answers.jsonl --fields drug,dose --json",
    .configure = &configure,
};

}  // namespace linnet::cli
