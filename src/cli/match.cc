#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/constraint_flags.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Args {
  ConstraintFlags constraint;
  std::optional<std::string> text;
  std::optional<std::string> file;
  bool jsonl = false;
  bool quiet = false;
};

std::string read_text(const Args& args) {
  if (args.file) return read_file(*args.file);
  if (args.text && *args.text != "-") return *args.text;
  if (!args.text && stdin_is_terminal()) throw UsageError("give a text, or pipe one to standard input");
  return read_stdin();
}

// The exit code 1 is an answer here, so what keeps from answering is 2.
Constraint make_constraint(const Args& args) {
  try {
    const auto constraint = args.constraint.make();
    if (!constraint) throw UsageError(constraint.error().message);
    if (!*constraint)
      throw UsageError("give a constraint: --schema, --grammar, --regex, --choices or --spans");
    return **constraint;
  } catch (const Exception& error) {
    throw UsageError(error.what());
  }
}

Json verdict(const ConstraintMatch& match) {
  Json json{{"match", match.matches}};
  if (!match.matches) json["byte"] = match.n_bytes;
  return json;
}

ExitCode match_one(const Constraint& constraint, const std::string& text, bool quiet) {
  const ConstraintMatch match = constraint.match(text).value();
  if (match.matches) return kOk;
  const bool is_cut_off = match.n_bytes == text.size();
  if (!quiet) {
    note(fmt::format("no: {} byte {}", is_cut_off ? "it ends too early, at" : "it goes wrong at",
                     match.n_bytes));
  }
  return kFailure;
}

// A line is {"text": ...} or a JSON string.
std::string text_of(const std::string& line, std::size_t number) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (json.is_string()) return json.get<std::string>();
  if (json.is_object() && json.contains("text") && json["text"].is_string()) return json["text"];
  throw UsageError(fmt::format("line {} is neither {{\"text\": ...}} nor a JSON string", number));
}

ExitCode match_lines(const Constraint& constraint, const std::string& lines) {
  ExitCode code = kOk;
  for_each_line(lines, [&](const std::string& line, std::size_t number) {
    const ConstraintMatch match = constraint.match(text_of(line, number)).value();
    if (!match.matches) code = kFailure;
    print(verdict(match).dump() + "\n");
  });
  return code;
}

ExitCode match(const Args& args) {
  const Constraint constraint = make_constraint(args);
  try {
    const std::string text = read_text(args);
    return args.jsonl ? match_lines(constraint, text) : match_one(constraint, text, args.quiet);
  } catch (const Exception& error) {
    throw UsageError(error.what());
  }
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  auto* const text = app.add_option("TEXT", args->text, "The text; \"-\" or nothing: standard input");
  app.add_option("--file", args->file, "Read the text from FILE, all its bytes")
      ->option_text("FILE")
      ->excludes(text);
  app.add_flag(
      "--jsonl", args->jsonl,
      "The text is lines of {\"text\": ...}; print {\"match\": ...} for each, and exit with 0 if all do");
  app.add_flag("-q,--quiet", args->quiet, "Do not say where it goes wrong");
  args->constraint.add(app);
  return [args] { return match(*args); };
}

}  // namespace

extern const Command kMatch;
const Command kMatch{
    .name = "match",
    .summary = "Say whether a text is one that a constraint allows",
    .examples =
        "linnet match --schema ticket.json --file answer.json\n"
        "linnet match --regex '^[0-9]{4}-[0-9]{2}$' 2026-11\n"
        "linnet match --grammar list.gbnf --jsonl < texts.jsonl\n"
        "linnet match --choices yes,no maybe",
    .configure = &configure,
};

}  // namespace linnet::cli
