// The flags that say what `linnet extract` looks for, and the form of what it prints.
#pragma once

#include <string>
#include <vector>

#include <linnet/extract.h>

#include "cli/command.h"

namespace linnet::cli {

struct ExtractorFlags {
  ExtractOptions options;
  std::string recipe, schema, examples, head;
  bool no_cache = false;

  void add(CLI::App& app);
  /// Throws UsageError if nothing says what to look for.
  void check() const;
  /// With the files that the flags name. Throws as check(), and linnet::Exception.
  ExtractOptions read(unsigned n_threads) const;
};

/// What `linnet extract` prints for a text, a line.
std::string to_line(const std::vector<Record>& records);

}  // namespace linnet::cli
