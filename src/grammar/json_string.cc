#include "grammar/json_string.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace linnet::grammar {
namespace {

constexpr std::uint32_t kFirstHigh = 0xD800, kFirstLow = 0xDC00, kLastLow = 0xDFFF;
constexpr std::uint32_t kLastCodePoint = 0x10FFFF;

enum class Phase : std::uint8_t {
  kBefore,
  kInside,
  kEscape,      // behind a backslash
  kHex,         // behind \u and 0 to 3 digits
  kPair,        // behind the first half of a surrogate pair
  kPairEscape,  // behind that and a backslash
  kDone,
};

/// The UTF-8 of a code point.
struct Encoded {
  std::array<std::uint8_t, 4> bytes{};
  std::size_t n = 0;
};

constexpr std::array<std::uint32_t, 4> kLastOfLength = {0x7F, 0x7FF, 0xFFFF, kLastCodePoint};

Encoded encode(std::uint32_t code_point) noexcept {
  Encoded out;
  while (code_point > kLastOfLength[out.n]) ++out.n;
  for (std::size_t i = out.n; i > 0; --i) {
    out.bytes[i] = static_cast<std::uint8_t>(0x80 | (code_point & 0x3F));
    code_point >>= 6;
  }
  constexpr std::array<std::uint8_t, 4> kLead = {0x00, 0xC0, 0xE0, 0xF0};
  out.bytes[0] = static_cast<std::uint8_t>(kLead[out.n] | code_point);
  ++out.n;
  return out;
}

/// Whether `content` goes on, from `state` at byte `i`, with a code point from `first` to `last`, which take
/// equally many bytes. Where a byte is strictly between theirs, all that follow it are.
bool goes_on(const Dfa& content, State state, std::size_t i, const Encoded& first, const Encoded& last,
             bool is_first, bool is_last) noexcept {
  if (i == first.n || (!is_first && !is_last)) return true;  // every state of a Dfa can be finished
  const unsigned low = is_first ? first.bytes[i] : 0x80U;
  const unsigned high = is_last ? last.bytes[i] : 0xBFU;
  for (unsigned byte = low; byte <= high; ++byte) {
    const auto next = content.next(state, static_cast<std::uint8_t>(byte));
    if (next && goes_on(content, *next, i + 1, first, last, is_first && byte == low, is_last && byte == high))
      return true;
  }
  return false;
}

int hex_digit(std::uint8_t byte) noexcept {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const int letter = byte | 0x20;
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::uint32_t to_count(std::size_t n) noexcept {
  return static_cast<std::uint32_t>(std::min<std::size_t>(n, kNoLimit));
}

}  // namespace

/// What a State holds: a = the content's state and the count, b = the rest.
struct JsonString::Position {
  std::uint32_t content = 0;
  std::uint32_t count = 0;  // of code points, as far as limits need it
  Phase phase = Phase::kBefore;
  std::uint8_t n_hex = 0;
  std::uint16_t high = 0;  // the first half of a surrogate pair, or 0
  std::uint16_t code = 0;  // hexadecimal digits so far

  static Position from(State s) noexcept {
    return {.content = static_cast<std::uint32_t>(s.a),
            .count = static_cast<std::uint32_t>(s.a >> 32),
            .phase = static_cast<Phase>(s.b & 0xFF),
            .n_hex = static_cast<std::uint8_t>(s.b >> 8),
            .high = static_cast<std::uint16_t>(s.b >> 16),
            .code = static_cast<std::uint16_t>(s.b >> 32)};
  }
  State state() const noexcept {
    return {content | std::uint64_t{count} << 32, static_cast<std::uint64_t>(phase) |
                                                      std::uint64_t{n_hex} << 8 | std::uint64_t{high} << 16 |
                                                      std::uint64_t{code} << 32};
  }
  State content_state() const noexcept { return {content, 0}; }
};

JsonString::JsonString(DfaPtr content, std::size_t min, std::size_t max)
    : content_(std::move(content)),
      min_(to_count(min)),
      max_(to_count(max)),
      is_counted_(min_ > 0 || max_ < kNoLimit) {}

State JsonString::start() const noexcept {
  return Position{.content = static_cast<std::uint32_t>(content_->start().a)}.state();
}

std::optional<State> JsonString::next(State state, std::uint8_t byte) const noexcept {
  Position p = Position::from(state);
  std::optional<Position> after;
  switch (p.phase) {
    case Phase::kBefore:
      if (byte != '"') return {};
      p.phase = Phase::kInside;
      return p.state();
    case Phase::kInside: after = next_raw(p, byte); break;
    case Phase::kEscape: after = next_escape(p, byte); break;
    case Phase::kHex: after = next_hex(p, byte); break;
    case Phase::kPair:
      if (byte != '\\') return {};
      p.phase = Phase::kPairEscape;
      return p.state();
    case Phase::kPairEscape:
      if (byte != 'u') return {};
      p.phase = Phase::kHex;
      return p.state();
    case Phase::kDone: return {};
  }
  if (!after) return {};
  return after->state();
}

std::optional<JsonString::Position> JsonString::next_raw(Position p, std::uint8_t byte) const noexcept {
  const bool is_full = p.count >= max_ && max_ != kNoLimit;
  if (byte == '"') {
    if (p.count < min_ || !content_->accepts(p.content_state())) return {};
    return Position{.phase = Phase::kDone};
  }
  if (byte == '\\') {
    if (is_full || !has_any(p.content, 0, kLastCodePoint)) return {};
    p.phase = Phase::kEscape;
    return p;
  }
  const bool is_first = (byte & 0xC0) != 0x80;
  if (byte < 0x20 || (is_first && is_full)) return {};
  const auto content = content_->next(p.content_state(), byte);
  if (!content) return {};
  p.content = static_cast<std::uint32_t>(content->a);
  // Behind the last limit that can still be met or missed, counting on would only make states differ.
  if (is_first && is_counted_ && (max_ != kNoLimit || p.count < min_)) ++p.count;
  return p;
}

std::optional<JsonString::Position> JsonString::next_escape(Position p, std::uint8_t byte) const noexcept {
  if (byte == 'u') {
    p.phase = Phase::kHex;
    return p;
  }
  constexpr std::string_view kEscapes = "\"\\/bfnrt", kEscaped = "\"\\/\b\f\n\r\t";
  const std::size_t at = kEscapes.find(static_cast<char>(byte));
  if (at == std::string_view::npos) return {};
  return add(p, static_cast<std::uint8_t>(kEscaped[at]));
}

std::optional<JsonString::Position> JsonString::next_hex(Position p, std::uint8_t byte) const noexcept {
  const int digit = hex_digit(byte);
  if (digit < 0) return {};
  p.code = static_cast<std::uint16_t>(p.code << 4 | digit);
  ++p.n_hex;
  const unsigned n_open_bits = 4U * (4U - p.n_hex);
  std::uint32_t first = static_cast<std::uint32_t>(p.code) << n_open_bits;
  std::uint32_t last = first | ((1U << n_open_bits) - 1);
  if (p.high != 0) {  // the second half: the code points that it can still make
    first = std::max(first, kFirstLow);
    last = std::min(last, kLastLow);
    if (first > last) return {};
    const std::uint32_t base = 0x10000 + ((p.high - kFirstHigh) << 10);
    first += base - kFirstLow;
    last += base - kFirstLow;
  }
  if (n_open_bits > 0) {
    const bool may_be_high = p.high == 0 && first < kFirstLow && last >= kFirstHigh &&
                             has_any(p.content, 0x10000 + ((std::max(first, kFirstHigh) - kFirstHigh) << 10),
                                     0x10000 + ((std::min(last, kFirstLow - 1) - kFirstHigh) << 10) + 0x3FF);
    if (!may_be_high && !has_any(p.content, first, last)) return {};
    return p;
  }
  if (p.high == 0 && first >= kFirstHigh && first < kFirstLow) {
    const std::uint32_t base = 0x10000 + ((first - kFirstHigh) << 10);
    if (!has_any(p.content, base, base + 0x3FF)) return {};
    p.phase = Phase::kPair;
    p.high = p.code;
    p.code = 0;
    p.n_hex = 0;
    return p;
  }
  return add(p, first);
}

/// After an escape that stands for `code_point`.
std::optional<JsonString::Position> JsonString::add(Position p, std::uint32_t code_point) const noexcept {
  if (code_point >= kFirstHigh && code_point <= kLastLow) return {};
  const Encoded encoded = encode(code_point);
  State content = p.content_state();
  for (std::size_t i = 0; i < encoded.n; ++i) {
    const auto next = content_->next(content, encoded.bytes[i]);
    if (!next) return {};
    content = *next;
  }
  if (is_counted_ && (max_ != kNoLimit || p.count < min_)) ++p.count;
  return Position{
      .content = static_cast<std::uint32_t>(content.a), .count = p.count, .phase = Phase::kInside};
}

/// Whether the content can go on with a code point from `first` to `last`. Surrogates are not in the content.
bool JsonString::has_any(std::uint32_t content, std::uint32_t first, std::uint32_t last) const noexcept {
  std::uint32_t begin = 0;
  for (const std::uint32_t end : kLastOfLength) {
    const std::uint32_t low = std::max(first, begin), high = std::min(last, end);
    if (low <= high && goes_on(*content_, {content, 0}, 0, encode(low), encode(high), true, true))
      return true;
    begin = end + 1;
  }
  return false;
}

bool JsonString::accepts(State state) const noexcept { return Position::from(state).phase == Phase::kDone; }

bool JsonString::continues(State state) const noexcept { return !accepts(state); }

std::size_t JsonString::n_plain_characters(State state) const noexcept {
  const Position p = Position::from(state);
  if (p.phase != Phase::kInside) return 0;
  const std::size_t n = content_->n_plain_characters(p.content_state());
  return max_ == kNoLimit ? n : std::min<std::size_t>(n, max_ - p.count);
}

State JsonString::representative(State state, std::size_t n_bytes) const noexcept {
  Position p = Position::from(state);
  const std::size_t n = std::min<std::size_t>(n_bytes, kNoLimit - 1);
  if (!is_counted_ || (max_ != kNoLimit && max_ - p.count <= n)) return state;
  // Too far from both limits for n bytes to tell: the least count for which that holds.
  if (p.count >= min_)
    p.count = max_ == kNoLimit ? min_ : std::max(min_, max_ - static_cast<std::uint32_t>(n) - 1);
  else if (min_ - p.count > n)
    p.count = 0;
  return p.state();
}

}  // namespace linnet::grammar
