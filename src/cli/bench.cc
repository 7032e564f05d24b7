#include <chrono>
#include <filesystem>
#include <memory>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/bench_compare.h"
#include "cli/bench_measure.h"
#include "cli/bench_page.h"
#include "cli/bench_report.h"
#include "cli/cache_formats.h"
#include "cli/command.h"
#include "cli/new_file.h"
#include "cli/terminal.h"

namespace linnet::cli {
namespace {

constexpr std::size_t kShortPrompt = 5;  // tokens, for the time to the first one of the answer

struct Args {
  ModelFlags model;
  SessionFlags session;
  std::string draft;
  BenchPlan plan{
      .prompts = {512}, .decodes = {128}, .depths = {0}, .threads = {}, .caches = {"f16"}, .sessions = {1}};
  std::string format = "md";
  std::string html;
  std::vector<std::string> baselines;
  std::vector<std::string> compare;
};

struct Format {
  const char* name;
  std::string (*report)(const BenchReport&);
  std::string (*comparison)(const Comparison&);  // nullptr: there is none
};
constexpr Format kFormats[] = {
    {"md", &to_markdown, &to_markdown}, {"json", &to_json, &to_json}, {"csv", &to_csv, nullptr}};

const Format& format_of(const Args& args) {
  return *std::find_if(std::begin(kFormats), std::end(kFormats),
                       [&](const Format& format) { return args.format == format.name; });
}

// What repeats the run, without the folder that the model is in.
std::string command_of(const std::string& model, const BenchPlan& plan) {
  std::string command = fmt::format(
      "linnet bench {} -p {} -n {} -d {} -t {} --cache {} -b {} -r {}", model, fmt::join(plan.prompts, ","),
      fmt::join(plan.decodes, ","), fmt::join(plan.depths, ","), fmt::join(plan.threads, ","),
      fmt::join(plan.caches, ","), fmt::join(plan.sessions, ","), plan.n_rounds);
  if (!plan.guesses.empty()) command += fmt::format(" --guess {}", fmt::join(plan.guesses, ","));
  if (plan.draft) command += fmt::format(" --draft {}", plan.draft_name);
  return command;
}

BenchReport measure(const Args& args, BenchPlan plan) {
  if (plan.threads.empty())
    plan.threads.push_back(args.model.n_threads != 0 ? args.model.n_threads : default_threads());
  const auto start = std::chrono::steady_clock::now();
  const Model model = args.model.load();
  BenchReport report{.version = std::string(version()), .machine = this_machine(), .n_rounds = plan.n_rounds};
  {
    SessionOptions options = args.session.options;
    options.n_threads = plan.threads.front();
    Session session = Session::open(model, options).value();
    session.append(random_tokens(kShortPrompt, model.info().n_vocab)).value();
    report.first_token_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  if (!args.draft.empty()) {
    ModelFlags flags = args.model;
    flags.model = args.draft;
    plan.draft = flags.load();
    plan.draft_name = std::filesystem::path(args.draft).filename().string();
  }
  report.date = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  report.model = std::filesystem::path(args.model.model).filename().string();
  report.command = command_of(report.model, plan);
  report.architecture = model.info().architecture;
  report.format = model.info().format;
  report.isa = model.info().isa;
  report.load_seconds = model.info().load_seconds;
  Progress bar("bench");
  measure(model, plan, args.session.options, report, bar);
  return report;
}

ExitCode compare_files(const Args& args) {
  if (format_of(args).comparison == nullptr) throw UsageError("--compare prints md or json");
  const Comparison comparison = compare(read_report(args.compare[0]), read_report(args.compare[1]));
  if (comparison.pairs.empty()) {
    throw UsageError(fmt::format("{} and {} have no cell in common", args.compare[0], args.compare[1]));
  }
  print(format_of(args).comparison(comparison));
  return comparison.is_slower() ? kFailure : kOk;
}

ExitCode bench(const Args& args) {
  if (!args.compare.empty()) return compare_files(args);
  if (args.model.model.empty()) throw UsageError("MODEL is required; see linnet bench --help");
  if (!args.baselines.empty() && args.html.empty())
    throw UsageError("--baseline is for the page: give --html");
  if (cells_of({args.plan.prompts, args.plan.decodes, {0}, {1}, {"f16"}, {1}}).empty())
    throw UsageError("-p 0 with -n 0 leaves nothing to measure");
  if (!args.plan.guesses.empty() &&
      *std::max_element(args.plan.decodes.begin(), args.plan.decodes.end()) == 0)
    throw UsageError("--guess with -n 0 has nothing to guess");
  if (!args.draft.empty() && args.plan.guesses.empty())
    throw UsageError("--draft names who guesses: say with --guess how far");
  std::vector<Baseline> baselines;  // wrong files are told before minutes of measuring
  for (const std::string& path : args.baselines) {
    baselines.push_back({std::filesystem::path(path).stem().string(), read_report(path)});
  }
  std::unique_ptr<NewFile> page;
  if (!args.html.empty()) page = std::make_unique<NewFile>(args.html);
  const BenchReport report = measure(args, args.plan);
  if (page) {
    page->write(to_html(report, baselines));
    page->commit();
  }
  print(format_of(args).report(report));
  return kOk;
}

// Declares a flag that takes numbers separated by commas.
template <class T>
CLI::Option* add_list(CLI::App& app, const std::string& flags, std::vector<T>& values, std::string help,
                      std::int64_t low, std::int64_t high) {
  if (!values.empty()) help += fmt::format(" (default: {})", fmt::join(values, ","));
  return app.add_option(flags, values, std::move(help))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(low, high))
      ->option_text("N,...");
}

void add_output(CLI::App& app, Args& args) {
  std::vector<std::string> formats;
  for (const Format& format : kFormats) formats.emplace_back(format.name);
  app.add_option("--format", args.format, "What to print (default: md)")
      ->check(CLI::IsMember(formats).description(""))
      ->option_text(fmt::to_string(fmt::join(formats, "|")));
  app.add_option("--html", args.html, "Write a page with charts to FILE")->option_text("FILE");
  app.add_option("--baseline", args.baselines,
                 "Show ratios to what --format json printed earlier (may be given again)")
      ->allow_extra_args(false)
      ->option_text("JSON");
  app.add_option("--compare", args.compare,
                 "Measure nothing: compare the second file with the first, as --format json printed them; "
                 "exit code 1 if some cell is slower by more than noise, 2 if a file is none")
      ->expected(2)
      ->option_text("JSON JSON")
      ->excludes("MODEL");
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  args->model.add(app);
  app.get_option("MODEL")->required(false);  // --compare has none
  BenchPlan& plan = args->plan;
  add_list(app, "-p,--prompt", plan.prompts, "Tokens of a prompt, read at once; 0: none", 0, 1 << 20);
  add_list(app, "-n,--decode", plan.decodes, "Tokens made one by one; 0: none", 0, 1 << 20);
  add_list(app, "-d,--depth", plan.depths, "Tokens already in the context", 0, 1 << 20);
  add_list(app, "-t", plan.threads, "Numbers of threads", 1, 1024)->excludes("--threads");
  app.add_option("--cache", plan.caches, "What keys and values are stored as (default: f16)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember(cache_format_names()).description(""))
      ->option_text(fmt::format("{},...", fmt::join(cache_format_names(), "|")));
  add_list(app, "-b,--sessions", plan.sessions, "Sessions that make tokens together; rates are of all", 1,
           256);
  add_list(
      app, "--guess", plan.guesses,
      "Also copy lines of a built-in note, -n tokens, guessing up to N ahead, and without (0), and check "
      "that the answers are the same",
      0, 15);
  app.add_option("--draft", args->draft,
                 "Measure each --guess again with the guesses of a smaller model with the same vocabulary")
      ->option_text("MODEL");
  add_number(app, "-r,--repeats", plan.n_rounds, "Rounds; each measures every combination once", 1, 1000);
  args->session.add_sizes(app);
  add_output(app, *args);
  return [args] { return bench(*args); };
}

}  // namespace

extern const Command kBench;
const Command kBench{
    .name = "bench",
    .summary = "Measure speed and memory",
    .examples =
        "linnet bench smollm2-135m-instruct\n"
        "linnet bench model.gguf -p 512 -n 128 -d 0,1024,4096 -t 1,2 --cache f16,f32 --html page.html\n"
        "linnet bench model.gguf -p 0 --guess 4,8,15 --draft small.gguf\n"
        "linnet bench model.gguf --format json > before.json\n"
        "linnet bench --compare before.json after.json",
    .configure = &configure,
};

}  // namespace linnet::cli
