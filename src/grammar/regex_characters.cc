#include "grammar/regex_characters.h"

#include <algorithm>
#include <string>

#include "grammar/unicode_property.h"

namespace linnet::grammar {
namespace {

constexpr std::string_view kClassEscapes = "dDsSwW";

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

RegexCharacters one(char32_t c) { return {character_set({{c, c}}), c}; }

// ECMA-262's WhiteSpace and LineTerminator.
CharacterSet white_space() {
  return {{0x9, 0xD},       {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
          {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
}

// \d, \s, \w, and with a capital letter their complements.
CharacterSet class_escape(char32_t letter) {
  switch (letter) {
    case 'd': return {{'0', '9'}};
    case 's': return white_space();
    case 'w': return word_characters();
    default: return complement(class_escape(letter - 'A' + 'a'));
  }
}

// After \p or \P.
Result<CharacterSet> read_property(RegexCursor& cursor, bool is_negated) {
  if (!cursor.take("{")) return cursor.unexpected("a property in braces, such as \\p{Letter}");
  const std::size_t begin = cursor.offset();
  std::string name;
  while (!cursor.take("}")) {
    if (cursor.at_end()) return cursor.unexpected("the '}' that ends the property's name");
    utf8::append(name, cursor.take());
  }
  const CharacterSet* set = unicode_property(name);
  if (!set) {
    return regex_error(ErrorCode::kUnsupported, begin, "the property '{}' is not known; {} are",
                       utf8::printable(name), kKnownProperties);
  }
  return is_negated ? complement(*set) : *set;
}

// After \u: four digits, a pair of surrogates, or a number in braces.
Result<RegexCharacters> read_unicode_escape(RegexCursor& cursor) {
  const std::size_t begin = cursor.offset();
  if (cursor.take("{")) {
    char32_t c = 0;
    do {
      const auto digit = cursor.take_hex(1);
      if (!digit) return cursor.unexpected("a hexadecimal digit of \\u{...}");
      c = c * 16 + *digit;
      if (c > kLastCodePoint) {
        return regex_error(ErrorCode::kInvalidArgument, begin,
                           "\\u{{...}} lies above 10FFFF, the last character");
      }
    } while (!cursor.take("}"));
    return one(c);
  }
  const auto first = cursor.take_hex(4);
  if (!first) return cursor.unexpected("four hexadecimal digits or '{' after \\u");
  const std::size_t after_first = cursor.offset();
  if (*first >= 0xD800 && *first < 0xDC00 && cursor.take("\\u")) {
    const auto second = cursor.take_hex(4);
    if (second && *second >= 0xDC00 && *second < 0xE000) {
      return one(0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
    }
    cursor.go_back(after_first);
  }
  return one(*first);
}

// What the letters stand for that mean one control character.
std::optional<char32_t> control(char32_t letter) {
  switch (letter) {
    case 't': return '\t';
    case 'n': return '\n';
    case 'v': return '\v';
    case 'f': return '\f';
    case 'r': return '\r';
    default: return std::nullopt;
  }
}

Result<RegexCharacters> read_control_letter(RegexCursor& cursor) {
  const std::size_t begin = cursor.offset();
  const char32_t letter = cursor.at_end() ? 0 : cursor.take();
  if (is_letter(letter)) return one(letter % 32);
  cursor.go_back(begin);
  return cursor.unexpected("a letter after \\c");
}

// After \0 to \9, whose digit has been taken.
Result<RegexCharacters> read_digit_escape(RegexCursor& cursor, char32_t digit, bool is_in_class) {
  const std::size_t begin = cursor.offset() - 1;
  const bool is_longer = cursor.take_number(9).has_value();
  if (digit == '0' && !is_longer) return one(0);
  if (digit == '0' || is_in_class) {
    return regex_error(ErrorCode::kInvalidArgument, begin,
                       "digits cannot be escaped here; write \\x and two digits");
  }
  return regex_error(ErrorCode::kUnsupported, begin,
                     "back references are not regular and cannot be enforced");
}

// An item of a class: a character, an escape.
Result<RegexCharacters> read_class_item(RegexCursor& cursor) {
  if (cursor.at_end()) return cursor.unexpected("the ']' that ends the class");
  if (cursor.take("\\")) return read_regex_escape(cursor, true);
  return one(cursor.take());
}

}  // namespace

std::optional<std::uint32_t> RegexCursor::take_number(std::uint32_t max) noexcept {
  const std::size_t begin = offset_;
  std::uint64_t value = 0;
  for (; !at_end() && is_digit(static_cast<unsigned char>(pattern_[offset_])); ++offset_) {
    value = std::min<std::uint64_t>(value * 10 + static_cast<std::uint64_t>(pattern_[offset_] - '0'), max);
  }
  if (offset_ == begin) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

std::optional<char32_t> RegexCursor::take_hex(int n_digits) noexcept {
  const std::size_t begin = offset_;
  char32_t value = 0;
  for (int i = 0; i < n_digits; ++i) {
    const char c = at_end() ? '\0' : pattern_[offset_];
    const int lower = c | 0x20;
    if (is_digit(static_cast<unsigned char>(c))) {
      value = value * 16 + static_cast<char32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<char32_t>(lower - 'a' + 10);
    } else {
      offset_ = begin;
      return std::nullopt;
    }
    ++offset_;
  }
  return value;
}

Error RegexCursor::unexpected(std::string_view wanted) const {
  if (at_end())
    return regex_error(ErrorCode::kInvalidArgument, offset_, "the pattern ends, wanted {}", wanted);
  RegexCursor here = *this;
  std::string found;
  utf8::append(found, here.take());
  return regex_error(ErrorCode::kInvalidArgument, offset_, "found '{}', wanted {}", utf8::printable(found),
                     wanted);
}

CharacterSet word_characters() { return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}; }

CharacterSet all_but_line_ends() { return complement({{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}); }

Result<RegexCharacters> read_regex_escape(RegexCursor& cursor, bool is_in_class) {
  if (cursor.at_end()) return cursor.unexpected("what the backslash escapes");
  const std::size_t begin = cursor.offset();
  const char32_t c = cursor.take();
  if (c < 0x80 && kClassEscapes.find(static_cast<char>(c)) != std::string_view::npos) {
    return RegexCharacters{class_escape(c)};
  }
  if (const auto meant = control(c)) return one(*meant);
  if (c == 'b' && is_in_class) return one('\b');
  if (c == 'c') return read_control_letter(cursor);
  if (c == 'u') return read_unicode_escape(cursor);
  if (c == 'k' && !is_in_class) {
    return regex_error(ErrorCode::kUnsupported, begin,
                       "back references are not regular and cannot be enforced");
  }
  if (c == 'p' || c == 'P') {
    LINNET_TRY(CharacterSet set, read_property(cursor, c == 'P'));
    return RegexCharacters{std::move(set)};
  }
  if (c == 'x') {
    const auto code = cursor.take_hex(2);
    if (!code) return cursor.unexpected("two hexadecimal digits after \\x");
    return one(*code);
  }
  if (is_digit(c)) return read_digit_escape(cursor, c, is_in_class);
  if (is_letter(c) || c >= 0x80) {
    cursor.go_back(begin);
    return cursor.unexpected(
        "a character that can be escaped; letters stand for themselves without a backslash");
  }
  return one(c);
}

Result<CharacterSet> read_regex_class(RegexCursor& cursor) {
  const bool is_negated = cursor.take("^");
  std::vector<CharacterRange> ranges;
  std::size_t n_before_joining = 4096;  // so that a property named again and again takes no more memory
  while (!cursor.take("]")) {
    const std::size_t begin = cursor.offset();
    LINNET_TRY(const RegexCharacters first, read_class_item(cursor));
    ranges.insert(ranges.end(), first.set.begin(), first.set.end());
    if (cursor.sees("-") && !cursor.sees("-]")) {
      cursor.take();
      LINNET_TRY(const RegexCharacters last, read_class_item(cursor));
      if (!first.single || !last.single) {
        return regex_error(ErrorCode::kInvalidArgument, begin,
                           "a range must lie between two single characters; write \\- for the '-' itself");
      }
      if (*first.single > *last.single) {
        return regex_error(ErrorCode::kInvalidArgument, begin, "the range ends before it begins");
      }
      ranges.push_back({*first.single, *last.single});
    }
    if (ranges.size() > n_before_joining) {
      ranges = character_set(std::move(ranges));
      n_before_joining = 2 * ranges.size() + 4096;
    }
  }
  CharacterSet set = character_set(std::move(ranges));
  return is_negated ? complement(set) : set;
}

}  // namespace linnet::grammar
