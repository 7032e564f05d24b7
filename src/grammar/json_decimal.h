// Decimal numbers of any precision, as JSON writes them. Immutable values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace linnet::grammar {

/// (-1)^is_negative * digits * 10^exponent. The digits neither begin nor end with '0'; zero has none,
/// exponent 0 and no sign; so equal numbers have equal members.
struct Decimal {
  /// The most digits that a number may take when it is written out, on either side of the point.
  static constexpr std::int64_t kMaxDigits = 500;

  bool is_negative = false;
  std::string digits{};
  std::int64_t exponent = 0;

  /// A JSON number. Nothing if it is none or would take more than kMaxDigits to write out.
  static std::optional<Decimal> parse(std::string_view text);

  bool is_zero() const noexcept { return digits.empty(); }
  bool is_integer() const noexcept { return exponent >= 0; }
  /// The digit worth 10^place, from 0 to 9.
  int digit(std::int64_t place) const noexcept;
  /// Digits in front of the point; 0 for numbers below 1.
  std::int64_t n_integer_digits() const noexcept;
  /// Digits behind the point.
  std::int64_t n_fraction_digits() const noexcept { return exponent < 0 ? -exponent : 0; }
  Decimal negated() const;
  /// Written out without an exponent.
  std::string text() const;

  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) noexcept;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};

}  // namespace linnet::grammar
