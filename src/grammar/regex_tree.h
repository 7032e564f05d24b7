// A regular expression as it was read. A value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "grammar/characters.h"

namespace linnet::grammar {

/// A part of a regular expression, from 0.
using RegexPart = std::uint32_t;

enum class RegexKind : std::uint8_t {
  kCharacters,  ///< One code point out of `set`.
  kSequence,    ///< `children`, one after the other; none: the empty text.
  kChoice,      ///< One of `children`.
  kRepeat,      ///< children[0], `min` to `max` times.
  kBefore,      ///< A place before which children[0] ends, or does not end.
  kAfter,       ///< A place after which children[0] begins, or does not begin.
};

struct RegexNode {
  RegexKind kind = RegexKind::kSequence;
  bool is_wanted = true;  ///< kBefore, kAfter: false for "does not".
  std::uint32_t min = 0;
  std::uint32_t max = 0;  ///< Or kNoLimit.
  std::uint32_t set = 0;
  std::size_t offset = 0;  ///< In the pattern, in bytes.
  std::vector<RegexPart> children{};
};

struct RegexTree {
  std::vector<RegexNode> nodes;    ///< Children come before their parents.
  std::vector<CharacterSet> sets;  ///< Each once.
  RegexPart root = 0;
};

/// Reads a pattern. ^, $, \b and \B become places before or after which characters do or do not stand, groups
/// what they hold. Needs no stack, however deep. Errors as compile_regex.
Result<RegexTree> parse_regex(std::string_view pattern);

}  // namespace linnet::grammar
