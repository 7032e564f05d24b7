// Python's ways to format text: "%s" % values, "{}".format(values), and HTML escaping as MarkupSafe does it.
// Bytes of the pattern and of arguments that are taken over keep their marks of origin.
#pragma once

#include "base/fail.h"
#include "chat/builtins.h"
#include "chat/runtime.h"
#include "chat/text.h"

namespace linnet::chat {

/// pattern % values: a tuple gives several values, a dict serves %(name)s.
Result<Value> format_percent(Runtime& runtime, const Text& pattern, const Value& values);
/// pattern.format(...).
Result<Value> format_braces(Runtime& runtime, const Text& pattern, const Arguments& arguments);
Text escape_html(const Text& text);

}  // namespace linnet::chat
