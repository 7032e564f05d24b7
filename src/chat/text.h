// Strings that remember which of their bytes came from the caller: what makes text in a message unable to
// pass for the template's own special tokens. Plain values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace linnet::chat {

class Text {
 public:
  /// A stretch of bytes [previous end, end) of one origin.
  struct Run {
    std::size_t end;
    bool from_input;
  };

  Text() = default;
  Text(std::string bytes, bool from_input);

  std::string_view bytes() const noexcept { return bytes_; }
  std::size_t size() const noexcept { return bytes_.size(); }
  bool empty() const noexcept { return bytes_.empty(); }
  /// In order, without gaps, neighbours of different origin.
  const std::vector<Run>& runs() const noexcept { return runs_; }
  /// Whether any byte is the caller's.
  bool any_input() const noexcept;

  /// Jinja's Markup: HTML that `+` must not escape. Set by the filters safe and escape only.
  bool is_markup() const noexcept { return is_markup_; }
  Text as_markup(bool markup) &&;

  void append(std::string_view bytes, bool from_input);
  void append(const Text& other);
  /// Appends other's bytes [begin, end), clamped to its size.
  void append(const Text& other, std::size_t begin, std::size_t end);
  /// Bytes [begin, end) with their marks, clamped to the size.
  Text slice(std::size_t begin, std::size_t end) const;

 private:
  std::string bytes_;
  std::vector<Run> runs_;
  bool is_markup_ = false;
};

/// Where `needle` first stands in `text` at or after `from`, or npos; linear time for any two strings.
std::size_t find_bytes(std::string_view text, std::string_view needle, std::size_t from = 0);

/// Python's str.isspace() for one code point; also what `\s` means to Jinja's lexer.
bool is_space(char32_t c) noexcept;

/// Bytes of `text` before its first code point that is not white space, and up to its last one.
std::size_t leading_space(std::string_view text) noexcept;
std::size_t without_trailing_space(std::string_view text) noexcept;

/// Code points in `text`; each byte that is not UTF-8 counts as the replacement character that stands for it.
std::size_t count_code_points(std::string_view text) noexcept;
/// The byte at which code point `index` starts; the size if there are fewer.
std::size_t byte_of_code_point(std::string_view text, std::size_t index) noexcept;

}  // namespace linnet::chat
