// The flags that say what `linnet classify` knows of its labels, and the form of what it prints.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <linnet/tasks.h>

#include "cli/command.h"
#include "cli/json_lines.h"

namespace linnet::cli {

struct ClassifierFlags {
  std::string labels, examples, head;  ///< Files, of which one is given,
  std::string recipe;                  ///< or a recipe's name or file.
  std::optional<double> threshold;
  std::vector<std::size_t> layers;
  std::size_t n_ctx = 0;

  void add(CLI::App& app);
  /// Throws UsageError unless one source of labels is given.
  void check() const;
  /// Reads the files and learns. `progress` as ClassifierOptions has it. Throws linnet::Exception.
  Classifier make(const Model& model, unsigned n_threads, std::function<bool(double)> progress) const;
};

/// What `linnet classify` prints for a text.
Json to_json(const Classification& result, std::span<const std::string> labels);

}  // namespace linnet::cli
