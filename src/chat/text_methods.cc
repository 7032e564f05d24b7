// Methods of str.
#include <algorithm>
#include <array>

#include "chat/builtin_lists.h"
#include "chat/format.h"
#include "chat/text_ops.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

using Outcome = Result<Value>;

const Text& own(const Value& self) { return *self.as_text(); }

/// An argument that may be left out or None.
Result<const Text*> optional_text(const Bound& arguments, std::size_t i) {
  const Value* value = arguments[i];
  if (value == nullptr || value->is_none()) return static_cast<const Text*>(nullptr);
  if (const Text* text = value->as_text()) return text;
  return fail(ErrorCode::kInvalidArgument, "expected str or None, not {}", value->type_name());
}

template <Side kSide>
Outcome strip_method(Runtime&, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Text* const chars, optional_text(arguments, 0));
  return Value::text(strip(own(self), chars, kSide));
}

template <bool kFromRight>
Outcome split_method(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Text* const separator, optional_text(arguments, 0));
  LINNET_TRY(const std::int64_t limit, arguments.integer(1, -1));
  LINNET_CHECK(runtime.charge(own(self).size() / 8));
  LINNET_TRY(std::vector<Value> pieces, split(own(self), separator, limit, kFromRight));
  LINNET_CHECK(runtime.charge_items(pieces.size()));
  return Value::list(std::move(pieces));
}

Outcome splitlines_method(Runtime& runtime, const Value& self, const Bound& arguments) {
  std::vector<Value> out;
  for (Text& line : split_lines(own(self), arguments.flag(0))) out.push_back(Value::text(std::move(line)));
  LINNET_CHECK(runtime.charge_items(out.size()));
  return Value::list(std::move(out));
}

/// Python's start and end arguments, as a span of bytes.
Result<Text> window(const Value& self, const Bound& arguments, std::size_t first) {
  const auto size = static_cast<std::int64_t>(count_code_points(own(self).bytes()));
  LINNET_TRY(std::int64_t start, arguments.integer(first, 0));
  LINNET_TRY(std::int64_t end, arguments.integer(first + 1, size));
  start = std::clamp<std::int64_t>(start < 0 ? start + size : start, 0, size);
  end = std::clamp<std::int64_t>(end < 0 ? end + size : end, start, size);
  const std::string_view bytes = own(self).bytes();
  return own(self).slice(byte_of_code_point(bytes, static_cast<std::size_t>(start)),
                         byte_of_code_point(bytes, static_cast<std::size_t>(end)));
}

template <bool kAtEnd>
Outcome affix_method(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Text text, window(self, arguments, 1));
  const auto matches = [&](const Text& affix) {
    if (affix.size() > text.size()) return false;
    return text.bytes().substr(kAtEnd ? text.size() - affix.size() : 0, affix.size()) == affix.bytes();
  };
  const Value& wanted = *arguments[0];
  if (const Text* affix = wanted.as_text()) return Value::boolean(matches(*affix));
  if (!wanted.is_tuple()) {
    return fail(ErrorCode::kInvalidArgument, "{} first arg must be str or a tuple of str, not {}",
                kAtEnd ? "endswith" : "startswith", wanted.type_name());
  }
  LINNET_CHECK(runtime.charge(wanted.weight()));
  bool found = false;
  for (const Value& item : wanted.as_sequence()->items) {
    if (item.as_text() == nullptr) return fail(ErrorCode::kInvalidArgument, "tuple of str expected");
    found = found || matches(*item.as_text());
  }
  return Value::boolean(found);
}

template <bool kAtEnd>
Outcome remove_affix_method(Runtime&, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Text affix, arguments.text(0, {}));
  const Text& text = own(self);
  const bool fits = affix.size() <= text.size();
  if (!fits || text.bytes().substr(kAtEnd ? text.size() - affix.size() : 0, affix.size()) != affix.bytes())
    return self;
  return Value::text(kAtEnd ? text.slice(0, text.size() - affix.size())
                            : text.slice(affix.size(), text.size()));
}

Outcome replace_method(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Text from, arguments.text(0, {}));
  LINNET_TRY(const Text to, arguments.text(1, {}));
  LINNET_TRY(const std::int64_t limit, arguments.integer(2, -1));
  LINNET_TRY(Text out, replace(runtime, own(self), from, to, limit));
  return Value::text(std::move(out));
}

/// The code point index of the first or last match within the window, or -1.
Result<std::int64_t> find_index(const Value& self, const Bound& arguments, bool last) {
  LINNET_TRY(const Text needle, arguments.text(0, {}));
  LINNET_TRY(const Text text, window(self, arguments, 1));
  std::size_t at = find_bytes(text.bytes(), needle.bytes());
  if (last && at != std::string_view::npos) {
    const std::string reversed(text.bytes().rbegin(), text.bytes().rend());
    const std::string reversed_needle(needle.bytes().rbegin(), needle.bytes().rend());
    at = text.size() - find_bytes(reversed, reversed_needle) - needle.size();
  }
  if (at == std::string_view::npos) return std::int64_t{-1};
  const auto size = static_cast<std::int64_t>(count_code_points(own(self).bytes()));
  LINNET_TRY(const std::int64_t start, arguments.integer(1, 0));
  const std::int64_t skipped = std::clamp<std::int64_t>(start < 0 ? start + size : start, 0, size);
  return skipped + static_cast<std::int64_t>(count_code_points(text.bytes().substr(0, at)));
}

template <bool kLast, bool kMustFind>
Outcome find_method_of_text(Runtime&, const Value& self, const Bound& arguments) {
  LINNET_TRY(const std::int64_t index, find_index(self, arguments, kLast));
  if (kMustFind && index < 0) return fail(ErrorCode::kInvalidArgument, "substring not found");
  return Value::integer(index);
}

Outcome count_method(Runtime&, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Text needle, arguments.text(0, {}));
  LINNET_TRY(const Text text, window(self, arguments, 1));
  if (needle.empty()) return Value::integer(static_cast<std::int64_t>(count_code_points(text.bytes())) + 1);
  std::int64_t count = 0;
  for (std::size_t at = find_bytes(text.bytes(), needle.bytes()); at != std::string_view::npos;
       at = find_bytes(text.bytes(), needle.bytes(), at + needle.size())) {
    ++count;
  }
  return Value::integer(count);
}

Outcome join_method(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Value::SequencePtr items, iterate(*arguments[0]));
  LINNET_CHECK(runtime.charge_items(items->items.size()));
  std::vector<Text> pieces;
  for (const Value& item : items->items) {
    if (item.as_text() == nullptr) {
      return fail(ErrorCode::kInvalidArgument, "sequence item {}: expected str instance, {} found",
                  pieces.size(), item.type_name());
    }
    pieces.push_back(*item.as_text());
  }
  LINNET_TRY(Text out, join(runtime, own(self), pieces));
  return Value::text(std::move(out));
}

Outcome format_method(Runtime& runtime, const Value& self, const Bound& arguments) {
  return format_braces(runtime, own(self), arguments.all());
}

template <Side kSide>
Outcome pad_method(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const std::int64_t width, arguments.integer(0, 0));
  LINNET_TRY(const Text fill, arguments.text(1, Text(" ", false)));
  LINNET_TRY(Text out, pad(runtime, own(self), width, kSide, fill));
  return Value::text(std::move(out));
}

Outcome zfill_method(Runtime& runtime, const Value& self, const Bound& arguments) {
  LINNET_TRY(const std::int64_t width, arguments.integer(0, 0));
  const Text& text = own(self);
  const std::size_t sign = !text.empty() && (text.bytes()[0] == '-' || text.bytes()[0] == '+') ? 1 : 0;
  LINNET_TRY(const Text digits,
             pad(runtime, text.slice(sign, text.size()),
                 width > 0 ? width - static_cast<std::int64_t>(sign) : 0, Side::kRight, Text("0", false)));
  Text out = text.slice(0, sign);
  out.append(digits);
  return Value::text(std::move(out));
}

template <bool kFromRight>
Outcome partition_method(Runtime&, const Value& self, const Bound& arguments) {
  LINNET_TRY(const Text separator, arguments.text(0, {}));
  LINNET_TRY(std::vector<Value> pieces, split(own(self), &separator, 1, kFromRight));
  const Value none = Value::trusted("");
  if (pieces.size() == 1)
    return kFromRight ? Value::tuple({none, none, self}) : Value::tuple({self, none, none});
  const std::size_t cut = pieces[0].as_text()->size();
  return Value::tuple({pieces[0], Value::text(own(self).slice(cut, cut + separator.size())), pieces[1]});
}

template <Text (*kMap)(const Text&)>
Outcome map_method(Runtime&, const Value& self, const Bound&) {
  return Value::text(kMap(own(self)));
}

Outcome title_method(Runtime&, const Value& self, const Bound&) {
  return Value::text(title(own(self), false));
}

template <bool (*kAccepts)(char32_t)>
Outcome all_method(Runtime&, const Value& self, const Bound&) {
  return Value::boolean(all_code_points(own(self).bytes(), kAccepts));
}

bool is_alphanumeric(char32_t c) { return is_letter(c) || is_digit(c); }
bool is_space_character(char32_t c) { return is_space(c); }

template <bool (*kHolds)(std::string_view)>
Outcome case_method(Runtime&, const Value& self, const Bound&) {
  return Value::boolean(kHolds(own(self).bytes()));
}

constexpr std::array kRows = {
    Builtin{"strip", "chars?", &strip_method<Side::kBoth>},
    Builtin{"lstrip", "chars?", &strip_method<Side::kLeft>},
    Builtin{"rstrip", "chars?", &strip_method<Side::kRight>},
    Builtin{"split", "sep? maxsplit?", &split_method<false>},
    Builtin{"rsplit", "sep? maxsplit?", &split_method<true>},
    Builtin{"splitlines", "keepends?", &splitlines_method},
    Builtin{"startswith", "prefix start? end?", &affix_method<false>},
    Builtin{"endswith", "suffix start? end?", &affix_method<true>},
    Builtin{"removeprefix", "prefix", &remove_affix_method<false>},
    Builtin{"removesuffix", "suffix", &remove_affix_method<true>},
    Builtin{"replace", "old new count?", &replace_method},
    Builtin{"find", "sub start? end?", &find_method_of_text<false, false>},
    Builtin{"rfind", "sub start? end?", &find_method_of_text<true, false>},
    Builtin{"index", "sub start? end?", &find_method_of_text<false, true>},
    Builtin{"rindex", "sub start? end?", &find_method_of_text<true, true>},
    Builtin{"count", "sub start? end?", &count_method},
    Builtin{"join", "iterable", &join_method},
    Builtin{"format", "*", &format_method},
    Builtin{"center", "width fillchar?", &pad_method<Side::kBoth>},
    Builtin{"ljust", "width fillchar?", &pad_method<Side::kLeft>},
    Builtin{"rjust", "width fillchar?", &pad_method<Side::kRight>},
    Builtin{"zfill", "width", &zfill_method},
    Builtin{"partition", "sep", &partition_method<false>},
    Builtin{"rpartition", "sep", &partition_method<true>},
    Builtin{"upper", "", &map_method<&upper>},
    Builtin{"lower", "", &map_method<&lower>},
    Builtin{"capitalize", "", &map_method<&capitalize>},
    Builtin{"swapcase", "", &map_method<&swap_case>},
    Builtin{"title", "", &title_method},
    Builtin{"isdigit", "", &all_method<&is_digit>},
    Builtin{"isdecimal", "", &all_method<&is_digit>},
    Builtin{"isnumeric", "", &all_method<&is_digit>},
    Builtin{"isalpha", "", &all_method<&is_letter>},
    Builtin{"isalnum", "", &all_method<&is_alphanumeric>},
    Builtin{"isspace", "", &all_method<&is_space_character>},
    Builtin{"isupper", "", &case_method<&is_upper>},
    Builtin{"islower", "", &case_method<&is_lower>},
};

}  // namespace

std::span<const Builtin> text_methods() noexcept { return kRows; }

}  // namespace linnet::chat
