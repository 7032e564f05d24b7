#include "chat/format.h"

#include <cmath>

#include "chat/format_spec.h"
#include "chat/text_ops.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

/// "%..." % values
class PercentFormatter {
 public:
  PercentFormatter(Runtime& runtime, const Text& pattern, const Value& values)
      : runtime_(runtime), pattern_(pattern), values_(values) {}

  Result<Text> run() {
    const std::string_view text = pattern_.bytes();
    while (at_ < text.size()) {
      const std::size_t mark = std::min(text.find('%', at_), text.size());
      out_.append(pattern_, at_, mark);
      at_ = mark + 1;
      if (mark < text.size()) LINNET_CHECK(conversion());
      LINNET_CHECK(runtime_.charge(1));
      if (out_.size() > kMaxTextBytes) return runtime_.charge_text(out_.size()).error();
    }
    const bool all_used = !values_.is_tuple() ? used_ > 0 || values_.as_dict() != nullptr
                                              : used_ == values_.as_sequence()->items.size();
    if (!all_used)
      return fail(ErrorCode::kInvalidArgument, "not all arguments converted during string formatting");
    return std::move(out_);
  }

 private:
  Result<Value> next_value() {
    const std::size_t index = used_++;
    if (!values_.is_tuple()) {
      if (index == 0) return values_;
    } else if (index < values_.as_sequence()->items.size()) {
      return values_.as_sequence()->items[index];
    }
    return fail(ErrorCode::kInvalidArgument, "not enough arguments for format string");
  }

  Result<Value> named_value() {
    const std::string_view text = pattern_.bytes();
    const std::size_t end = text.find(')', at_);
    if (end == std::string_view::npos) return fail(ErrorCode::kInvalidArgument, "incomplete format key");
    const std::string_view name = text.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    if (values_.as_dict() == nullptr) return fail(ErrorCode::kInvalidArgument, "format requires a mapping");
    const Value* found = values_.as_dict()->find(name);
    if (found == nullptr) return fail(ErrorCode::kInvalidArgument, "no value for the format key '{}'", name);
    return *found;
  }

  /// What stands at `at_`, after the percent sign.
  Result<void> conversion() {
    const std::string_view text = pattern_.bytes();
    FormatSpec spec;
    Value value;
    const bool named = text.substr(at_, 1) == "(";
    if (named) {
      LINNET_TRY(value, named_value());
    }
    bool zero = false;
    for (; at_ < text.size() && std::string_view("#0- +").find(text[at_]) != std::string_view::npos; ++at_) {
      if (text[at_] == '-')
        spec.align = '<';
      else if (text[at_] == '0')
        zero = true;
      else if (text[at_] == '#')
        spec.alternate = true;
      else if (spec.sign != '+')
        spec.sign = text[at_];
    }
    LINNET_TRY(const auto width, width_or_star());
    spec.width = width.value_or(0);
    if (text.substr(at_, 1) == ".") {
      ++at_;
      LINNET_TRY(spec.precision, width_or_star());
      if (!spec.precision) spec.precision = 0;
    }
    while (at_ < text.size() && std::string_view("hlL").find(text[at_]) != std::string_view::npos) ++at_;
    if (at_ == text.size()) return fail(ErrorCode::kInvalidArgument, "incomplete format");
    spec.type = text[at_++];
    if (spec.type == '%') return out_.append("%", false), Result<void>();
    if (!named) {
      LINNET_TRY(value, next_value());
    }
    if (zero && spec.align == '\0') {
      spec.align = '=';
      spec.fill = Text("0", false);
    }
    LINNET_TRY(const Text piece, converted(value, spec));
    out_.append(piece);
    return {};
  }

  Result<std::optional<std::int64_t>> width_or_star() {
    if (pattern_.bytes().substr(at_, 1) != "*") return parse_width(pattern_.bytes(), at_);
    ++at_;
    LINNET_TRY(const Value value, next_value());
    std::int64_t width = 0;
    if (!value.as_int(width) || width < 0)
      return fail(ErrorCode::kInvalidArgument, "* wants a whole number from 0");
    return std::optional<std::int64_t>(width);
  }

  Result<Text> converted(const Value& value, FormatSpec spec) {
    constexpr std::string_view kText = "sra", kInt = "diuoxXc", kFloat = "eEfFgG";
    const auto among = [&](std::string_view set) { return set.find(spec.type) != std::string_view::npos; };
    if (among(kText)) {
      LINNET_CHECK(runtime_.charge(value.weight()));
      const Text text = spec.type == 's' ? to_text(value) : Text(repr(value), value.any_input());
      spec.type = 's';
      if (spec.align != '<') spec.align = '>';
      spec.fill = Text(" ", false);
      return format_value(runtime_, Value::text(text), spec);
    }
    if (spec.type == 'c' && value.as_text() != nullptr && count_code_points(value.as_text()->bytes()) == 1) {
      return *value.as_text();
    }
    double number = 0;
    if ((!among(kInt) && !among(kFloat)) || !value.as_number(number)) {
      return fail(ErrorCode::kInvalidArgument, "%{} format: a number is required, not {}", spec.type,
                  value.type_name());
    }
    if (among(kFloat)) return format_value(runtime_, value, spec);
    if (spec.type == 'i' || spec.type == 'u') spec.type = 'd';
    spec.precision.reset();
    if (value.as_float() == nullptr) return format_value(runtime_, value, spec);
    if (spec.type != 'd' || !(std::abs(number) < 9223372036854775808.0)) {
      return fail(ErrorCode::kInvalidArgument, "%{} format: an integer is required, not float", spec.type);
    }
    return format_value(runtime_, Value::integer(static_cast<std::int64_t>(number)), spec);
  }

  Runtime& runtime_;
  const Text& pattern_;
  const Value& values_;
  std::size_t at_ = 0;
  std::size_t used_ = 0;
  Text out_;
};

/// "{...}".format(...)
class BraceFormatter {
 public:
  BraceFormatter(Runtime& runtime, const Arguments& arguments) : runtime_(runtime), arguments_(arguments) {}

  /// `nesting`: 0 for the pattern, 1 for a format spec inside a field, which may have fields but no specs in
  /// them.
  Result<Text> run(const Text& pattern, int nesting) {
    const std::string_view text = pattern.bytes();
    Text out;
    for (std::size_t at = 0; at < text.size();) {
      LINNET_CHECK(runtime_.charge(1));
      if (out.size() > kMaxTextBytes) return runtime_.charge_text(out.size()).error();
      const std::size_t mark = std::min(text.find_first_of("{}", at), text.size());
      out.append(pattern, at, mark);
      at = mark;
      if (at == text.size()) break;
      if (text.substr(at, 2) == "{{" || text.substr(at, 2) == "}}") {
        out.append(pattern, at, at + 1);
        at += 2;
        continue;
      }
      if (text[at] == '}')
        return fail(ErrorCode::kInvalidArgument, "Single '}}' encountered in format string");
      LINNET_TRY(const std::size_t end, closing_brace(text, at));
      LINNET_TRY(const Text piece, field(pattern.slice(at + 1, end), nesting));
      out.append(piece);
      at = end + 1;
    }
    return out;
  }

 private:
  static Result<std::size_t> closing_brace(std::string_view text, std::size_t open) {
    std::size_t depth = 0;
    for (std::size_t at = open; at < text.size(); ++at) {
      if (text[at] == '{') ++depth;
      if (text[at] == '}' && --depth == 0) return at;
    }
    return fail(ErrorCode::kInvalidArgument, "expected '}}' before end of string");
  }

  Result<Text> field(const Text& text, int nesting) {
    if (nesting > 1) return fail(ErrorCode::kInvalidArgument, "Max string recursion exceeded");
    const std::string_view bytes = text.bytes();
    // A subscript may hold ':' and '!'.
    std::size_t name_end = 0;
    bool in_subscript = false;
    for (; name_end < bytes.size(); ++name_end) {
      if (bytes[name_end] == '[') in_subscript = true;
      if (bytes[name_end] == ']') in_subscript = false;
      if (!in_subscript && (bytes[name_end] == ':' || bytes[name_end] == '!')) break;
    }
    LINNET_TRY(Value value, lookup(bytes.substr(0, name_end)));
    std::size_t at = name_end;
    if (bytes.substr(at, 1) == "!") {
      const char conversion = at + 1 < bytes.size() ? bytes[at + 1] : '\0';
      if (conversion != 's' && conversion != 'r' && conversion != 'a') {
        return fail(ErrorCode::kInvalidArgument, "unknown conversion specifier in '{{{}}}'", bytes);
      }
      LINNET_CHECK(runtime_.charge(value.weight()));
      value = Value::text(conversion == 's' ? to_text(value) : Text(repr(value), value.any_input()));
      at += 2;
    }
    if (at < bytes.size() && bytes[at] != ':') {
      return fail(ErrorCode::kInvalidArgument, "expected ':' after conversion specifier");
    }
    LINNET_TRY(const Text written, run(text.slice(at + 1, text.size()), nesting + 1));
    LINNET_TRY(const FormatSpec spec, parse_format_spec(written));
    return format_value(runtime_, value, spec);
  }

  Result<Value> first_value(std::string_view name) {
    std::size_t at = 0;
    LINNET_TRY(const auto number, parse_width(name, at));
    if (name.empty() || (number && at == name.size())) {
      const bool automatic = name.empty();
      if (next_ > 0 && automatic == manual_) {
        return fail(ErrorCode::kInvalidArgument,
                    "cannot mix automatic and numbered fields in a format string");
      }
      manual_ = !automatic;
      const std::size_t index = automatic ? next_ : static_cast<std::size_t>(*number);
      ++next_;
      if (index < arguments_.positional.size()) return arguments_.positional[index];
      return fail(ErrorCode::kInvalidArgument, "Replacement index {} out of range for positional args tuple",
                  index);
    }
    for (const auto& [key, value] : arguments_.named) {
      if (key == name) return value;
    }
    return fail(ErrorCode::kInvalidArgument, "no value for the format key '{}'", name);
  }

  Result<Value> lookup(std::string_view path) {
    std::size_t at = std::min(path.find_first_of(".["), path.size());
    LINNET_TRY(Value value, first_value(path.substr(0, at)));
    while (at < path.size()) {
      if (path[at] == '.') {
        const std::size_t end = std::min(path.find_first_of(".[", at + 1), path.size());
        LINNET_TRY(value, runtime_.get_attribute(value, path.substr(at + 1, end - at - 1)));
        at = end;
        continue;
      }
      const std::size_t end = path[at] == '[' ? path.find(']', at) : std::string_view::npos;
      if (end == std::string_view::npos)
        return fail(ErrorCode::kInvalidArgument, "malformed field '{}'", path);
      const std::string_view key = path.substr(at + 1, end - at - 1);
      std::size_t digits = 0;
      LINNET_TRY(const auto index, parse_width(key, digits));
      const bool is_index = index && digits == key.size();
      LINNET_TRY(value, runtime_.get_item(
                            value, is_index ? Value::integer(*index) : Value::trusted(std::string(key))));
      at = end + 1;
    }
    return value;
  }

  Runtime& runtime_;
  const Arguments& arguments_;
  std::size_t next_ = 0;
  bool manual_ = false;
};

}  // namespace

Result<Value> format_percent(Runtime& runtime, const Text& pattern, const Value& values) {
  LINNET_TRY(Text out, PercentFormatter(runtime, pattern, values).run());
  LINNET_CHECK(runtime.charge_text(out.size()));
  return Value::text(std::move(out));
}

Result<Value> format_braces(Runtime& runtime, const Text& pattern, const Arguments& arguments) {
  LINNET_TRY(Text out, BraceFormatter(runtime, arguments).run(pattern, 0));
  LINNET_CHECK(runtime.charge_text(out.size()));
  return Value::text(std::move(out));
}

Text escape_html(const Text& text) {
  constexpr std::string_view kSpecial = "&<>'\"";
  Text out;
  std::size_t begin = 0;
  for (std::size_t at = text.bytes().find_first_of(kSpecial); at != std::string_view::npos;
       at = text.bytes().find_first_of(kSpecial, at + 1)) {
    out.append(text, begin, at);
    const char c = text.bytes()[at];
    const bool from_input = text.slice(at, at + 1).any_input();
    out.append(c == '&'   ? "&amp;"
               : c == '<' ? "&lt;"
               : c == '>' ? "&gt;"
               : c == '"' ? "&#34;"
                          : "&#39;",
               from_input);
    begin = at + 1;
  }
  out.append(text, begin, text.size());
  return out;
}

}  // namespace linnet::chat
