#include "chat/text_ops.h"

#include <algorithm>

#include <utf8proc.h>

#include "base/utf8.h"

namespace linnet::chat {
namespace {

struct CodePoint {
  char32_t value;
  std::size_t begin, end;
};

std::vector<CodePoint> code_points(std::string_view text) {
  std::vector<CodePoint> out;
  for (std::size_t at = 0; at < text.size();) {
    const utf8::Decoded decoded = utf8::decode(text.substr(at));
    out.push_back({decoded.code_point, at, at + decoded.n_bytes});
    at += decoded.n_bytes;
  }
  return out;
}

Text strip_chars(const Text& text, std::string_view chars, Side side) {
  std::vector<char32_t> set;
  for (const CodePoint& c : code_points(chars)) set.push_back(c.value);
  std::sort(set.begin(), set.end());
  const auto in_set = [&](const CodePoint& c) { return std::binary_search(set.begin(), set.end(), c.value); };
  const std::vector<CodePoint> points = code_points(text.bytes());
  std::size_t first = 0, last = points.size();
  while (side != Side::kRight && first < last && in_set(points[first])) ++first;
  while (side != Side::kLeft && last > first && in_set(points[last - 1])) --last;
  return first == last ? Text() : text.slice(points[first].begin, points[last - 1].end);
}

/// [begin, end) of each word, at most limit + 1 of them where limit >= 0; the last then runs on.
std::vector<Text> split_space(const Text& text, std::int64_t limit) {
  std::vector<Text> out;
  std::size_t at = 0;
  while (true) {
    at += leading_space(text.bytes().substr(at));
    if (at == text.size()) return out;
    if (limit >= 0 && out.size() == static_cast<std::size_t>(limit)) {
      out.push_back(text.slice(at, text.size()));
      return out;
    }
    const std::size_t begin = at;
    while (at < text.size()) {
      const utf8::Decoded decoded = utf8::decode(text.bytes().substr(at));
      if (is_space(decoded.code_point)) break;
      at += decoded.n_bytes;
    }
    out.push_back(text.slice(begin, at));
  }
}

std::vector<Text> rsplit_space(const Text& text, std::int64_t limit) {
  const std::vector<Text> words = split_space(text, -1);
  const std::size_t n = limit < 0 ? words.size() : std::min(words.size(), static_cast<std::size_t>(limit));
  if (n == words.size()) return words;
  // What the limit leaves unsplit: everything up to the end of the last word that is not split off.
  std::size_t end = without_trailing_space(text.bytes());
  for (std::size_t i = 0; i < n; ++i) {
    end = without_trailing_space(text.bytes().substr(0, end - words[words.size() - 1 - i].size()));
  }
  std::vector<Text> out{text.slice(0, end)};
  out.insert(out.end(), words.end() - static_cast<std::ptrdiff_t>(n), words.end());
  return out;
}

std::vector<std::size_t> occurrences(std::string_view text, std::string_view needle) {
  std::vector<std::size_t> out;
  for (std::size_t at = find_bytes(text, needle); at != std::string_view::npos;
       at = find_bytes(text, needle, at + needle.size())) {
    out.push_back(at);
  }
  return out;
}

std::vector<std::size_t> occurrences_from_right(std::string_view text, std::string_view needle) {
  const std::string reversed_text(text.rbegin(), text.rend()),
      reversed_needle(needle.rbegin(), needle.rend());
  std::vector<std::size_t> out = occurrences(reversed_text, reversed_needle);
  for (std::size_t& at : out) at = text.size() - at - needle.size();
  return out;
}

template <class Map>
Text mapped(const Text& text, Map map) {
  std::string out;
  bool first = true;
  for (const CodePoint& c : code_points(text.bytes())) {
    map(out, c.value, first);
    first = false;
  }
  return Text(std::move(out), text.any_input());
}

void append_upper(std::string& out, char32_t c) {
  if (c == U'ß')
    out += "SS";  // utf8proc maps to one code point only
  else
    utf8::append(out, static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c))));
}

void append_lower(std::string& out, char32_t c) {
  utf8::append(out, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
}

}  // namespace

Text strip(const Text& text, const Text* chars, Side side) {
  if (chars != nullptr) return strip_chars(text, chars->bytes(), side);
  const std::size_t end = side == Side::kLeft ? text.size() : without_trailing_space(text.bytes());
  const std::size_t begin = side == Side::kRight ? 0 : leading_space(text.bytes().substr(0, end));
  return text.slice(begin, end);
}

Result<std::vector<Value>> split(const Text& text, const Text* separator, std::int64_t limit,
                                 bool from_right) {
  std::vector<Text> pieces;
  if (separator == nullptr) {
    pieces = from_right ? rsplit_space(text, limit) : split_space(text, limit);
  } else if (separator->empty()) {
    return fail(ErrorCode::kInvalidArgument, "empty separator");
  } else {
    const std::string_view bytes = text.bytes(), mark = separator->bytes();
    std::vector<std::size_t> cuts =
        from_right ? occurrences_from_right(bytes, mark) : occurrences(bytes, mark);
    if (limit >= 0 && cuts.size() > static_cast<std::size_t>(limit))
      cuts.resize(static_cast<std::size_t>(limit));
    if (from_right) std::reverse(cuts.begin(), cuts.end());
    std::size_t begin = 0;
    for (const std::size_t cut : cuts) {
      pieces.push_back(text.slice(begin, cut));
      begin = cut + mark.size();
    }
    pieces.push_back(text.slice(begin, text.size()));
  }
  std::vector<Value> out;
  for (Text& piece : pieces) out.push_back(Value::text(std::move(piece)));
  return out;
}

std::vector<Text> split_lines(const Text& text, bool keep_ends) {
  const auto breaks = [](char32_t c) {
    return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
  };
  const std::vector<CodePoint> points = code_points(text.bytes());
  std::vector<Text> out;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!breaks(points[i].value)) continue;
    const std::size_t line_end = points[i].begin;
    if (points[i].value == '\r' && i + 1 < points.size() && points[i + 1].value == '\n') ++i;
    out.push_back(text.slice(begin, keep_ends ? points[i].end : line_end));
    begin = points[i].end;
  }
  if (begin < text.size()) out.push_back(text.slice(begin, text.size()));
  return out;
}

Result<Text> replace(Runtime& runtime, const Text& text, const Text& from, const Text& to,
                     std::int64_t limit) {
  std::vector<std::size_t> cuts;
  if (from.empty()) {
    for (const CodePoint& c : code_points(text.bytes())) cuts.push_back(c.begin);
    cuts.push_back(text.size());
  } else {
    cuts = occurrences(text.bytes(), from.bytes());
  }
  if (limit >= 0 && cuts.size() > static_cast<std::size_t>(limit))
    cuts.resize(static_cast<std::size_t>(limit));
  if (to.size() > 0 && cuts.size() > kMaxTextBytes / to.size())
    return runtime.charge_text(kMaxTextBytes + 1).error();
  LINNET_CHECK(runtime.charge_text(text.size() + cuts.size() * to.size()));
  Text out;
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    out.append(text, begin, cut);
    out.append(to);
    begin = cut + from.size();
  }
  out.append(text, begin, text.size());
  return out;
}

Result<Text> join(Runtime& runtime, const Text& separator, const std::vector<Text>& pieces) {
  Text out;
  bool first = true;
  for (const Text& piece : pieces) {
    const std::size_t more = piece.size() + separator.size();
    if (out.size() + more > kMaxTextBytes + separator.size())
      return runtime.charge_text(out.size() + more).error();
    LINNET_CHECK(runtime.charge(more / 64));
    if (!first) out.append(separator);
    first = false;
    out.append(piece);
  }
  return out;
}

Result<Text> pad(Runtime& runtime, const Text& text, std::int64_t width, Side side, const Text& fill) {
  const std::size_t size = count_code_points(text.bytes());
  if (count_code_points(fill.bytes()) != 1) {
    return fail(ErrorCode::kInvalidArgument, "The fill character must be exactly one character long");
  }
  if (width <= 0 || static_cast<std::size_t>(width) <= size) return text;
  const auto wanted = static_cast<std::size_t>(width);
  if (wanted > kMaxTextBytes / fill.size()) return runtime.charge_text(kMaxTextBytes + 1).error();
  LINNET_CHECK(runtime.charge_text(wanted * fill.size() + text.size()));
  const std::size_t missing = wanted - size;
  // CPython's str.center puts the odd one left where the width is odd.
  const std::size_t odd = side == Side::kBoth ? missing & wanted & 1 : 0;
  const std::size_t before = side == Side::kLeft ? 0 : side == Side::kRight ? missing : missing / 2 + odd;
  Text out;
  for (std::size_t i = 0; i < before; ++i) out.append(fill);
  out.append(text);
  for (std::size_t i = before; i < missing; ++i) out.append(fill);
  return out;
}

Text upper(const Text& text) {
  return mapped(text, [](std::string& out, char32_t c, bool) { append_upper(out, c); });
}

Text lower(const Text& text) {
  return mapped(text, [](std::string& out, char32_t c, bool) { append_lower(out, c); });
}

Text capitalize(const Text& text) {
  return mapped(text, [](std::string& out, char32_t c, bool first) {
    first ? append_upper(out, c) : append_lower(out, c);
  });
}

Text swap_case(const Text& text) {
  return mapped(text, [](std::string& out, char32_t c, bool) {
    const bool is_lower = utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_LL;
    is_lower ? append_upper(out, c) : append_lower(out, c);
  });
}

Text title(const Text& text, bool jinja) {
  bool in_word = false;
  return mapped(text, [&](std::string& out, char32_t c, bool) {
    constexpr std::u32string_view kSeparators = U"-({[<";
    const bool separates =
        jinja ? is_space(c) || kSeparators.find(c) != std::u32string_view::npos : !is_letter(c);
    in_word ? append_lower(out, c) : append_upper(out, c);
    in_word = !separates;
  });
}

bool all_code_points(std::string_view text, bool (*accepts)(char32_t)) {
  const std::vector<CodePoint> points = code_points(text);
  return !points.empty() &&
         std::all_of(points.begin(), points.end(), [&](const CodePoint& c) { return accepts(c.value); });
}

bool is_letter(char32_t c) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool is_digit(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_ND;
}

bool is_upper(std::string_view text) {
  bool cased = false;
  for (const CodePoint& c : code_points(text)) {
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c.value));
    if (category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT) return false;
    cased = cased || category == UTF8PROC_CATEGORY_LU;
  }
  return cased;
}

bool is_lower(std::string_view text) {
  bool cased = false;
  for (const CodePoint& c : code_points(text)) {
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c.value));
    if (category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT) return false;
    cased = cased || category == UTF8PROC_CATEGORY_LL;
  }
  return cased;
}

}  // namespace linnet::chat
