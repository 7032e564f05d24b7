#include "cli/constraint_flags.h"

#include <map>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char c : list) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

template <class Value>
void add_name(CLI::App& app, const std::string& flag, Value& value, const std::map<std::string, Value>& names,
              const std::string& help) {
  std::string list;
  for (const auto& [name, unused] : names) list += (list.empty() ? "" : "|") + name;
  app.add_option_function<std::string>(
         flag, [&value, names](const std::string& name) { value = names.at(name); }, help)
      ->check(CLI::IsMember(names).description(""))
      ->option_text(list)
      ->group("Constraints");
}

Result<Constraint> named(const std::string& file, Result<Constraint> made) {
  if (made) return made;
  return Error{made.error().code, fmt::format("{}: {}", file, made.error().message)};
}

}  // namespace

void ConstraintFlags::add(CLI::App& app) {
  using Order = JsonOptions::Order;
  using Whitespace = JsonOptions::Whitespace;
  const auto option = [&app](const char* name, std::optional<std::string>& value, const char* text,
                             const char* help) {
    return app.add_option(name, value, help)->option_text(text)->group("Constraints");
  };
  auto* const by_schema =
      option("--schema", schema, "FILE", "JSON that this JSON Schema (draft 2020-12) holds valid");
  auto* const by_grammar = option("--grammar", grammar, "FILE", "A text of this GBNF grammar");
  auto* const by_regex =
      option("--regex", regex, "REGEX", "A text that this regular expression matches; ^ and $ tie it down");
  auto* const by_choices = option("--choices", choices, "A,B,...", "One of these texts");
  auto* const by_spans = option("--spans", spans, "FILE", "A run of whole words of the text in this file");
  const std::vector<CLI::Option*> all{by_schema, by_grammar, by_regex, by_choices, by_spans};
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) all[i]->excludes(all[j]);
  }
  add_name<Whitespace>(
      app, "--whitespace", json.whitespace,
      {{"spaced", Whitespace::kSpaced}, {"compact", Whitespace::kCompact}, {"free", Whitespace::kFree}},
      "Between the parts of JSON (default: spaced)");
  add_name<Order>(app, "--property-order", json.order, {{"listed", Order::kListed}, {"free", Order::kFree}},
                  "Of JSON objects: as the schema lists them, or any (default: listed)");
  app.add_flag("--any-escapes", json.any_escapes, "JSON may spell names and constants with escapes")
      ->group("Constraints");
  app.add_option("--trigger", trigger,
                 "The text is free, and only what follows this is constrained: for tool calls")
      ->option_text("TEXT")
      ->group("Constraints")
      ->check([](const std::string& text) { return text.empty() ? "the text is empty" : ""; }, "");
}

Result<std::optional<Constraint>> ConstraintFlags::make() const {
  std::optional<Result<Constraint>> made;
  if (schema) made = named(*schema, Constraint::json_schema(read_file(*schema), json));
  if (grammar) made = named(*grammar, Constraint::gbnf(read_file(*grammar)));
  if (regex) made = Constraint::regex(*regex);
  if (choices) made = Constraint::choices(split(*choices));
  if (spans) made = named(*spans, Constraint::spans(read_file(*spans)));
  if (!made) {
    if (!trigger.empty()) throw UsageError("--trigger wants a constraint, such as --schema FILE");
    return std::optional<Constraint>();
  }
  if (*made && !trigger.empty()) made = (*made)->after(trigger);
  if (!*made) return made->error();
  return std::optional<Constraint>(std::move(**made));
}

}  // namespace linnet::cli
