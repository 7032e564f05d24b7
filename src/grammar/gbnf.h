// GBNF, the notation for grammars that llama.cpp reads. docs/grammar.md lists what is read and what is
// refused. Any thread may call.
// Source: llama.cpp, grammars/README.md.
#pragma once

#include <string_view>

#include "base/fail.h"
#include "grammar/grammar.h"

namespace linnet::grammar {

/// The grammar whose rule "root" is what may be written.
/// Errors name line and column, both from 1, and the rule: kInvalidArgument, a text that is no grammar, a
/// rule that is missing, defined twice or begins with itself; kUnsupported, token references, or a grammar
/// that is too large or too deep.
Result<GrammarPtr> parse_gbnf(std::string_view text);

}  // namespace linnet::grammar
