#include <algorithm>
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

// What was counted so far comes before or after the hour that follows.
void shift(Clock& clock, int& amount) {
  amount = clock.numbers.empty() ? 0 : clock.numbers.back();
  clock.numbers.clear();
}

Clock read(std::string_view words) {
  Clock clock;
  const std::vector<ByteSpan> spans = words_of(words);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const std::string word = lower_ascii(spans[i].of(words));
    const std::string next = i + 2 < spans.size() ? lower_ascii(spans[i + 2].of(words)) : std::string();
    const auto number = number_of(word);
    if (number && (word != "second" && word != "first")) {
      clock.numbers.push_back(*number);
    } else if (word == "half") {
      clock.numbers.push_back(30);
    } else if (word == "quarter") {
      clock.numbers.push_back(15);
    } else if (word == "past" || word == "after") {
      shift(clock, clock.after);
    } else if (word == "to" || word == "before" || word == "till") {
      shift(clock, clock.before);
    } else if (word == "pm" || word == "evening" || word == "afternoon" || word == "tonight" ||
               (word == "p" && next == "m")) {
      clock.is_pm = true;
    } else if (word == "am" || word == "morning" || (word == "a" && next == "m")) {
      clock.is_am = true;
    } else if (word == "noon" || word == "midday" || word == "midnight") {
      clock.numbers = {word == "midnight" ? 0 : 12};
    }
  }
  return clock;
}

}  // namespace

std::optional<std::string> time_in(std::string_view words) {
  const Clock clock = read(words);
  if (clock.numbers.empty()) return std::nullopt;
  int hour = clock.numbers[0], minute = clock.numbers.size() > 1 ? clock.numbers[1] : 0;
  if (hour >= 100) minute = hour % 100, hour /= 100;  // "1930"
  if (hour > 24 || minute > 59) return std::nullopt;
  constexpr int kDay = 24 * 60;
  const int minutes = (hours_of_day(hour, clock) * 60 + minute + clock.after - clock.before + kDay) % kDay;
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

}  // namespace linnet::tasks
