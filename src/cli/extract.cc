#include <unistd.h>

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <linnet/extract.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/extractor_flags.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;

// Lines that are answered together.
constexpr std::size_t kBatch = 64;

struct Args {
  ModelFlags model;
  ExtractorFlags extractor;
  std::string save_head, file;
};

std::string text_of(const std::string& line, std::size_t number) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.value("text", Json()).is_string()) {
    fail(ErrorCode::kInvalidArgument, fmt::format("line {} is not {{\"text\": \"...\"}}", number));
  }
  return json["text"].get<std::string>();
}

// The lines of the input, a batch at a time; from a terminal one by one.
class Input {
 public:
  explicit Input(const std::string& path) {
    if (path.empty() || path == "-") return;
    lines_ = read_file(path);
    from_file_ = true;
  }

  std::vector<std::string> next_batch() {
    const std::size_t n_most = !from_file_ && isatty(STDIN_FILENO) != 0 ? 1 : kBatch;
    std::vector<std::string> texts;
    while (texts.size() < n_most) {
      const std::optional<std::string> line = next_line();
      if (!line) break;
      ++number_;
      if (line->find_first_not_of(" \t\r") != std::string::npos) texts.push_back(text_of(*line, number_));
    }
    return texts;
  }

 private:
  std::optional<std::string> next_line() {
    if (!from_file_) return read_stdin_line();
    if (at_ >= lines_.size()) return std::nullopt;
    const std::size_t end = std::min(lines_.find('\n', at_), lines_.size());
    std::string line = lines_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }

  bool from_file_ = false;
  std::string lines_;
  std::size_t at_ = 0, number_ = 0;
};

ExitCode extract(const Args& args) {
  const ExtractOptions options = args.extractor.read(args.model.n_threads);
  Input input(args.file);
  const Model model = args.model.load();
  Extractor extractor = Extractor::create(model, options).value();
  if (!args.save_head.empty()) extractor.save(args.save_head).value();
  const Interrupt interrupt;
  for (auto texts = input.next_batch(); !texts.empty(); texts = input.next_batch()) {
    extractor
        .extract(texts,
                 [&](std::size_t, const std::vector<Record>& records) {
                   print(to_line(records));
                   return !interrupt.happened();
                 })
        .value();
    flush();
  }
  return kOk;
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  args->model.add(app);
  args->extractor.add(app);
  app.add_option("TEXTS", args->file, "File of JSON lines {\"text\": T}; \"-\" or nothing: standard input");
  app.add_option("--save-head", args->save_head, "Write what was learned to a file")->option_text("FILE");
  return [args] { return extract(*args); };
}

}  // namespace

extern const Command kExtract;
const Command kExtract{
    .name = "extract",
    .summary = "Find records in texts: JSON lines {\"text\": ...} in, {\"records\": [...]} out",
    .examples =
        "echo '{\"text\": \"Prednisone 20 mg daily was begun.\"}' | linnet extract MODEL --recipe "
        "medication\n"
        "linnet extract MODEL --schema order.json --examples orders.jsonl mails.jsonl\n"
        "linnet extract MODEL --recipe dates --today 2026-03-01 --save-head dates.head mails.jsonl",
    .configure = &configure,
};

}  // namespace linnet::cli
