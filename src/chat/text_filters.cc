// Jinja's filters for text, numbers and single values, and transformers' tojson.
#include <array>
#include <charconv>
#include <cmath>

#include "chat/arithmetic.h"
#include "chat/builtin_lists.h"
#include "chat/format.h"
#include "chat/json.h"
#include "chat/runtime.h"
#include "chat/text_ops.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

using Outcome = Result<Value>;

Error undefined_error(const Value& self) {
  return fail(ErrorCode::kInvalidArgument, "{}", self.as_undefined()->message);
}

template <Text (*kMap)(const Text&)>
Outcome map_filter(Runtime& runtime, const Value& self, const Bound&) {
  LINNET_CHECK(runtime.charge(self.weight()));
  return Value::text(kMap(to_text(self)));
}

Text jinja_title(const Text& text) { return title(text, true); }
Text same(const Text& text) { return text; }
Text safe(const Text& text) { return Text(text).as_markup(true); }
Text escape(const Text& text) { return text.is_markup() ? text : escape_html(text).as_markup(true); }

Outcome trim_filter(Runtime&, const Value& self, const Bound& arguments) {
  const bool has_chars = arguments[0] != nullptr && !arguments[0]->is_none();
  LINNET_TRY(const Text chars, has_chars ? arguments.text(0, {}) : Result<Text>(Text()));
  return Value::text(strip(to_text(self), has_chars ? &chars : nullptr, Side::kBoth));
}

Outcome replace_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  const bool has_count = arguments[2] != nullptr && !arguments[2]->is_none();
  LINNET_TRY(const std::int64_t count,
             has_count ? arguments.integer(2, -1) : Result<std::int64_t>(std::int64_t{-1}));
  LINNET_TRY(Text out,
             replace(runtime, to_text(self), to_text(*arguments[0]), to_text(*arguments[1]), count));
  return Value::text(std::move(out));
}

Outcome center_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const std::int64_t width, arguments.integer(0, 80));
  LINNET_TRY(Text out, pad(runtime, to_text(self), width, Side::kBoth, Text(" ", false)));
  return Value::text(std::move(out));
}

Outcome indent_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  const Text* text = self.as_text();
  if (text == nullptr) {
    return self.is_undefined()
               ? undefined_error(self)
               : fail(ErrorCode::kInvalidArgument, "indent needs a str, not {}", self.type_name());
  }
  Text indention;
  if (const Text* given = arguments[0] != nullptr ? arguments[0]->as_text() : nullptr) {
    indention = *given;
  } else {
    LINNET_TRY(const std::int64_t width, arguments.integer(0, 4));
    LINNET_TRY(indention, pad(runtime, Text(), width, Side::kLeft, Text(" ", false)));
  }
  Text ended = *text;
  ended.append("\n", false);  // so that a trailing newline makes a last, empty line
  const std::vector<Text> lines = split_lines(ended, false);
  if (lines.size() > kMaxTextBytes / (indention.size() + 1))
    return runtime.charge_text(kMaxTextBytes + 1).error();
  LINNET_CHECK(runtime.charge_text(text->size() + lines.size() * (indention.size() + 1)));
  Text out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out.append("\n", false);
    const bool indents = i == 0 ? arguments.flag(1) : arguments.flag(2) || !lines[i].empty();
    if (indents) out.append(indention);
    out.append(lines[i]);
  }
  return Value::text(std::move(out));
}

Outcome truncate_filter(Runtime&, const Value& self, const Bound& arguments) {
  const Text text = to_text(self);
  LINNET_TRY(const std::int64_t length, arguments.integer(0, 255));
  LINNET_TRY(const Text end, arguments.text(2, Text("...", false)));
  LINNET_TRY(const std::int64_t leeway, arguments.integer(3, 5));
  const auto end_size = static_cast<std::int64_t>(count_code_points(end.bytes()));
  if (length < end_size || leeway < 0) {
    return fail(ErrorCode::kInvalidArgument, "expected length >= {} and leeway >= 0, got {} and {}", end_size,
                length, leeway);
  }
  const auto size = static_cast<std::int64_t>(count_code_points(text.bytes()));
  if (size <= length || size - length <= leeway) return Value::text(text);
  Text out = text.slice(0, byte_of_code_point(text.bytes(), static_cast<std::size_t>(length - end_size)));
  const std::size_t space = out.bytes().rfind(' ');
  if (!arguments.flag(1) && space != std::string_view::npos) out = out.slice(0, space);
  out.append(end);
  return Value::text(std::move(out));
}

Outcome wordcount_filter(Runtime& runtime, const Value& self, const Bound&) {
  const Text text = to_text(self);
  LINNET_CHECK(runtime.charge(text.size() / 16));
  std::int64_t count = 0;
  bool in_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t n = byte_of_code_point(text.bytes().substr(at), 1);
    const std::string_view c = text.bytes().substr(at, n);
    const bool is_word = c == "_" || all_code_points(c, &is_letter) || all_code_points(c, &is_digit);
    count += is_word && !in_word ? 1 : 0;
    in_word = is_word;
    at += n;
  }
  return Value::integer(count);
}

Outcome format_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  const Arguments& all = arguments.all();
  if (!all.positional.empty() && !all.named.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "can't handle positional and keyword arguments at the same time");
  }
  if (all.named.empty()) return format_percent(runtime, to_text(self), Value::tuple(all.positional));
  return format_percent(runtime, to_text(self), Value::dict(all.named));
}

Outcome default_filter(Runtime&, const Value& self, const Bound& arguments) {
  const bool absent = self.is_undefined() || (arguments.flag(1) && !truthy(self));
  if (!absent) return self;
  return arguments[0] != nullptr ? *arguments[0] : Value::trusted("");
}

/// Python's int(text, base) and float(text): surrounding space, a sign, single underscores between digits.
std::string tidy_number(const Text& text) {
  const Text stripped = strip(text, nullptr, Side::kBoth);
  std::string out;
  for (std::size_t i = 0; i < stripped.size(); ++i) {
    const char c = stripped.bytes()[i];
    const bool between = c == '_' && !out.empty() && i + 1 < stripped.size() && out.back() != '_';
    if (!between && !(c == '+' && out.empty())) out += c;
  }
  return out;
}

bool parse_int(const Text& text, int base, std::int64_t& out) {
  std::string digits = tidy_number(text);
  const std::size_t sign = !digits.empty() && digits[0] == '-' ? 1 : 0;
  const std::string_view prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : "";
  if (!prefix.empty() && digits.compare(sign, prefix.size(), prefix) == 0) digits.erase(sign, prefix.size());
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), out, base);
  return problem == std::errc() && end == digits.data() + digits.size();
}

bool parse_float(const Text& text, double& out) {
  const std::string digits = tidy_number(text);
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return problem == std::errc() && end == digits.data() + digits.size();
}

Outcome truncated(double value, const Value& absent) {
  if (std::isnan(value)) return absent;
  if (std::abs(value) < 9223372036854775808.0) return Value::integer(static_cast<std::int64_t>(value));
  return fail(ErrorCode::kInvalidArgument, "the float {} does not fit into a whole number of 64 bits",
              repr_float(value));
}

Outcome int_filter(Runtime&, const Value& self, const Bound& arguments) {
  const Value absent = arguments[0] != nullptr ? *arguments[0] : Value::integer(0);
  LINNET_TRY(const std::int64_t base, arguments.integer(1, 10));
  std::int64_t whole = 0;
  double number = 0;
  if (self.is_undefined()) return undefined_error(self);
  if (self.as_int(whole)) return Value::integer(whole);
  if (const double* value = self.as_float()) return truncated(*value, absent);
  const Text* text = self.as_text();
  if (text == nullptr) return absent;
  if (base < 2 || base > 36) return absent;
  if (parse_int(*text, static_cast<int>(base), whole)) return Value::integer(whole);
  return parse_float(*text, number) && std::isfinite(number) ? truncated(number, absent) : absent;
}

Outcome float_filter(Runtime&, const Value& self, const Bound& arguments) {
  double number = 0;
  if (self.is_undefined()) return undefined_error(self);
  if (self.as_number(number)) return Value::number(number);
  if (self.as_text() != nullptr && parse_float(*self.as_text(), number)) return Value::number(number);
  return arguments[0] != nullptr ? *arguments[0] : Value::number(0);
}

Outcome abs_filter(Runtime&, const Value& self, const Bound&) {
  double number = 0;
  if (!self.as_number(number))
    return fail(ErrorCode::kInvalidArgument, "bad operand type for abs(): '{}'", self.type_name());
  return signed_value(self, number < 0);
}

Outcome round_filter(Runtime&, const Value& self, const Bound& arguments) {
  LINNET_TRY(const std::int64_t precision, arguments.integer(0, 0));
  LINNET_TRY(const Text method, arguments.text(1, Text("common", false)));
  double number = 0;
  if (!self.as_number(number))
    return fail(ErrorCode::kInvalidArgument, "round needs a number, not {}", self.type_name());
  if (method.bytes() != "common" && method.bytes() != "ceil" && method.bytes() != "floor") {
    return fail(ErrorCode::kInvalidArgument, "method must be common, ceil or floor");
  }
  if (precision < -300 || precision > 300) return self;
  const double scale = std::pow(10.0, static_cast<double>(precision));
  if (method.bytes() == "ceil") return Value::number(std::ceil(number * scale) / scale);
  if (method.bytes() == "floor") return Value::number(std::floor(number * scale) / scale);
  std::int64_t whole = 0;
  if (self.as_int(whole) && precision >= 0) return Value::integer(whole);
  if (!std::isfinite(number)) return self;
  if (precision < 0) {
    const double rounded = std::nearbyint(number * scale) / scale;
    return self.as_int(whole) ? Value::integer(static_cast<std::int64_t>(rounded)) : Value::number(rounded);
  }
  const std::string digits =
      fmt::format("{:.{}f}", number, precision);  // rounds the exact value half to even, as Python
  double rounded = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), rounded);
  return Value::number(rounded);
}

/// json.dumps's indent: None, a number of spaces or a text.
Result<std::optional<std::string>> json_indent(const Value* value) {
  if (value == nullptr || value->is_none()) return std::optional<std::string>();
  if (const Text* text = value->as_text()) return std::optional<std::string>(text->bytes());
  std::int64_t width = 0;
  constexpr std::int64_t kMaxIndent = 100;
  if (value->as_int(width) && width <= kMaxIndent) {
    return std::optional<std::string>(std::string(width > 0 ? static_cast<std::size_t>(width) : 0, ' '));
  }
  return fail(ErrorCode::kInvalidArgument, "tojson: indent must be a str or a number up to {}", kMaxIndent);
}

Outcome tojson_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  JsonStyle style;
  style.ensure_ascii = arguments.flag(0);
  LINNET_TRY(style.indent, json_indent(arguments[1]));
  style.sort_keys = arguments.flag(3);
  if (arguments[2] != nullptr && !arguments[2]->is_none()) {
    LINNET_TRY(const Value::SequencePtr pair, iterate(*arguments[2]));
    const auto& items = pair->items;
    if (items.size() != 2 || items[0].as_text() == nullptr || items[1].as_text() == nullptr) {
      return fail(ErrorCode::kInvalidArgument, "tojson: separators must be two strings");
    }
    style.item_separator = std::string(items[0].as_text()->bytes());
    style.key_separator = std::string(items[1].as_text()->bytes());
  }
  LINNET_CHECK(runtime.charge(self.weight()));
  LINNET_TRY(std::string json, dump_json(self, style, kMaxTextBytes));
  LINNET_CHECK(runtime.charge_text(json.size()));
  return Value::text(Text(std::move(json), self.any_input()));
}

Outcome attr_filter(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Text name, arguments.text(0, {}));
  if (self.as_dict() == nullptr || find_method(self, name.bytes()) != nullptr) {
    return runtime.get_attribute(self, name.bytes());
  }
  return Value::undefined(fmt::format("'dict object' has no attribute '{}'", name.bytes()));
}

constexpr std::array kRows = {
    Builtin{"abs", "", &abs_filter},
    Builtin{"attr", "name", &attr_filter},
    Builtin{"capitalize", "", &map_filter<&capitalize>},
    Builtin{"center", "width?", &center_filter},
    Builtin{"d", "default_value? boolean?", &default_filter},
    Builtin{"default", "default_value? boolean?", &default_filter},
    Builtin{"e", "", &map_filter<&escape>},
    Builtin{"escape", "", &map_filter<&escape>},
    Builtin{"float", "default?", &float_filter},
    Builtin{"format", "*", &format_filter},
    Builtin{"indent", "width? first? blank?", &indent_filter},
    Builtin{"int", "default? base?", &int_filter},
    Builtin{"lower", "", &map_filter<&lower>},
    Builtin{"replace", "old new count?", &replace_filter},
    Builtin{"round", "precision? method?", &round_filter},
    Builtin{"safe", "", &map_filter<&safe>},
    Builtin{"string", "", &map_filter<&same>},
    Builtin{"title", "", &map_filter<&jinja_title>},
    Builtin{"tojson", "ensure_ascii? indent? separators? sort_keys?", &tojson_filter},
    Builtin{"trim", "chars?", &trim_filter},
    Builtin{"truncate", "length? killwords? end? leeway?", &truncate_filter},
    Builtin{"upper", "", &map_filter<&upper>},
    Builtin{"wordcount", "", &wordcount_filter},
};

}  // namespace

std::span<const Builtin> text_filters() noexcept { return kRows; }

}  // namespace linnet::chat
