#include "chat/format_spec.h"

#include <cmath>

#include "base/utf8.h"
#include "chat/text_ops.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

constexpr std::int64_t kMaxPrecision = 1000;
constexpr std::string_view kIntTypes = "bcdoxXn";
constexpr std::string_view kFloatTypes = "eEfFgG%";

Error unknown(char type, const Value& value) {
  return fail(ErrorCode::kInvalidArgument, "Unknown format code '{}' for object of type '{}'", type,
              value.type_name());
}

std::string group(std::string digits, char separator) {
  const std::size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
  for (std::size_t at = whole; at > 3; at -= 3) digits.insert(at - 3, 1, separator);
  return digits;
}

Result<std::string> int_digits(std::uint64_t magnitude, const FormatSpec& spec) {
  switch (spec.type) {
    case 'x': return fmt::format("{}{:x}", spec.alternate ? "0x" : "", magnitude);
    case 'X': return fmt::format("{}{:X}", spec.alternate ? "0X" : "", magnitude);
    case 'o': return fmt::format("{}{:o}", spec.alternate ? "0o" : "", magnitude);
    case 'b': return fmt::format("{}{:b}", spec.alternate ? "0b" : "", magnitude);
    case 'c': {
      std::string out;
      if (magnitude > 0x10FFFF) return fail(ErrorCode::kInvalidArgument, "%c arg not in range(0x110000)");
      utf8::append(out, static_cast<char32_t>(magnitude));
      return out;
    }
    default: return fmt::format("{}", magnitude);
  }
}

std::string float_digits(double magnitude, const FormatSpec& spec) {
  const bool upper = spec.type == 'E' || spec.type == 'F' || spec.type == 'G';
  if (!std::isfinite(magnitude)) {
    const std::string_view word = std::isnan(magnitude) ? (upper ? "NAN" : "nan") : (upper ? "INF" : "inf");
    return fmt::format("{}{}", word, spec.type == '%' ? "%" : "");
  }
  const auto precision = static_cast<int>(spec.precision.value_or(6));
  switch (spec.type) {
    case '%': return fmt::format("{:.{}f}%", magnitude * 100, precision);
    case 'e': return fmt::format("{:.{}e}", magnitude, precision);
    case 'E': return fmt::format("{:.{}E}", magnitude, precision);
    case 'f':
    case 'F': return fmt::format("{:.{}f}", magnitude, precision);
    case 'g': return fmt::format("{:.{}g}", magnitude, precision);
    case 'G': return fmt::format("{:.{}G}", magnitude, precision);
    default: return spec.precision ? fmt::format("{:.{}g}", magnitude, precision) : repr_float(magnitude);
  }
}

/// Sign and digits, padded; zeros go between the two.
Result<Text> padded_number(Runtime& runtime, bool negative, std::string digits, const FormatSpec& spec) {
  if (spec.grouping != '\0') digits = group(std::move(digits), spec.grouping);
  const std::string sign = negative ? "-" : spec.sign == '-' ? "" : std::string(1, spec.sign);
  if (spec.align == '=') {
    const std::int64_t width = spec.width - static_cast<std::int64_t>(sign.size());
    LINNET_TRY(const Text padded,
               pad(runtime, Text(std::move(digits), false), width, Side::kRight, spec.fill));
    Text out(sign, false);
    out.append(padded);
    return out;
  }
  const Side side = spec.align == '<' ? Side::kLeft : spec.align == '^' ? Side::kMiddle : Side::kRight;
  return pad(runtime, Text(sign + digits, false), spec.width, side, spec.fill);
}

Result<Text> format_text(Runtime& runtime, const Text& text, const FormatSpec& spec) {
  Text cut = text;
  if (spec.precision) {
    cut = text.slice(0, byte_of_code_point(text.bytes(), static_cast<std::size_t>(*spec.precision)));
  }
  const Side side = spec.align == '>' ? Side::kRight : spec.align == '^' ? Side::kMiddle : Side::kLeft;
  return pad(runtime, cut, spec.width, side, spec.fill);
}

bool is_align(char32_t c) { return c == '<' || c == '>' || c == '^' || c == '='; }

}  // namespace

Result<std::optional<std::int64_t>> parse_width(std::string_view text, std::size_t& at) {
  std::optional<std::int64_t> out;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    out = out.value_or(0) * 10 + (text[at] - '0');
    if (*out > static_cast<std::int64_t>(kMaxTextBytes)) {
      return fail(ErrorCode::kInvalidArgument, "a format's width or precision beyond {}", kMaxTextBytes);
    }
  }
  return out;
}

Result<FormatSpec> parse_format_spec(const Text& text) {
  const std::string_view spec = text.bytes();
  FormatSpec out;
  std::size_t at = 0;
  const std::size_t first = spec.empty() ? 0 : utf8::decode(spec).n_bytes;
  if (first < spec.size() && is_align(static_cast<unsigned char>(spec[first]))) {
    out.fill = text.slice(0, first);
    out.align = spec[first];
    at = first + 1;
  } else if (!spec.empty() && is_align(static_cast<unsigned char>(spec[0]))) {
    out.align = spec[0];
    at = 1;
  }
  const auto take = [&](std::string_view set) {
    return at < spec.size() && set.find(spec[at]) != std::string_view::npos ? spec[at++] : '\0';
  };
  if (const char sign = take("+- ")) out.sign = sign;
  out.alternate = take("#") != '\0';
  if (take("0") != '\0' && out.align == '\0') {
    out.fill = Text("0", false);
    out.align = '=';
  }
  LINNET_TRY(const auto width, parse_width(spec, at));
  out.width = width.value_or(0);
  out.grouping = take(",_");
  if (take(".") != '\0') {
    LINNET_TRY(out.precision, parse_width(spec, at));
    if (!out.precision) return fail(ErrorCode::kInvalidArgument, "Format specifier missing precision");
  }
  if (at < spec.size()) out.type = spec[at++];
  if (at < spec.size()) return fail(ErrorCode::kInvalidArgument, "Invalid format specifier '{}'", spec);
  return out;
}

Result<Text> format_value(Runtime& runtime, const Value& value, const FormatSpec& spec) {
  LINNET_CHECK(runtime.charge(value.weight()));
  const bool is_plain =
      spec.type == '\0' && spec.width == 0 && !spec.precision && spec.align == '\0' && spec.sign == '-';
  if (is_plain && spec.grouping == '\0') return to_text(value);
  if (const Text* text = value.as_text()) {
    if (spec.type != '\0' && spec.type != 's') return unknown(spec.type, value);
    if (spec.align == '=' && spec.fill.bytes() != "0") {
      return fail(ErrorCode::kInvalidArgument, "'=' alignment not allowed in string format specifier");
    }
    return format_text(runtime, *text, spec);
  }
  double number = 0;
  if (!value.as_number(number)) {
    return fail(ErrorCode::kInvalidArgument, "unsupported format string passed to {}.__format__",
                value.type_name());
  }
  if (spec.precision.value_or(0) > kMaxPrecision)
    return fail(ErrorCode::kInvalidArgument, "precision too big");
  std::int64_t whole = 0;
  const bool is_int = value.as_int(whole);
  if (is_int && (spec.type == '\0' || kIntTypes.find(spec.type) != std::string_view::npos)) {
    if (spec.precision)
      return fail(ErrorCode::kInvalidArgument, "Precision not allowed in integer format specifier");
    const std::uint64_t magnitude =
        whole < 0 ? 0 - static_cast<std::uint64_t>(whole) : static_cast<std::uint64_t>(whole);
    LINNET_TRY(std::string digits, int_digits(magnitude, spec));
    return padded_number(runtime, whole < 0, std::move(digits), spec);
  }
  if (spec.type != '\0' && kFloatTypes.find(spec.type) == std::string_view::npos)
    return unknown(spec.type, value);
  return padded_number(runtime, std::signbit(number), float_digits(std::abs(number), spec), spec);
}

}  // namespace linnet::chat
