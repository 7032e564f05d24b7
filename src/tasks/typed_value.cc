#include "tasks/typed_value.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "tasks/calendar.h"
#include "tasks/words.h"

namespace linnet::tasks {
namespace {

struct Number {
  std::string digits;  // as JSON writes it
  std::size_t end;     // the byte behind it
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits with commas between groups of three and a decimal point: "1,250", "0.5", ".5".
std::optional<Number> number_in_digits(std::string_view words) {
  std::size_t at = 0;
  while (at < words.size() && !is_digit(words[at])) ++at;
  if (at == words.size()) return std::nullopt;
  Number number{{}, at};
  const bool is_fraction = at > 0 && words[at - 1] == '.';
  while (!is_fraction && number.end < words.size()) {
    const char c = words[number.end];
    const auto digits_after = [&](std::size_t n) {
      const std::string_view rest = words.substr(number.end + 1);
      return rest.size() >= n && std::ranges::all_of(rest.substr(0, n), is_digit) &&
             (rest.size() == n || !is_digit(rest[n]));
    };
    if (is_digit(c)) {
      number.digits += c;
    } else if (c != ',' || !digits_after(3)) {
      break;
    }
    ++number.end;
  }
  if (is_fraction) number.digits = "0", --number.end;
  const std::size_t first = std::min(number.digits.find_first_not_of('0'), number.digits.size() - 1);
  number.digits.erase(0, first);
  if (number.end + 1 < words.size() && words[number.end] == '.' && is_digit(words[number.end + 1])) {
    number.digits += '.';
    while (++number.end < words.size() && is_digit(words[number.end])) number.digits += words[number.end];
  }
  return number;
}

// Whether a double can hold it: what reads the answer may have nothing larger.
bool is_in_range(std::string_view digits) {
  double value = 0;
  return std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc();
}

// "twenty-five", "two hundred"; the last word's end.
std::optional<Number> number_in_words(std::string_view words) {
  std::uint64_t sum = 0, part = 0;
  std::optional<std::size_t> end;
  for (const ByteSpan& span : words_of(words)) {
    const std::string word = lower_ascii(span.of(words));
    const std::optional<std::uint64_t> value = number_word(word);
    if (value && *value < 100) {
      part += *value;
    } else if (value) {
      part = std::max<std::uint64_t>(part, 1) * *value;
      if (*value >= 1000) sum += part, part = 0;
    } else if (word != "-" && word != "and") {
      if (end) break;
      continue;
    }
    if (value) end = span.end;
    if (sum + part > 1'000'000'000'000) return std::nullopt;
  }
  if (!end) return std::nullopt;
  return Number{fmt::format("{}", sum + part), *end};
}

std::optional<Number> number_in(std::string_view words) {
  const auto digits = number_in_digits(words);
  return digits ? digits : number_in_words(words);
}

// What stands behind the number, up to white space that follows a letter: "mg/day" of "300 mg/day orally".
std::optional<std::string> unit_in(std::string_view words) {
  const auto number = number_in(words);
  if (!number) return std::nullopt;
  std::string_view rest = words.substr(number->end);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t-"), rest.size()));
  rest = rest.substr(0, rest.find_first_of(" \t,;()"));
  if (rest.empty() || is_digit(rest.front())) return std::nullopt;
  return std::string(rest);
}

}  // namespace

std::optional<std::string> typed_value(FieldKind kind, std::string_view words,
                                       const std::optional<Day>& today) {
  switch (kind) {
    case FieldKind::kNumber:
    case FieldKind::kInteger: {
      const auto number = number_in(words);
      if (!number || (kind == FieldKind::kInteger && number->digits.find('.') != std::string::npos)) break;
      if (!is_in_range(number->digits)) break;
      return number->digits;
    }
    case FieldKind::kUnit: return unit_in(words);
    case FieldKind::kDate: return date_in(words, today);
    case FieldKind::kTime: return time_in(words);
    case FieldKind::kText:
    case FieldKind::kChoice: break;
  }
  return std::nullopt;
}

}  // namespace linnet::tasks
