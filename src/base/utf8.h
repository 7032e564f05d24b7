// UTF-8 as the Unicode Standard defines it (section 3.9, table 3-7): no surrogates, nothing above U+10FFFF,
// no overlong form. Functions of their arguments alone: any thread may call them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace linnet::utf8 {

/// Stands for bytes that are not UTF-8.
inline constexpr char32_t kReplacement = 0xFFFD;

enum class Status : std::uint8_t {
  kValid,
  kIncomplete,  ///< The text ends inside a character: more bytes could complete it.
  kInvalid,     ///< No further bytes can make it one.
};

/// What stands at the start of a text.
struct Decoded {
  char32_t code_point;  ///< kReplacement unless kValid.
  std::uint8_t
      n_bytes;  ///< 1 to 4. Where not kValid, the bytes that one U+FFFD replaces (W3C's "maximal subpart").
  Status status;
};

/// The first code point of `text`. Requires that text is not empty.
Decoded decode(std::string_view text) noexcept;

/// Bytes of the longest prefix of `text` that is UTF-8.
std::size_t valid_prefix(std::string_view text) noexcept;

inline bool is_valid(std::string_view text) noexcept { return valid_prefix(text) == text.size(); }

/// Bytes at the end of `text` (0 to 3) that begin a character which further bytes could complete. What comes
/// before them need not be valid.
std::size_t incomplete_tail(std::string_view text) noexcept;

/// Appends `code_point`, or kReplacement where it is a surrogate or above U+10FFFF.
void append(std::string& out, char32_t code_point);

/// `text` for a message: control characters, bidirectional overrides, the backslash and bytes that are not
/// UTF-8 as escapes (\n, \x1b, \u202e, \\), cut after about `max_bytes` with an ellipsis.
std::string printable(std::string_view text, std::size_t max_bytes = 80);

}  // namespace linnet::utf8
