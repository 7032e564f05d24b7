#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tasks/calendar.h"
#include "tasks/words.h"

namespace linnet::tasks {
namespace {

// What a time is put together from, in minutes.
struct Clock {
  std::vector<int> numbers;
  int before = 0;  // "quarter to", "30 minutes before"
  int after = 0;   // "half past"
  bool is_pm = false, is_am = false;
  bool is_length = false;  // "half", "two hours": no time of day, unless one follows that it shifts
  bool is_unclear = false;
};

int hours_of_day(int hour, const Clock& clock) {
  if (clock.is_pm && hour < 12) return hour + 12;
  if (clock.is_am && hour == 12) return 0;
  return hour;
}

std::optional<int> number_of(const std::string& word) {
  if (word[0] >= '0' && word[0] <= '9')
    return word.size() <= 4 ? std::optional(std::stoi(word)) : std::nullopt;
  const auto value = number_word(word);
  return value && *value < 60 ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, word) != list.end();
}

// What was counted so far comes before or after the hour that follows.
void shift(Clock& clock, int& amount) {
  if (clock.numbers.size() > 1 || (!clock.is_length && !clock.numbers.empty() && clock.numbers[0] > 59))
    clock.is_unclear = true;
  amount = clock.numbers.empty() ? 0 : clock.numbers.back();
  clock.numbers.clear();
  clock.is_length = false;
}

// Whether what was read is a time by itself, so that a range begins with it.
bool is_time(const Clock& clock) {
  if (clock.is_length || clock.numbers.empty()) return false;
  return clock.numbers.size() > 1 || clock.numbers[0] >= 100 || clock.is_am || clock.is_pm;
}

// "twenty-five" in two words.
bool goes_on(const Clock& clock, const std::string& last, int number) {
  return number > 0 && number < 10 && !clock.numbers.empty() && clock.numbers.back() % 10 == 0 &&
         is_one_of(last, {"twenty", "thirty", "forty", "fifty"});
}

class ClockReader {
 public:
  explicit ClockReader(std::string_view words) : words_(words), spans_(words_of(words)) {}

  Clock read() {
    for (std::size_t i = 0; i < spans_.size() && take(i); ++i) continue;
    return std::move(clock_);
  }

 private:
  std::string word(std::size_t i) const {
    return i < spans_.size() ? lower_ascii(spans_[i].of(words_)) : std::string();
  }
  bool is_digit(std::size_t i) const { return i < spans_.size() && word(i)[0] >= '0' && word(i)[0] <= '9'; }

  // False where the rest is another time: the end of a range.
  bool take(std::size_t i) {
    const std::string here = word(i), last = i > 0 ? word(i - 1) : std::string();
    const bool is_range =
        is_one_of(here, {"-", "\u2013", "\u2014", "until"}) && is_digit(i + 1) && !clock_.numbers.empty();
    if (const auto number = number_of(here); number && here != "second" && here != "first") {
      const std::string before = last == "-" && i > 1 ? word(i - 2) : last;
      if (goes_on(clock_, before, *number))
        clock_.numbers.back() += *number;
      else
        clock_.numbers.push_back(*number);
    } else if (here == "half" || here == "quarter") {
      clock_.numbers.push_back(here == "half" ? 30 : 15);
      clock_.is_length = true;
    } else if (here == "past" || here == "after" || (here == "later" && clock_.is_length)) {
      shift(clock_, clock_.after);
    } else if (is_range || is_one_of(here, {"to", "till", "before"})) {
      return take_to(i, is_range);
    } else {
      take_word(here, last, word(i + 2));
    }
    return true;
  }

  // "20:00 to 22:00" is a range, "quarter to nine" is none; "9 to 5" may be either, as may "ten to seven".
  bool take_to(std::size_t i, bool is_range) {
    if (is_time(clock_)) return false;
    const int most_hours = i > 0 && is_digit(i - 1) ? 24 : 12;
    if (is_range || (!clock_.is_length && !clock_.numbers.empty() && clock_.numbers[0] <= most_hours))
      clock_.is_unclear = true;
    shift(clock_, clock_.before);
    return true;
  }

  void take_word(const std::string& here, const std::string& last, const std::string& second_next) {
    if (is_one_of(here, {"pm", "evening", "afternoon", "tonight"}) || (here == "p" && second_next == "m")) {
      clock_.is_pm = true;
    } else if (is_one_of(here, {"am", "morning"}) || (here == "a" && second_next == "m")) {
      clock_.is_am = true;
    } else if (is_one_of(here, {"noon", "midday", "midnight"})) {
      clock_.numbers = {here == "midnight" ? 0 : 12};
    } else if (here == "ago") {
      clock_.is_unclear = true;
    } else if (!clock_.numbers.empty() && (clock_.is_length || number_of(last))) {
      take_unit(here);
    }
  }

  void take_unit(const std::string& here) {
    if (is_one_of(here, {"hour", "hours", "hr", "hrs"}) && !clock_.is_length) clock_.numbers.back() *= 60;
    clock_.is_length = clock_.is_length ||
                       is_one_of(here, {"minute", "minutes", "min", "mins", "hour", "hours", "hr", "hrs"});
    if (is_one_of(here,
                  {"second", "seconds", "day", "days", "week", "weeks", "month", "months", "year", "years"}))
      clock_.is_unclear = true;
  }

  std::string_view words_;
  std::vector<ByteSpan> spans_;
  Clock clock_;
};

}  // namespace

std::optional<std::string> time_in(std::string_view words) {
  const Clock clock = ClockReader(words).read();
  if (clock.numbers.empty() || clock.is_length || clock.is_unclear) return std::nullopt;
  int hour = clock.numbers[0], minute = clock.numbers.size() > 1 ? clock.numbers[1] : 0;
  if (hour >= 100) minute = hour % 100, hour /= 100;  // "1930"
  constexpr int kDay = 24 * 60;
  if (hour * 60 + minute > kDay || minute > 59 || clock.before >= kDay || clock.after >= kDay)
    return std::nullopt;
  if ((clock.is_am && hour > 12) || (clock.is_pm && (hour == 0 || hour == 24))) return std::nullopt;
  const int minutes = (hours_of_day(hour, clock) * 60 + minute + clock.after - clock.before + kDay) % kDay;
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

}  // namespace linnet::tasks
