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

// "-5", but not "3-5" or "B-5": the minus touches the number, and nothing that it could join does.
bool is_negative(std::string_view words, std::size_t number) {
  if (number == 0 || words[number - 1] != '-') return false;
  const std::vector<ByteSpan> before = words_of(words.substr(0, number - 1));
  if (before.empty() || before.back().end < number - 1) return true;
  const char last = lower_ascii(words.substr(number - 2, 1))[0];
  return !is_digit(last) && !(last >= 'a' && last <= 'z') && static_cast<unsigned char>(last) < 0x80;
}

// Bytes of " 234", a space and a group of just three digits, at the start.
std::size_t group_at(std::string_view rest) {
  const std::size_t space = space_at(rest);
  const std::string_view digits = rest.substr(space, 4);
  const bool is_group = space > 0 && digits.size() >= 3 && std::ranges::all_of(digits.substr(0, 3), is_digit);
  return is_group && (digits.size() == 3 || !is_digit(digits[3])) ? space + 3 : 0;
}

// Digits with commas between groups of three and a decimal point: "1,250", "-0.5", ".5", and "1 234"
// with narrow or no-break spaces. With an ordinary one it may be two numbers ("2 500 mg tablets"): none.
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
  const bool may_be_grouped = !is_fraction && number.end - at <= 3;
  for (std::size_t n; may_be_grouped && (n = group_at(words.substr(number.end))) > 0; number.end += n) {
    if (words[number.end] == ' ') return std::nullopt;
    number.digits += words.substr(number.end + n - 3, 3);
  }
  if (is_fraction) number.digits.push_back('0'), --number.end;
  const std::size_t first = std::min(number.digits.find_first_not_of('0'), number.digits.size() - 1);
  number.digits.erase(0, first);
  if (number.end + 1 < words.size() && words[number.end] == '.' && is_digit(words[number.end + 1])) {
    number.digits += '.';
    while (++number.end < words.size() && is_digit(words[number.end])) number.digits += words[number.end];
  }
  const bool is_zero = number.digits.find_first_not_of("0.") == std::string::npos;
  if (!is_zero && is_negative(words, is_fraction ? at - 1 : at)) number.digits.insert(0, 1, '-');
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
  while (!rest.empty() && (rest[0] == '-' || space_at(rest) > 0)) {
    rest.remove_prefix(std::max<std::size_t>(space_at(rest), 1));
  }
  std::size_t end = std::min(rest.find_first_of(",;()"), rest.size());
  for (const ByteSpan& word : words_of(rest.substr(0, end))) {
    if (space_at(rest.substr(word.end)) > 0) {
      end = word.end;
      break;
    }
  }
  rest = rest.substr(0, end);
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
