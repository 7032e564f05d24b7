#include "grammar/json_number.h"

#include <algorithm>
#include <array>
#include <map>

namespace linnet::grammar {
namespace {

constexpr std::size_t kMaxStates = 20'000;
constexpr std::string_view kAlphabet = "0123456789-.eE+";
constexpr std::uint32_t kDead = std::numeric_limits<std::uint32_t>::max();

enum class Phase : std::uint8_t { kStart, kMinus, kZero, kInteger, kPoint, kFraction, kE, kESign, kExponent };

bool is_complete(Phase phase) {
  return phase == Phase::kZero || phase == Phase::kInteger || phase == Phase::kFraction ||
         phase == Phase::kExponent;
}

/// How the digits so far compare with a bound's.
struct Comparison {
  std::int32_t n_digits = 0;  // of the part that is being read, as long as they matter
  std::int8_t order = 0;      // of the digits read against as many of the bound's
  friend auto operator<=>(const Comparison&, const Comparison&) = default;
};

/// What divides the digits so far, read as one whole number, and leaves this.
struct Remainder {
  std::uint32_t value = 0;
  std::int32_t n_fraction_digits = 0;
  bool is_off = false;  // a digit behind the last place that multiples have
  friend auto operator<=>(const Remainder&, const Remainder&) = default;
};

/// Where a text stands: everything that decides how it may go on.
struct Position {
  Phase phase = Phase::kStart;
  bool is_negative = false;
  bool has_fraction = false;  // a digit other than 0 behind the point
  std::array<Comparison, 2> bounds{};
  std::vector<Remainder> remainders{};
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// A number m = whole * 10^-n_places.
struct Divisor {
  std::uint32_t whole = 1;
  std::int32_t n_places = 0;
  bool must_divide = true;
};

Comparison compare_integer_digit(Comparison c, const Decimal& bound, int digit) {
  const auto n_wanted = static_cast<std::int32_t>(bound.n_integer_digits());
  if (c.n_digits >= n_wanted) return {.n_digits = n_wanted + 1, .order = 1};
  ++c.n_digits;
  if (c.order == 0)
    c.order = static_cast<std::int8_t>(std::clamp(digit - bound.digit(n_wanted - c.n_digits), -1, 1));
  return c;
}

/// The same when the digits in front of the point are over: fewer digits make a smaller number.
Comparison end_integer(Comparison c, const Decimal& bound) {
  const auto n_wanted = static_cast<std::int32_t>(bound.n_integer_digits());
  return {.n_digits = 0, .order = c.n_digits < n_wanted ? std::int8_t{-1} : c.order};
}

Comparison compare_fraction_digit(Comparison c, const Decimal& bound, int digit) {
  if (c.order != 0) return c;
  const bool is_behind = c.n_digits == bound.n_fraction_digits();
  if (!is_behind) ++c.n_digits;
  c.order = static_cast<std::int8_t>(std::clamp(digit - (is_behind ? 0 : bound.digit(-c.n_digits)), -1, 1));
  if (c.order != 0) c.n_digits = 0;
  return c;
}

/// The order of the digits so far against the bound's, were the number to end here.
int final_order(Comparison c, const Decimal& bound, Phase phase) {
  if (phase != Phase::kFraction) c = end_integer(c, bound);
  if (c.order != 0) return c.order;
  return c.n_digits < bound.n_fraction_digits() ? -1 : 0;
}

/// Whether digits need to be compared, as the signs do not tell the order yet.
bool is_compared(const Decimal& bound, bool is_negative) {
  return bound.is_zero() || bound.is_negative == is_negative;
}

/// The rules by which positions follow one another.
class Rules {
 public:
  explicit Rules(const NumberSet& set)
      : bounds_{set.lower, set.upper}, is_integer_(set.is_integer), has_exponents_(set == NumberSet{}) {}

  /// Returns false if the divisor is too large.
  bool add_divisor(const Decimal& m, bool must_divide) {
    std::string whole = m.digits;
    if (m.exponent > 0) whole.append(static_cast<std::size_t>(m.exponent), '0');
    if (whole.size() > 6) return false;
    divisors_.push_back({.whole = static_cast<std::uint32_t>(std::stoul(whole)),
                         .n_places = static_cast<std::int32_t>(m.n_fraction_digits()),
                         .must_divide = must_divide});
    return true;
  }

  Position start() const { return {.remainders = std::vector<Remainder>(divisors_.size())}; }

  std::optional<Position> next(Position p, char c) const {
    if (c >= '0' && c <= '9') return next_digit(std::move(p), c - '0');
    switch (p.phase) {
      case Phase::kStart:
        if (c != '-') return {};
        p.phase = Phase::kMinus;
        p.is_negative = true;
        return p;
      case Phase::kZero:
      case Phase::kInteger:
        if (c == '.') return begin_fraction(std::move(p));
        [[fallthrough]];
      case Phase::kFraction:
        if (!has_exponents_ || (c != 'e' && c != 'E')) return {};
        p.phase = Phase::kE;
        return p;
      case Phase::kE:
        if (c != '+' && c != '-') return {};
        p.phase = Phase::kESign;
        return p;
      default: return {};
    }
  }

  bool accepts(const Position& p) const {
    if (!is_complete(p.phase)) return false;
    if (is_integer_ && *is_integer_ == p.has_fraction) return false;
    for (std::size_t i = 0; i < bounds_.size(); ++i)
      if (bounds_[i] && !is_within(p, i)) return false;
    for (std::size_t i = 0; i < divisors_.size(); ++i)
      if (divides(divisors_[i], p.remainders[i]) != divisors_[i].must_divide) return false;
    return true;
  }

 private:
  std::optional<Position> next_digit(Position p, int digit) const {
    switch (p.phase) {
      case Phase::kStart:
      case Phase::kMinus: p.phase = digit == 0 ? Phase::kZero : Phase::kInteger; break;
      case Phase::kInteger: break;
      case Phase::kPoint:
      case Phase::kFraction: p.phase = Phase::kFraction; break;
      case Phase::kE:
      case Phase::kESign:
      case Phase::kExponent: p.phase = Phase::kExponent; return p;
      case Phase::kZero: return {};
    }
    const bool is_fraction = p.phase == Phase::kFraction;
    if (is_fraction && digit != 0 && is_integer_) {
      if (*is_integer_) return {};
      p.has_fraction = true;
    }
    for (std::size_t i = 0; i < bounds_.size(); ++i) {
      if (!bounds_[i] || !is_compared(bounds_[i]->value, p.is_negative) || p.phase == Phase::kZero) continue;
      p.bounds[i] = is_fraction ? compare_fraction_digit(p.bounds[i], bounds_[i]->value, digit)
                                : compare_integer_digit(p.bounds[i], bounds_[i]->value, digit);
    }
    for (std::size_t i = 0; i < divisors_.size(); ++i)
      p.remainders[i] = divide_digit(divisors_[i], p.remainders[i], digit, is_fraction);
    return p;
  }

  Position begin_fraction(Position p) const {
    p.phase = Phase::kPoint;
    for (std::size_t i = 0; i < bounds_.size(); ++i)
      if (bounds_[i] && is_compared(bounds_[i]->value, p.is_negative))
        p.bounds[i] = end_integer(p.bounds[i], bounds_[i]->value);
    return p;
  }

  static Remainder divide_digit(const Divisor& divisor, Remainder r, int digit, bool is_fraction) {
    if (r.is_off) return r;
    if (is_fraction && r.n_fraction_digits == divisor.n_places)
      return digit == 0 ? r : Remainder{.is_off = true};
    r.value = (r.value * 10 + static_cast<std::uint32_t>(digit)) % divisor.whole;
    r.n_fraction_digits += is_fraction ? 1 : 0;
    return r;
  }

  static bool divides(const Divisor& divisor, Remainder r) {
    for (; r.n_fraction_digits < divisor.n_places; ++r.n_fraction_digits)
      r.value = r.value * 10 % divisor.whole;
    return !r.is_off && r.value == 0;
  }

  bool is_within(const Position& p, std::size_t i) const {
    const Decimal& bound = bounds_[i]->value;
    int order = is_compared(bound, p.is_negative) ? final_order(p.bounds[i], bound, p.phase) : 1;
    if (p.is_negative) order = -order;
    if (order == 0) return !bounds_[i]->is_exclusive;
    return (i == 0) == (order > 0);
  }

  std::array<std::optional<Bound>, 2> bounds_;
  std::optional<bool> is_integer_;
  std::vector<Divisor> divisors_;
  bool has_exponents_;
};

class NumberAutomaton final : public Automaton {
 public:
  using Row = std::array<std::uint32_t, kAlphabet.size()>;

  NumberAutomaton(std::vector<Row> rows, std::vector<bool> accepting)
      : rows_(std::move(rows)), accepting_(std::move(accepting)) {}

  State start() const noexcept override { return {}; }
  std::optional<State> next(State state, std::uint8_t byte) const noexcept override {
    const std::size_t column = kAlphabet.find(static_cast<char>(byte));
    if (column == std::string_view::npos || rows_[state.a][column] == kDead) return {};
    return State{rows_[state.a][column], 0};
  }
  bool accepts(State state) const noexcept override { return accepting_[state.a]; }
  bool continues(State state) const noexcept override {
    const Row& row = rows_[state.a];
    return std::any_of(row.begin(), row.end(), [](std::uint32_t to) { return to != kDead; });
  }

 private:
  std::vector<Row> rows_;
  std::vector<bool> accepting_;
};

/// Which states reach an accepted one.
std::vector<bool> find_alive(const std::vector<NumberAutomaton::Row>& rows,
                             const std::vector<bool>& accepting) {
  std::vector<std::vector<std::uint32_t>> into(rows.size());
  std::vector<std::uint32_t> pending;
  for (std::uint32_t from = 0; from < rows.size(); ++from) {
    if (accepting[from]) pending.push_back(from);
    for (const std::uint32_t to : rows[from])
      if (to != kDead) into[to].push_back(from);
  }
  std::vector<bool> alive = accepting;
  while (!pending.empty()) {
    const std::uint32_t state = pending.back();
    pending.pop_back();
    for (const std::uint32_t from : into[state]) {
      if (alive[from]) continue;
      alive[from] = true;
      pending.push_back(from);
    }
  }
  return alive;
}

/// Explores the positions that texts lead to. Null if none is accepted.
Result<AutomatonPtr> build(const Rules& rules, AutomataWork& work) {
  std::map<Position, std::uint32_t> ids = {{rules.start(), 0}};
  std::vector<Position> positions = {rules.start()};
  std::vector<NumberAutomaton::Row> rows;
  std::vector<bool> accepting;
  for (std::size_t id = 0; id < positions.size(); ++id) {
    const Position from = positions[id];
    accepting.push_back(rules.accepts(from));
    NumberAutomaton::Row& row = rows.emplace_back();
    for (std::size_t column = 0; column < row.size(); ++column) {
      row[column] = kDead;
      auto to = rules.next(from, kAlphabet[column]);
      if (!to) continue;
      const auto [entry, is_new] = ids.try_emplace(*to, static_cast<std::uint32_t>(positions.size()));
      if (is_new) positions.push_back(*std::move(to));
      row[column] = entry->second;
    }
    work.spend(kAlphabet.size() * (4 + from.remainders.size()));
    if (positions.size() > kMaxStates || work.is_spent())
      return fail(ErrorCode::kUnsupported,
                  "telling these numbers takes more than {} states, or too much work", kMaxStates);
  }
  const std::vector<bool> alive = find_alive(rows, accepting);
  if (!alive[0]) return AutomatonPtr{};
  for (auto& row : rows)
    for (auto& to : row)
      if (to != kDead && !alive[to]) to = kDead;
  return AutomatonPtr{std::make_shared<NumberAutomaton>(std::move(rows), std::move(accepting))};
}

/// Whether `a` allows more than `b` at this end.
bool is_weaker(const std::optional<Bound>& a, const Bound& b, std::strong_ordering outward) {
  if (!a) return true;
  const auto order = a->value <=> b.value;
  return order == outward || (order == 0 && b.is_exclusive);
}

}  // namespace

void NumberSet::raise_lower(const Bound& bound) {
  if (is_weaker(lower, bound, std::strong_ordering::less)) lower = bound;
}

void NumberSet::lower_upper(const Bound& bound) {
  if (is_weaker(upper, bound, std::strong_ordering::greater)) upper = bound;
}

bool NumberSet::intersect(const NumberSet& other) {
  if (other.lower) raise_lower(*other.lower);
  if (other.upper) lower_upper(*other.upper);
  for (const auto& m : other.multiples)
    if (std::find(multiples.begin(), multiples.end(), m) == multiples.end()) multiples.push_back(m);
  for (const auto& m : other.not_multiples)
    if (std::find(not_multiples.begin(), not_multiples.end(), m) == not_multiples.end())
      not_multiples.push_back(m);
  if (is_integer && other.is_integer && *is_integer != *other.is_integer) return false;
  if (other.is_integer) is_integer = other.is_integer;
  return !is_evidently_empty();
}

bool NumberSet::is_evidently_empty() const {
  for (const auto& m : multiples) {
    if (std::find(not_multiples.begin(), not_multiples.end(), m) != not_multiples.end()) return true;
    if (m.is_integer() && is_integer && !*is_integer) return true;
  }
  if (!lower || !upper) return false;
  const auto order = lower->value <=> upper->value;
  if (order > 0) return true;
  if (order < 0) return false;
  return lower->is_exclusive || upper->is_exclusive ||
         (is_integer && *is_integer != lower->value.is_integer());
}

const Decimal* NumberSet::single() const noexcept {
  return lower && upper && lower->value == upper->value ? &lower->value : nullptr;
}

Result<AutomatonPtr> number_automaton(const NumberSet& set, AutomataWork& work) {
  Rules rules(set);
  for (const auto* divisors : {&set.multiples, &set.not_multiples})
    for (const Decimal& m : *divisors)
      if (!rules.add_divisor(m, divisors == &set.multiples))
        return fail(ErrorCode::kUnsupported, "multiples of {} take too many states to tell", m.text());
  return build(rules, work);
}

}  // namespace linnet::grammar
