// str() and repr() of value_ops.h.
#include <charconv>
#include <cmath>

#include <utf8proc.h>

#include "base/utf8.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

bool is_printable(char32_t c) noexcept {
  if (c == ' ') return true;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    default: return true;
  }
}

void append_escaped(std::string& out, char32_t c, char quote) {
  const auto number = static_cast<std::uint32_t>(c);
  if (c == '\n')
    out += "\\n";
  else if (c == '\r')
    out += "\\r";
  else if (c == '\t')
    out += "\\t";
  else if (c == '\\' || c == static_cast<char32_t>(quote))
    out += {'\\', static_cast<char>(c)};
  else if (is_printable(c))
    utf8::append(out, c);
  else if (number < 0x100)
    out += fmt::format("\\x{:02x}", number);
  else if (number < 0x10000)
    out += fmt::format("\\u{:04x}", number);
  else
    out += fmt::format("\\U{:08x}", number);
}

void append_repr(std::string& out, const Value& value);

void append_items(std::string& out, const std::vector<Value>& items) {
  bool first = true;
  for (const Value& item : items) {
    if (!first) out += ", ";
    first = false;
    append_repr(out, item);
  }
}

void append_sequence(std::string& out, const Sequence& sequence) {
  if (sequence.kind == Sequence::Kind::kTuple) {
    out += '(';
    append_items(out, sequence.items);
    out += sequence.items.size() == 1 ? ",)" : ")";
    return;
  }
  const bool is_view = sequence.kind == Sequence::Kind::kView;
  if (is_view) out += fmt::format("{}(", sequence.view_name);
  out += '[';
  append_items(out, sequence.items);
  out += is_view ? "])" : "]";
}

void append_dict(std::string& out, const Dict& dict) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : dict.entries) {
    if (!first) out += ", ";
    first = false;
    append_repr(out, key);
    out += ": ";
    append_repr(out, value);
  }
  out += '}';
}

void append_repr(std::string& out, const Value& value) {
  if (value.is_none())
    out += "None";
  else if (const bool* flag = value.as_bool())
    out += *flag ? "True" : "False";
  else if (const std::int64_t* whole = value.as_exact_int())
    out += fmt::format("{}", *whole);
  else if (const double* number = value.as_float())
    out += repr_float(*number);
  else if (const Text* text = value.as_text())
    out += repr_text(text->bytes());
  else if (const Sequence* sequence = value.as_sequence())
    append_sequence(out, *sequence);
  else if (const Dict* dict = value.as_dict())
    append_dict(out, *dict);
  else if (value.is_undefined())
    out += "Undefined";
  else
    out += fmt::format("<{}>", value.type_name());
}

}  // namespace

std::string repr_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[40];  // "-d.dddddddddddddddde-308" has 24
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t mark = text.find('e');
  int exponent = 0;
  const std::size_t digits_at = mark + (text[mark + 1] == '+' ? 2 : 1);
  std::from_chars(text.data() + digits_at, text.data() + text.size(), exponent);
  // Python writes a number out while its exponent is in [-4, 16).
  if (exponent < -4 || exponent >= 16) {
    return fmt::format("{}e{}{:02}", text.substr(0, mark), exponent < 0 ? '-' : '+', std::abs(exponent));
  }
  const auto fixed = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed).ptr;
  std::string out(buffer, fixed);
  if (out.find('.') == std::string::npos) out += ".0";
  return out;
}

std::string repr_text(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  for (std::size_t at = 0; at < text.size();) {
    const utf8::Decoded decoded = utf8::decode(text.substr(at));
    append_escaped(out, decoded.code_point, quote);
    at += decoded.n_bytes;
  }
  return out += quote;
}

std::string repr(const Value& value) {
  std::string out;
  append_repr(out, value);
  return out;
}

Text to_text(const Value& value) {
  if (const Text* text = value.as_text()) return *text;
  if (value.is_undefined()) return {};
  return Text(repr(value), value.any_input());
}

}  // namespace linnet::chat
