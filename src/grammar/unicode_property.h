// Properties of code points by the names that regular expressions use in \p{...}: general categories and some
// binary properties (Unicode Standard Annex #44, tables 12 and 9). Versions as utf8proc has them. Any thread
// may call.
#pragma once

#include <string_view>

#include "grammar/characters.h"

namespace linnet::grammar {

/// The set that `name` stands for, as it is written between the braces of \p{...}: a category's short or long
/// name, also after "General_Category=" or "gc=", or a binary property. Null if it is not known.
const CharacterSet* unicode_property(std::string_view name);

/// What unicode_property knows, for messages.
inline constexpr std::string_view kKnownProperties =
    "general categories, Any, Assigned, ASCII, ASCII_Hex_Digit and White_Space";

}  // namespace linnet::grammar
