#include "chat/lexer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/utf8.h"
#include "chat/text.h"

namespace linnet::chat {
namespace {

constexpr std::array<std::string_view, 26> kOperators = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/",
                                                         "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                                         ">",  "<",  "=",  ".",  ":",  "|",  ",", ";"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

std::string normalize(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      out += source[i];
      continue;
    }
    out += '\n';
    if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
  }
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

/// Appends the character that \x, \u, \U or an octal escape names; false if the escape is malformed.
bool append_numeric_escape(std::string& out, std::string_view text, std::size_t& at) {
  const char kind = text[at];
  const bool is_octal = kind >= '0' && kind <= '7';
  const std::size_t wanted = is_octal ? 3 : kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
  std::size_t i = is_octal ? at : at + 1;
  const std::size_t start = i;
  std::uint32_t value = 0;
  for (; i < text.size() && i - start < wanted; ++i) {
    const char c = text[i];
    const int digit = is_digit(c)            ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : 99;
    if (digit >= (is_octal ? 8 : 16)) break;
    value = value * (is_octal ? 8u : 16u) + static_cast<std::uint32_t>(digit);
  }
  if ((!is_octal && i - start < wanted) || value > 0x10FFFF) return false;
  utf8::append(out, value);
  at = i;
  return true;
}

/// Python's string escapes; absent if one is malformed.
std::optional<std::string> unescape(std::string_view text) {
  constexpr std::string_view kLetters = "abfnrtv\\'\"", kMeanings = "\a\b\f\n\r\t\v\\'\"";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at++];
    if (c != '\\' || at == text.size()) {
      out += c;
      continue;
    }
    const char escape = text[at];
    if (const std::size_t known = kLetters.find(escape); known != std::string_view::npos) {
      out += kMeanings[known];
      ++at;
    } else if (escape == 'x' || escape == 'u' || escape == 'U' || (escape >= '0' && escape <= '7')) {
      if (!append_numeric_escape(out, text, at)) return std::nullopt;
    } else if (escape == '\n') {
      ++at;
    } else {
      out += '\\';
    }
  }
  return out;
}

class Lexer {
 public:
  explicit Lexer(std::string source) : source_(std::move(source)) {}

  Result<std::vector<Token>> run() {
    while (at_ < source_.size()) LINNET_CHECK(data_and_tag());
    push(Token::Kind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return std::string_view(source_).substr(at_); }
  bool sees(std::string_view text) const { return rest().substr(0, text.size()) == text; }
  void push(Token::Kind kind, std::string text) { tokens_.push_back({kind, line_, std::move(text)}); }

  Error error(std::string message) const {
    return fail(ErrorCode::kInvalidArgument, "chat template, line {}: {}", line_, message);
  }

  void advance(std::size_t n) {
    n = std::min(n, source_.size() - at_);
    if (n == 0) return;
    const std::string_view passed = rest().substr(0, n);
    line_ += static_cast<std::uint32_t>(std::count(passed.begin(), passed.end(), '\n'));
    at_ += n;
    at_line_start_ = source_[at_ - 1] == '\n';
  }

  /// Emits the text up to `end`, stripped as the tag that follows asks.
  void data(std::size_t end, char sign, bool is_output) {
    std::string_view text = rest().substr(0, end - at_);
    if (sign == '-') {
      text = text.substr(0, without_trailing_space(text));
    } else if (sign != '+' && !is_output) {
      const std::size_t newline = text.rfind('\n');
      const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
      const bool starts_line = line > 0 || at_line_start_;
      if (starts_line && leading_space(text.substr(line)) == text.size() - line) text = text.substr(0, line);
    }
    if (!text.empty()) push(Token::Kind::kData, std::string(text));
    advance(end - at_);
  }

  Result<void> data_and_tag() {
    std::size_t tag = at_;
    do {
      tag = source_.find('{', tag);
      if (tag == std::string::npos || tag + 1 == source_.size()) {
        data(source_.size(), '+', true);
        return {};
      }
      ++tag;
    } while (source_[tag] != '{' && source_[tag] != '%' && source_[tag] != '#');
    const char kind = source_[tag];
    const char next = tag + 1 < source_.size() ? source_[tag + 1] : '\0';
    const char sign = next == '-' || next == '+' ? next : '\0';
    data(tag - 1, sign, kind == '{');
    if (const std::size_t raw = kind == '%' ? raw_tag("raw", false) : 0; raw > 0) return raw_block(raw);
    if (kind == '%') push(Token::Kind::kBlockBegin, "");
    if (kind == '{') push(Token::Kind::kOutputBegin, "");
    advance(sign == '\0' ? 2 : 3);
    return kind == '#' ? comment() : tag_tokens(kind == '%');
  }

  /// How many bytes the end of a tag takes if it stands at `at`: its sign and mark, and the white space it
  /// swallows.
  std::size_t end_of_tag(std::size_t at, std::string_view mark, bool is_block) const {
    const std::string_view text = std::string_view(source_).substr(at);
    if (text.substr(0, 1) == "-" && text.substr(1, 2) == mark) return 3 + leading_space(text.substr(3));
    if (is_block && text.substr(0, 1) == "+" && text.substr(1, 2) == mark) return 3;
    if (text.substr(0, 2) != mark) return 0;
    return is_block && text.substr(2, 1) == "\n" ? 3 : 2;
  }

  Result<void> comment() {
    const std::size_t mark = source_.find("#}", at_);
    if (mark == std::string::npos) return error("a comment that begins with {# has no end #}");
    const bool has_sign = mark > at_ && (source_[mark - 1] == '-' || source_[mark - 1] == '+');
    const std::size_t end = has_sign ? mark - 1 : mark;
    advance(end - at_);
    advance(end_of_tag(at_, "#}", true));
    return {};
  }

  /// The length of `{% raw %}` or `{% endraw %}` if one stands here, else 0. Only the latter trims a newline.
  std::size_t raw_tag(std::string_view name, bool trims) const {
    std::size_t at = at_ + 2;
    if (at < source_.size() && (source_[at] == '-' || source_[at] == '+')) ++at;
    at += leading_space(std::string_view(source_).substr(std::min(at, source_.size())));
    if (source_.compare(std::min(at, source_.size()), name.size(), name) != 0) return 0;
    at += name.size();
    at += leading_space(std::string_view(source_).substr(at));
    if (!trims && at < source_.size() && source_[at] == '+') return 0;
    std::size_t end = end_of_tag(at, "%}", trims);
    return end == 0 ? 0 : at + end - at_;
  }

  Result<void> raw_block(std::size_t tag_size) {
    advance(tag_size);
    const std::size_t start = at_;
    for (std::size_t tag = source_.find("{%", at_); tag != std::string::npos;
         tag = source_.find("{%", tag + 2)) {
      at_ = tag;
      const std::size_t size = raw_tag("endraw", true);
      at_ = start;
      if (size == 0) continue;
      data(tag, source_[tag + 2], false);
      advance(size);
      return {};
    }
    return error("a raw block has no {% endraw %}");
  }

  Result<void> tag_tokens(bool is_block) {
    const std::string_view mark = is_block ? "%}" : "}}";
    while (at_ < source_.size()) {
      if (brackets_.empty()) {
        if (const std::size_t size = end_of_tag(at_, mark, is_block); size > 0) {
          push(is_block ? Token::Kind::kBlockEnd : Token::Kind::kOutputEnd, "");
          advance(size);
          return {};
        }
      }
      LINNET_CHECK(expression_token());
    }
    return error(fmt::format("the template ends inside a tag; '{}' is missing", mark));
  }

  Result<void> expression_token() {
    if (const std::size_t space = leading_space(rest()); space > 0) return advance(space), Result<void>();
    const char c = source_[at_];
    if (is_digit(c)) return number(), Result<void>();
    if (c == '"' || c == '\'') return string(c);
    if (!is_name_start(c)) return operator_token();
    std::size_t end = at_;
    while (end < source_.size() && is_name_part(source_[end])) ++end;
    take(Token::Kind::kName, end - at_);
    return {};
  }

  void take(Token::Kind kind, std::size_t n) {
    push(kind, source_.substr(at_, n));
    advance(n);
  }

  /// Where a run of digits, single underscores between them, ends; `at` itself if there is none.
  std::size_t digits_end(std::size_t at) const {
    std::size_t end = at;
    while (end < source_.size() && is_digit(source_[end])) {
      ++end;
      if (end + 1 < source_.size() && source_[end] == '_' && is_digit(source_[end + 1])) ++end;
    }
    return end;
  }

  void number() {
    const std::size_t whole = digits_end(at_);
    std::size_t end = whole;
    if (end < source_.size() && source_[end] == '.' && digits_end(end + 1) > end + 1)
      end = digits_end(end + 1);
    if (end < source_.size() && (source_[end] == 'e' || source_[end] == 'E')) {
      std::size_t digits = end + 1;
      if (digits < source_.size() && (source_[digits] == '+' || source_[digits] == '-')) ++digits;
      if (digits_end(digits) > digits) end = digits_end(digits);
    }
    const bool after_dot = at_ > 0 && source_[at_ - 1] == '.';
    if (end > whole && !after_dot) return take(Token::Kind::kFloat, end - at_);
    take(Token::Kind::kInteger, integer_end(whole) - at_);
  }

  std::size_t integer_end(std::size_t decimal_end) const {
    if (source_[at_] != '0') return decimal_end;
    const char base = at_ + 1 < source_.size() ? static_cast<char>(source_[at_ + 1] | 0x20) : '\0';
    const std::string_view digits = base == 'x'   ? "0123456789abcdefABCDEF_"
                                    : base == 'o' ? "01234567_"
                                                  : "01_";
    if (base == 'x' || base == 'o' || base == 'b') {
      const std::size_t end = std::min(source_.find_first_not_of(digits, at_ + 2), source_.size());
      if (end > at_ + 2) return end;
    }
    return std::min(source_.find_first_not_of("0_", at_), decimal_end);
  }

  Result<void> string(char quote) {
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    if (end >= source_.size()) return error("a string has no closing quote");
    auto text = unescape(std::string_view(source_).substr(at_ + 1, end - at_ - 1));
    if (!text) return error("a string has a malformed \\x, \\u or \\U escape");
    push(Token::Kind::kString, *std::move(text));
    advance(end + 1 - at_);
    return {};
  }

  Result<void> operator_token() {
    const auto found =
        std::find_if(kOperators.begin(), kOperators.end(), [&](std::string_view op) { return sees(op); });
    if (found == kOperators.end())
      return error(fmt::format("unexpected character '{}'", utf8::printable(rest(), 1)));
    const char c = found->front();
    if (c == '(' || c == '[' || c == '{') brackets_ += c == '(' ? ')' : c == '[' ? ']' : '}';
    if (c == ')' || c == ']' || c == '}') {
      if (brackets_.empty()) return error(fmt::format("unexpected '{}'", c));
      if (brackets_.back() != c)
        return error(fmt::format("unexpected '{}', expected '{}'", c, brackets_.back()));
      brackets_.pop_back();
    }
    push(Token::Kind::kOperator, std::string(*found));
    advance(found->size());
    return {};
  }

  std::string source_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  bool at_line_start_ = true;
  std::string brackets_;  ///< The closing brackets that open ones wait for.
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view source) { return Lexer(normalize(source)).run(); }

}  // namespace linnet::chat
