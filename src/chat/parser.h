// Template text to syntax tree: Jinja's grammar with loop controls and transformers' generation tag, without
// template inheritance and inclusion.
#pragma once

#include <string_view>

#include "base/fail.h"
#include "chat/ast.h"

namespace linnet::chat {

/// Errors: kInvalidArgument, a syntax error, a filter or test that does not exist, nesting or a text beyond
/// the bounds; kUnsupported, a tag or filter of Jinja that linnet lacks. All name the line.
Result<ast::Body> parse_template(std::string_view source);

}  // namespace linnet::chat
