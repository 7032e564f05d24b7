#include "chat/text.h"

#include <algorithm>

#include "base/utf8.h"

namespace linnet::chat {
namespace {

constexpr std::size_t kShortNeedle = 32;

/// Knuth, Morris and Pratt: string_view::find alone is quadratic on repetitive text.
std::size_t find_long(std::string_view text, std::string_view needle, std::size_t from) {
  std::vector<std::size_t> border(needle.size(), 0);
  for (std::size_t i = 1, matched = 0; i < needle.size(); ++i) {
    while (matched > 0 && needle[i] != needle[matched]) matched = border[matched - 1];
    if (needle[i] == needle[matched]) ++matched;
    border[i] = matched;
  }
  for (std::size_t i = from, matched = 0; i < text.size(); ++i) {
    while (matched > 0 && text[i] != needle[matched]) matched = border[matched - 1];
    if (text[i] == needle[matched]) ++matched;
    if (matched == needle.size()) return i + 1 - needle.size();
  }
  return std::string_view::npos;
}

}  // namespace

Text::Text(std::string bytes, bool from_input) : bytes_(std::move(bytes)) {
  if (!bytes_.empty()) runs_.push_back({bytes_.size(), from_input});
}

bool Text::any_input() const noexcept {
  return std::any_of(runs_.begin(), runs_.end(), [](const Run& run) { return run.from_input; });
}

Text Text::as_markup(bool markup) && {
  is_markup_ = markup;
  return std::move(*this);
}

void Text::append(std::string_view bytes, bool from_input) {
  if (bytes.empty()) return;
  bytes_ += bytes;
  if (!runs_.empty() && runs_.back().from_input == from_input) {
    runs_.back().end = bytes_.size();
  } else {
    runs_.push_back({bytes_.size(), from_input});
  }
}

void Text::append(const Text& other) { append(other, 0, other.size()); }

void Text::append(const Text& other, std::size_t begin, std::size_t end) {
  end = std::min(end, other.size());
  if (begin >= end) return;
  const auto ends_before = [](const Run& run, std::size_t at) { return run.end <= at; };
  auto run = std::lower_bound(other.runs_.begin(), other.runs_.end(), begin, ends_before);
  for (std::size_t at = begin; at < end; ++run) {
    const std::size_t stop = std::min(run->end, end);
    append(other.bytes().substr(at, stop - at), run->from_input);
    at = stop;
  }
}

Text Text::slice(std::size_t begin, std::size_t end) const {
  Text out;
  out.append(*this, begin, end);
  out.is_markup_ = is_markup_;
  return out;
}

std::size_t find_bytes(std::string_view text, std::string_view needle, std::size_t from) {
  if (needle.size() <= kShortNeedle) return text.find(needle, from);
  return find_long(text, needle, from);
}

bool is_space(char32_t c) noexcept {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::size_t leading_space(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    const utf8::Decoded decoded = utf8::decode(text.substr(at));
    if (!is_space(decoded.code_point)) break;
    at += decoded.n_bytes;
  }
  return at;
}

std::size_t without_trailing_space(std::string_view text) noexcept {
  std::size_t end = text.size();
  while (end > 0) {
    std::size_t start = end - 1;
    while (start > 0 && end - start < 4 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
    const utf8::Decoded decoded = utf8::decode(text.substr(start, end - start));
    if (decoded.n_bytes != end - start || !is_space(decoded.code_point)) break;
    end = start;
  }
  return end;
}

std::size_t count_code_points(std::string_view text) noexcept {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += utf8::decode(text.substr(at)).n_bytes) ++count;
  return count;
}

std::size_t byte_of_code_point(std::string_view text, std::size_t index) noexcept {
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index) at += utf8::decode(text.substr(at)).n_bytes;
  return at;
}

}  // namespace linnet::chat
