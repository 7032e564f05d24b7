#include <memory>
#include <optional>

#include <linnet/extract.h>

#include "cli/command.h"
#include "cli/extractor_flags.h"
#include "cli/interrupt.h"
#include "cli/text_lines.h"

namespace linnet::cli {
namespace {

struct Args {
  ModelFlags model;
  ExtractorFlags extractor;
  std::string save_head;
  std::optional<std::string> file;
};

ExitCode extract(const Args& args) {
  const bool has_texts = has_text_lines(args.file, args.save_head.empty());
  const ExtractOptions options = args.extractor.read(args.model.n_threads);
  const Model model = args.model.load();
  Extractor extractor = Extractor::create(model, options).value();
  if (!args.save_head.empty()) extractor.save(args.save_head).value();
  if (!has_texts) return kOk;
  const Interrupt interrupt;
  answer_text_lines(args.file, interrupt, [&](std::span<const std::string> texts) {
    std::vector<std::string> lines;
    extractor
        .extract(texts,
                 [&](std::size_t, const std::vector<Record>& records) {
                   lines.push_back(to_line(records));
                   return !interrupt.happened();
                 })
        .value();
    return lines;
  });
  return kOk;
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  args->model.add(app);
  args->extractor.add(app);
  app.add_option("TEXTS", args->file, "File of JSON lines {\"text\": T}; \"-\" or nothing: standard input");
  app.add_option("--save-head", args->save_head, "Keep what was learned in FILE; texts are then not needed")
      ->option_text("FILE");
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
