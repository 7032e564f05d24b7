// The moment that a rendering takes for now. Plain values; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/fail.h"

namespace linnet::chat {

/// A local date and time of the Gregorian calendar.
struct RenderClock {
  int year = 1970;
  int month = 1;  ///< 1 to 12.
  int day = 1;    ///< 1 to 31.
  int hour = 0;
  int minute = 0;
  int second = 0;

  /// The system's clock in the system's time zone.
  static RenderClock system();
  /// Noon of "YYYY-MM-DD". Errors: kInvalidArgument, not such a date.
  static Result<RenderClock> from_date(std::string_view date);
  /// As Python's strftime in the C locale. Unknown directives are kept as they stand, as glibc does.
  std::string format(std::string_view format) const;
};

}  // namespace linnet::chat
