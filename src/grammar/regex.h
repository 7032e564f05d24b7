// Regular expressions as ECMA-262 writes them, with the meaning of the flag u: patterns and texts are made of
// code points. docs/grammar.md lists what is read and what is refused. Any thread may call.
// Source: ECMA-262, 15th edition, section 22.2.
#pragma once

#include <string_view>

#include "base/fail.h"
#include "grammar/dfa.h"

namespace linnet::grammar {

/// The texts, all of valid UTF-8, in which `pattern` matches somewhere: a side that it does not tie down with
/// ^ or $ may be any text, as in JSON Schema. The language may be empty.
/// Errors name the byte: kInvalidArgument, a pattern that is none; kUnsupported, one that is not regular,
/// uses what linnet lacks, or needs too large an automaton or all of `work`, if null of its own.
Result<DfaPtr> compile_regex(std::string_view pattern, AutomataWork* work = nullptr);

}  // namespace linnet::grammar
