#include "chat/clock.h"

#include <array>
#include <charconv>
#include <ctime>

namespace linnet::chat {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<int, 12> kDaysBefore = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int day_of_year(const RenderClock& clock) {
  const int before = kDaysBefore[static_cast<std::size_t>(clock.month - 1)];
  return before + clock.day + (clock.month > 2 && is_leap(clock.year) ? 1 : 0);
}

int day_of_week(const RenderClock& clock) {
  const int y = clock.year - 1;  // 0 = Sunday; 1 January of year 1 was a Monday
  return (y * 365 + y / 4 - y / 100 + y / 400 + day_of_year(clock)) % 7;
}

int days_in_month(int year, int month) {
  const auto index = static_cast<std::size_t>(month - 1);
  if (month == 12) return 31;
  return kDaysBefore[index + 1] - kDaysBefore[index] + (month == 2 && is_leap(year) ? 1 : 0);
}

std::string directive(char letter, const RenderClock& c) {
  const std::string_view month = kMonths[static_cast<std::size_t>(c.month - 1)];
  const std::string_view day = kDays[static_cast<std::size_t>(day_of_week(c))];
  const int hour12 = c.hour % 12 == 0 ? 12 : c.hour % 12;
  switch (letter) {
    case 'Y': return fmt::format("{}", c.year);
    case 'y': return fmt::format("{:02}", c.year % 100);
    case 'm': return fmt::format("{:02}", c.month);
    case 'd': return fmt::format("{:02}", c.day);
    case 'e': return fmt::format("{:2}", c.day);
    case 'H': return fmt::format("{:02}", c.hour);
    case 'I': return fmt::format("{:02}", hour12);
    case 'M': return fmt::format("{:02}", c.minute);
    case 'S': return fmt::format("{:02}", c.second);
    case 'f': return "000000";
    case 'p': return c.hour < 12 ? "AM" : "PM";
    case 'j': return fmt::format("{:03}", day_of_year(c));
    case 'w': return fmt::format("{}", day_of_week(c));
    case 'u': return fmt::format("{}", day_of_week(c) == 0 ? 7 : day_of_week(c));
    case 'B': return std::string(month);
    case 'b':
    case 'h': return std::string(month.substr(0, 3));
    case 'A': return std::string(day);
    case 'a': return std::string(day.substr(0, 3));
    case 'F': return c.format("%Y-%m-%d");
    case 'D':
    case 'x': return c.format("%m/%d/%y");
    case 'T':
    case 'X': return c.format("%H:%M:%S");
    case 'R': return c.format("%H:%M");
    case 'r': return c.format("%I:%M:%S %p");
    case 'c': return c.format("%a %b %e %H:%M:%S %Y");
    case 'z':
    case 'Z': return "";  // a naive datetime has no zone
    case 'n': return "\n";
    case 't': return "\t";
    case '%': return "%";
    default: return {'%', letter};
  }
}

}  // namespace

RenderClock RenderClock::system() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  if (localtime_r(&now, &local) == nullptr) return {};
  return {local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec};
}

Result<RenderClock> RenderClock::from_date(std::string_view date) {
  const auto number = [&](std::size_t at, std::size_t n) {
    int value = 0;
    for (std::size_t i = at; i < at + n; ++i) {
      if (date[i] < '0' || date[i] > '9') return -1;
      value = value * 10 + (date[i] - '0');
    }
    return value;
  };
  if (date.size() == 10 && date[4] == '-' && date[7] == '-') {
    const RenderClock clock{number(0, 4), number(5, 2), number(8, 2), 12, 0, 0};
    if (clock.year >= 1 && clock.month >= 1 && clock.month <= 12 && clock.day >= 1 &&
        clock.day <= days_in_month(clock.year, clock.month)) {
      return clock;
    }
  }
  return fail(ErrorCode::kInvalidArgument, "'{}' is not a date; write it as YYYY-MM-DD, e.g. 2026-01-15",
              date);
}

std::string RenderClock::format(std::string_view format) const {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
      continue;
    }
    ++i;
    const bool unpadded = format[i] == '-' && i + 1 < format.size();  // glibc's %-d
    if (unpadded) ++i;
    const std::string piece = directive(format[i], *this);
    const std::size_t skip = unpadded ? std::min(piece.find_first_not_of("0 "), piece.size() - 1) : 0;
    out += piece.empty() ? piece : piece.substr(skip);
  }
  return out;
}

}  // namespace linnet::chat
