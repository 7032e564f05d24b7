// Python's string methods on marked text. Where bytes are taken over their marks are; where they are
// transformed, as by upper(), the whole result counts as input as soon as any byte was. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "chat/runtime.h"
#include "chat/text.h"
#include "chat/value.h"

namespace linnet::chat {

enum class Side : std::uint8_t {
  kLeft,
  kRight,
  kBoth,    ///< As str.center() pads.
  kMiddle,  ///< As format()'s '^' pads, which differs where an odd number is missing.
};

/// Without white space, or without any of the code points in `chars`, at that side.
Text strip(const Text& text, const Text* chars, Side side);
/// str.split and str.rsplit (from_right); at white space where `separator` is null. `limit` < 0: no limit.
/// Error: an empty separator.
Result<std::vector<Value>> split(const Text& text, const Text* separator, std::int64_t limit,
                                 bool from_right);
std::vector<Text> split_lines(const Text& text, bool keep_ends);
/// `limit` < 0: all.
Result<Text> replace(Runtime& runtime, const Text& text, const Text& from, const Text& to,
                     std::int64_t limit);
Result<Text> join(Runtime& runtime, const Text& separator, const std::vector<Text>& pieces);
/// Padded to `width` code points; the text stands at `side`.
Result<Text> pad(Runtime& runtime, const Text& text, std::int64_t width, Side side, const Text& fill);

Text upper(const Text& text);
Text lower(const Text& text);
Text capitalize(const Text& text);
Text swap_case(const Text& text);
/// str.title() where every change between letters and others begins a word; `jinja` for the filter's notion
/// of words.
Text title(const Text& text, bool jinja);

/// Whether there is a code point and `accepts` holds for each.
bool all_code_points(std::string_view text, bool (*accepts)(char32_t));
bool is_letter(char32_t c);
bool is_digit(char32_t c);
/// str.isupper() and str.islower(): some cased code point, and none of the other case.
bool is_upper(std::string_view text);
bool is_lower(std::string_view text);

}  // namespace linnet::chat
