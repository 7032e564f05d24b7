// Dates and times of day as people write them in English, in ISO 8601. Pure functions: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace linnet::tasks {

/// A day of the Gregorian calendar.
struct Day {
  int year = 0;
  int month = 1;  ///< From 1.
  int day = 1;    ///< From 1.

  bool operator==(const Day&) const = default;
};

/// "YYYY-MM-DD", or nothing if it is no day.
std::optional<Day> parse_day(std::string_view text);

/// "2019-03-03" for "the 3rd of March 2019", "3/3/2019" (the day first, unless it cannot be), "Mar 3, 2019".
/// With `today` also for "tomorrow", "last Friday", "in two weeks", "3 months ago", and for a date without a
/// year, which is the next one.
std::optional<std::string> date_in(std::string_view words, const std::optional<Day>& today);

/// "19:30" for "7:30 pm", "19.30", "half past seven in the evening", "noon". Hours that may be before or
/// after noon are taken as they stand: "half past seven" is 07:30. Of "0900 to 1700" the first; nothing for
/// what may be a range or none ("9 to 5", "ten to seven") and for a length ("in two hours").
std::optional<std::string> time_in(std::string_view words);

/// 3 for "three" or "third"; at most a million.
std::optional<std::uint64_t> number_word(std::string_view word);

/// With the letters A to Z in lower case.
std::string lower_ascii(std::string_view text);

}  // namespace linnet::tasks
