#include "base/utf8.h"

#include <algorithm>

#include <fmt/format.h>

namespace linnet::utf8 {
namespace {

/// What a lead byte announces: the character's length (0: not a lead byte) and the range of the second byte,
/// which is where overlong forms, surrogates and numbers above U+10FFFF show.
struct Lead {
  std::uint8_t n_bytes, second_min, second_max;
};

constexpr Lead lead_of(std::uint8_t byte) noexcept {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

constexpr bool needs_escape(char32_t c) noexcept {
  const bool is_control = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
  const bool is_bidi_override = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return is_control || is_bidi_override || c == '\\';
}

void append_escape(std::string& out, char32_t c) {
  switch (c) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\\': out += "\\\\"; return;
    default: break;
  }
  const auto number = static_cast<std::uint32_t>(c);
  out += number < 0x80 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
}

}  // namespace

Decoded decode(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const Lead lead = lead_of(byte(0));
  if (lead.n_bytes == 0) return {kReplacement, 1, Status::kInvalid};
  if (lead.n_bytes == 1) return {byte(0), 1, Status::kValid};

  char32_t code_point = byte(0) & (0x7Fu >> lead.n_bytes);
  for (std::uint8_t i = 1; i < lead.n_bytes; ++i) {
    if (i == text.size()) return {kReplacement, i, Status::kIncomplete};
    const std::uint8_t least = i == 1 ? lead.second_min : 0x80, most = i == 1 ? lead.second_max : 0xBF;
    if (byte(i) < least || byte(i) > most) return {kReplacement, i, Status::kInvalid};
    code_point = (code_point << 6) | (byte(i) & 0x3Fu);
  }
  return {code_point, lead.n_bytes, Status::kValid};
}

std::size_t valid_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    const Decoded decoded = decode(text.substr(at));
    if (decoded.status != Status::kValid) break;
    at += decoded.n_bytes;
  }
  return at;
}

std::size_t incomplete_tail(std::string_view text) noexcept {
  for (std::size_t n = 1; n <= std::min<std::size_t>(3, text.size()); ++n) {
    const Decoded decoded = decode(text.substr(text.size() - n));
    if (decoded.status == Status::kIncomplete && decoded.n_bytes == n) return n;
  }
  return 0;
}

void append(std::string& out, char32_t code_point) {
  const bool is_scalar = code_point < 0xD800 || (code_point > 0xDFFF && code_point <= 0x10FFFF);
  const auto c = static_cast<std::uint32_t>(is_scalar ? code_point : kReplacement);
  const auto continuation = [&](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    continuation(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    continuation(6);
    continuation(0);
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

std::string printable(std::string_view text, std::size_t max_bytes) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (out.size() >= max_bytes) return out += "…";
    const std::string_view rest = text.substr(at);
    const Decoded decoded = decode(rest);
    if (decoded.status != Status::kValid) {
      for (std::size_t i = 0; i < decoded.n_bytes; ++i) {
        out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(rest[i]));
      }
    } else if (needs_escape(decoded.code_point)) {
      append_escape(out, decoded.code_point);
    } else {
      out += rest.substr(0, decoded.n_bytes);
    }
    at += decoded.n_bytes;
  }
  return out;
}

}  // namespace linnet::utf8
