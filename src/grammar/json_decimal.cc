#include "grammar/json_decimal.h"

#include <algorithm>

namespace linnet::grammar {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Takes digits from the front of `text`.
std::string_view take_digits(std::string_view& text) noexcept {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

bool take(std::string_view& text, std::string_view any_of) noexcept {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// What stands behind the mantissa; nothing if that is no exponent, or one that no short number has.
std::optional<std::int64_t> take_exponent(std::string_view text) {
  if (text.empty()) return 0;
  if (!take(text, "eE")) return {};
  const bool is_negative = !text.empty() && text.front() == '-';
  take(text, "+-");
  std::string_view digits = take_digits(text);
  if (digits.empty() || !text.empty()) return {};
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.size() > 6) return {};
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return is_negative ? -value : value;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal result;
  result.is_negative = take(text, "-");
  const std::string_view whole = take_digits(text);
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return {};
  result.digits = whole;
  if (take(text, ".")) {
    const std::string_view fraction = take_digits(text);
    if (fraction.empty()) return {};
    result.digits += fraction;
    result.exponent = -static_cast<std::int64_t>(fraction.size());
  }
  const auto exponent = take_exponent(text);
  const std::size_t first = result.digits.find_first_not_of('0');
  if (first == std::string::npos) return Decimal{};
  if (!exponent) return {};
  result.exponent += *exponent;
  result.digits.erase(0, first);
  const std::size_t n_kept = result.digits.find_last_not_of('0') + 1;
  result.exponent += static_cast<std::int64_t>(result.digits.size() - n_kept);
  result.digits.resize(n_kept);
  if (result.n_integer_digits() > kMaxDigits || result.n_fraction_digits() > kMaxDigits) return {};
  return result;
}

int Decimal::digit(std::int64_t place) const noexcept {
  const std::int64_t from_right = place - exponent;
  const auto n = static_cast<std::int64_t>(digits.size());
  return from_right < 0 || from_right >= n ? 0 : digits[static_cast<std::size_t>(n - 1 - from_right)] - '0';
}

std::int64_t Decimal::n_integer_digits() const noexcept {
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(digits.size()) + exponent);
}

Decimal Decimal::negated() const {
  Decimal result = *this;
  result.is_negative = !is_negative && !is_zero();
  return result;
}

std::string Decimal::text() const {
  std::string out = is_negative ? "-" : "";
  if (n_integer_digits() == 0) out += '0';
  for (std::int64_t place = n_integer_digits() - 1; place >= 0; --place)
    out += static_cast<char>('0' + digit(place));
  if (exponent < 0) out += '.';
  for (std::int64_t place = -1; place >= exponent; --place) out += static_cast<char>('0' + digit(place));
  return out;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) noexcept {
  if (a.is_negative != b.is_negative) return b.is_negative <=> a.is_negative;
  auto order = std::strong_ordering::equal;
  const std::int64_t top = std::max(a.n_integer_digits(), b.n_integer_digits());
  const std::int64_t bottom = std::min(a.exponent, b.exponent);
  for (std::int64_t place = top - 1; order == 0 && place >= bottom; --place)
    order = a.digit(place) <=> b.digit(place);
  return a.is_negative ? 0 <=> order : order;
}

}  // namespace linnet::grammar
