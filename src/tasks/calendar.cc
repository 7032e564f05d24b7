#include "tasks/calendar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "tasks/words.h"

namespace linnet::tasks {
namespace {

namespace chrono = std::chrono;

constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kMonthNames[] = {"january",   "february", "march",    "april",
                                            "may",       "june",     "july",     "august",
                                            "september", "october",  "november", "december"};
constexpr std::string_view kWeekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                          "thursday", "friday", "saturday"};
constexpr std::string_view kOnes[] = {"zero",    "one",     "two",       "three",    "four",
                                      "five",    "six",     "seven",     "eight",    "nine",
                                      "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                      "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::string_view kOrdinals[] = {
    "zeroth",     "first",     "second",    "third",       "fourth",     "fifth",     "sixth",
    "seventh",    "eighth",    "ninth",     "tenth",       "eleventh",   "twelfth",   "thirteenth",
    "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"};
constexpr std::string_view kTens[] = {"",      "",      "twenty",  "thirty", "forty",
                                      "fifty", "sixty", "seventy", "eighty", "ninety"};

template <std::size_t N>
std::optional<std::size_t> index_of(const std::string_view (&list)[N], std::string_view word) {
  const auto found = std::ranges::find(list, word);
  if (found == std::end(list)) return std::nullopt;
  return static_cast<std::size_t>(found - std::begin(list));
}

// A word of a date or time: its letters in lower case, or the number that it is.
struct Part {
  std::string word;
  std::optional<int> number;
  std::size_t n_digits = 0;
};

std::vector<Part> parts_of(std::string_view text) {
  std::vector<Part> parts;
  for (const ByteSpan& span : words_of(text)) {
    Part part{lower_ascii(span.of(text)), {}, 0};
    if (part.word[0] >= '0' && part.word[0] <= '9' && part.word.size() <= 4) {
      int number = 0;
      std::from_chars(part.word.data(), part.word.data() + part.word.size(), number);
      part.number = number;
      part.n_digits = part.word.size();
    } else if (const auto value = number_word(part.word); value && *value < 100) {
      const bool goes_on =
          parts.size() > 1 && parts.back().word == "-" && parts[parts.size() - 2].number >= 20;
      if (goes_on && *value < 10) {  // "twenty-first"
        parts.pop_back();
        *parts.back().number += static_cast<int>(*value);
        parts.back().word = part.word;
        continue;
      }
      part.number = static_cast<int>(*value);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

bool has(const std::vector<Part>& parts, std::string_view word) {
  return std::ranges::find(parts, word, &Part::word) != parts.end();
}

chrono::sys_days to_days(const Day& day) {
  return chrono::year(day.year) / chrono::month(static_cast<unsigned>(day.month)) /
         chrono::day(static_cast<unsigned>(day.day));
}

std::optional<Day> make_day(int year, int month, int day) {
  const auto date = chrono::year(year) / chrono::month(static_cast<unsigned>(month)) /
                    chrono::day(static_cast<unsigned>(day));
  if (year < 1 || year > 9999 || month < 1 || day < 1 || !date.ok()) return std::nullopt;
  return Day{year, month, day};
}

std::string iso(const Day& day) { return fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day); }

std::string iso(chrono::sys_days days) {
  const chrono::year_month_day date(days);
  return iso(Day{static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
                 static_cast<int>(static_cast<unsigned>(date.day()))});
}

std::optional<int> month_of(std::string_view word) {
  if (const auto full = index_of(kMonthNames, word)) return static_cast<int>(*full) + 1;
  if (word == "sept") return 9;
  if (const auto part = index_of(kMonths, word)) return static_cast<int>(*part) + 1;
  return std::nullopt;
}

std::optional<unsigned> weekday_of(std::string_view word) {
  for (unsigned i = 0; i < std::size(kWeekdays); ++i) {
    if (word.size() >= 3 && kWeekdays[i].starts_with(word)) return i;
  }
  return std::nullopt;
}

// The next day, from today on, of that month and day.
std::optional<std::string> without_year(int month, int day, const std::optional<Day>& today) {
  if (!today) return std::nullopt;
  for (int year = today->year; year < today->year + 9; ++year) {
    const auto date = make_day(year, month, day);
    if (date && to_days(*date) >= to_days(*today)) return iso(*date);
  }
  return std::nullopt;
}

int full_year(const Part& part) { return part.n_digits <= 2 ? 2000 + *part.number : *part.number; }

// "3/4/2019", "2019-04-03", "18.2."
std::optional<std::string> date_in_digits(const std::vector<Part>& parts, const std::optional<Day>& today) {
  std::vector<const Part*> numbers;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].n_digits == 0) continue;
    const bool joined =
        numbers.empty() || parts[i - 1].word == "/" || parts[i - 1].word == "-" || parts[i - 1].word == ".";
    if (!joined) break;
    numbers.push_back(&parts[i]);
  }
  if (numbers.size() < 2 || numbers.size() > 3) return std::nullopt;
  if (numbers.size() == 3 && numbers[0]->n_digits == 4) {
    const auto date = make_day(*numbers[0]->number, *numbers[1]->number, *numbers[2]->number);
    return date ? std::optional(iso(*date)) : std::nullopt;
  }
  int day = *numbers[0]->number, month = *numbers[1]->number;
  if (month > 12) std::swap(day, month);
  if (numbers.size() == 2) return without_year(month, day, today);
  const auto date = make_day(full_year(*numbers[2]), month, day);
  return date ? std::optional(iso(*date)) : std::nullopt;
}

// "the 3rd of March 2019", "March 3"
std::optional<std::string> date_by_month(const std::vector<Part>& parts, const std::optional<Day>& today) {
  std::optional<int> month, day;
  std::optional<const Part*> year;
  for (const Part& part : parts) {
    if (!month && !part.number) {
      month = month_of(part.word);
    } else if (part.number && *part.number <= 31 && !day && part.n_digits <= 2) {
      day = part.number;
    } else if (part.number && part.n_digits == 4) {
      year = &part;
    }
  }
  if (!month || !day) return std::nullopt;
  if (!year) return without_year(*month, *day, today);
  const auto date = make_day(*(*year)->number, *month, *day);
  return date ? std::optional(iso(*date)) : std::nullopt;
}

std::optional<std::string> iso_in_range(chrono::sys_days days) {
  const int year = static_cast<int>(chrono::year_month_day(days).year());
  return year >= 1 && year <= 9999 ? std::optional(iso(days)) : std::nullopt;
}

// "in 3 weeks", "two months ago", "a week from today"; part `unit` is the weeks. A mere length is no day.
std::optional<std::string> date_by_length(const std::vector<Part>& parts, std::size_t unit,
                                          const Day& today) {
  if (unit == 0) return std::nullopt;
  const bool from_now = has(parts, "from") && (has(parts, "now") || has(parts, "today"));
  const bool is_past = has(parts, "ago");
  if (!is_past && !from_now && !has(parts, "in")) return std::nullopt;
  const Part& before = parts[unit - 1];
  if (!before.number && before.word != "a" && before.word != "an") return std::nullopt;
  if (has(parts, "half") || has(parts, "tomorrow") || has(parts, "yesterday")) return std::nullopt;
  const int count = before.number.value_or(1) * (is_past ? -1 : 1);
  const std::string& word = parts[unit].word;
  if (word.starts_with("day")) return iso_in_range(to_days(today) + chrono::days(count));
  if (word.starts_with("week")) return iso_in_range(to_days(today) + chrono::weeks(count));
  const int months = today.year * 12 + today.month - 1 + count * (word.starts_with("year") ? 12 : 1);
  if (months < 12) return std::nullopt;
  const auto date = make_day(months / 12, months % 12 + 1, today.day);  // nothing for 31 June
  return date ? std::optional(iso(*date)) : std::nullopt;
}

// "Friday", "next Friday": the next one, not today's with "next"; "last Friday": the one before today.
std::optional<std::string> date_by_weekday(const std::vector<Part>& parts, std::size_t at, unsigned weekday,
                                           const Day& today) {
  if (has(parts, "week")) return std::nullopt;  // "Friday week", "next week Friday": usage differs
  const chrono::sys_days start = to_days(today);
  chrono::days ahead = chrono::weekday(weekday) - chrono::weekday(start);
  const bool is_last = has(parts, "last") || has(parts, "past");
  if (is_last && (at == 0 || (parts[at - 1].word != "last" && parts[at - 1].word != "past")))
    return std::nullopt;
  if (is_last) return iso_in_range(start + ahead - chrono::days(7));
  return iso_in_range(start + ahead + chrono::days(has(parts, "next") && ahead.count() == 0 ? 7 : 0));
}

// "the 3rd", "3rd": the next day of that number. A number alone is no day.
std::optional<std::string> date_by_ordinal(const std::vector<Part>& parts, const Day& today) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    if (!part.number || *part.number < 1 || *part.number > 31) continue;
    constexpr std::string_view kEndings[] = {"st", "nd", "rd", "th"};
    std::string_view ending;
    if (part.n_digits > 0 && i + 1 < parts.size()) ending = parts[i + 1].word;
    const bool is_ordinal = index_of(kEndings, ending) || index_of(kOrdinals, part.word) ||
                            part.word == "twentieth" || part.word == "thirtieth" ||
                            (i > 0 && parts[i - 1].word == "the" && i + 1 == parts.size());
    if (!is_ordinal) continue;
    const int month = today.month + (*part.number < today.day ? 1 : 0);
    const auto date = make_day(today.year + (month > 12 ? 1 : 0), month > 12 ? 1 : month, *part.number);
    return date ? std::optional(iso(*date)) : std::nullopt;
  }
  return std::nullopt;
}

// "tomorrow", "in two weeks", "next Friday", "the 3rd"
std::optional<std::string> date_from_today(const std::vector<Part>& parts, const Day& today) {
  constexpr std::string_view kUnits[] = {"day",  "days",  "week", "weeks", "month",  "months",
                                         "year", "years", "hour", "hours", "minute", "minutes"};
  const chrono::sys_days start = to_days(today);
  const bool beyond = has(parts, "day") && has(parts, "the");  // "the day after tomorrow"
  if (has(parts, "tomorrow") && (has(parts, "after") ? beyond : !has(parts, "from")))
    return iso_in_range(start + chrono::days(beyond ? 2 : 1));
  if (has(parts, "yesterday") && (!has(parts, "before") || beyond))
    return iso_in_range(start - chrono::days(beyond ? 2 : 1));
  const auto is_month = [](const Part& part) { return month_of(part.word).has_value(); };
  if (std::ranges::any_of(parts, is_month)) return std::nullopt;  // "the last Friday of June"
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (const auto weekday = weekday_of(parts[i].word)) return date_by_weekday(parts, i, *weekday, today);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto unit = index_of(kUnits, parts[i].word);
    if (!unit) continue;
    return *unit < 8 ? date_by_length(parts, i, today) : std::nullopt;
  }
  if (has(parts, "today") || has(parts, "tonight")) return iso(start);
  const bool is_today = has(parts, "evening") || has(parts, "morning") || has(parts, "afternoon");
  if (has(parts, "this") && is_today) return iso(start);
  return date_by_ordinal(parts, today);
}

}  // namespace

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

std::optional<std::uint64_t> number_word(std::string_view word) {
  if (const auto one = index_of(kOnes, word)) return *one;
  if (const auto ordinal = index_of(kOrdinals, word)) return *ordinal;
  if (const auto tens = word.empty() ? std::nullopt : index_of(kTens, word)) return 10 * *tens;
  if (word == "twentieth") return 20;
  if (word == "thirtieth") return 30;
  if (word == "hundred") return 100;
  if (word == "thousand") return 1000;
  if (word == "million") return 1'000'000;
  return std::nullopt;
}

std::optional<Day> parse_day(std::string_view text) {
  const std::vector<Part> parts = parts_of(text);
  const bool is_form = parts.size() == 5 && text.size() == 10 && parts[0].n_digits == 4 &&
                       parts[1].word == "-" && parts[2].n_digits == 2 && parts[3].word == "-" &&
                       parts[4].n_digits == 2;
  return is_form ? make_day(*parts[0].number, *parts[2].number, *parts[4].number) : std::nullopt;
}

std::optional<std::string> date_in(std::string_view words, const std::optional<Day>& today) {
  const std::vector<Part> parts = parts_of(words);
  if (auto date = date_by_month(parts, today)) return date;
  if (auto date = date_in_digits(parts, today)) return date;
  return today ? date_from_today(parts, *today) : std::nullopt;
}

}  // namespace linnet::tasks
