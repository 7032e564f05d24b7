// The flags that name a constraint, for the commands that make text or match it.
#pragma once

#include <optional>
#include <string>

#include <linnet/constraint.h>
#include <CLI/CLI.hpp>

namespace linnet::cli {

struct ConstraintFlags {
  std::optional<std::string> schema;   ///< A file.
  std::optional<std::string> grammar;  ///< A file.
  std::optional<std::string> regex;
  std::optional<std::string> choices;
  std::optional<std::string> spans;  ///< A file.
  JsonOptions json;
  std::string trigger;

  /// Declares them on `app`; the struct must live until the action has run.
  void add(CLI::App& app);
  /// The constraint, or nothing if no flag names one. Errors: that of reading a file; those of Constraint,
  /// with the file's name. Throws UsageError for a list of choices that is none.
  Result<std::optional<Constraint>> make() const;
};

}  // namespace linnet::cli
