// The parts of a regular expression that stand for characters: escapes and classes. Belongs to one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/fail.h"
#include "base/utf8.h"
#include "grammar/characters.h"

namespace linnet::grammar {

/// "regular expression, byte N: WHAT".
template <class... Args>
Error regex_error(ErrorCode code, std::size_t offset, fmt::format_string<Args...> what, Args&&... args) {
  return fail(code, "regular expression, byte {}: {}", offset,
              fmt::format(what, std::forward<Args>(args)...));
}

/// A place in a pattern, which must be valid UTF-8.
class RegexCursor {
 public:
  explicit RegexCursor(std::string_view pattern) noexcept : pattern_(pattern) {}

  bool at_end() const noexcept { return offset_ == pattern_.size(); }
  std::size_t offset() const noexcept { return offset_; }
  void go_back(std::size_t offset) noexcept { offset_ = offset; }
  /// Whether the next bytes are these.
  bool sees(std::string_view bytes) const noexcept { return pattern_.substr(offset_).starts_with(bytes); }
  /// Steps over these bytes if they come next.
  bool take(std::string_view bytes) noexcept {
    if (!sees(bytes)) return false;
    offset_ += bytes.size();
    return true;
  }
  /// Steps over one character. Requires !at_end().
  char32_t take() noexcept {
    const auto [code_point, n_bytes, status] = utf8::decode(pattern_.substr(offset_));
    offset_ += n_bytes;
    return code_point;
  }
  /// A decimal number of one digit or more, at most `max`, or nothing, and then the cursor has not moved.
  std::optional<std::uint32_t> take_number(std::uint32_t max) noexcept;
  /// A hexadecimal number of `n_digits` digits, or nothing, and then the cursor has not moved.
  std::optional<char32_t> take_hex(int n_digits) noexcept;

  /// kInvalidArgument: what stands here, and what was wanted instead.
  Error unexpected(std::string_view wanted) const;

 private:
  std::string_view pattern_;
  std::size_t offset_ = 0;
};

/// One character, or a set of them: only one character can begin or end a range.
struct RegexCharacters {
  CharacterSet set;
  std::optional<char32_t> single{};
};

/// ECMA-262's WordCharacters without the flag i, and everything but line terminators.
CharacterSet word_characters();
CharacterSet all_but_line_ends();

/// What follows a backslash. Errors: kInvalidArgument; kUnsupported, a back reference or an unknown property.
Result<RegexCharacters> read_regex_escape(RegexCursor& cursor, bool is_in_class);
/// What follows an opening bracket, to the closing one.
Result<CharacterSet> read_regex_class(RegexCursor& cursor);

}  // namespace linnet::grammar
