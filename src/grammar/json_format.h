// The values of "format" that linnet knows, each as a language. JSON Schema draft 2020-12, validation,
// section 7.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "grammar/dfa.h"

namespace linnet::grammar {

/// The strings of the format `name`; nothing if linnet does not know it.
Result<std::optional<DfaPtr>> format_language(std::string_view name);

/// The names of all that it knows.
std::vector<std::string_view> format_names();

}  // namespace linnet::grammar
