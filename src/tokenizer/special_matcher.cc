#include "tokenizer/special_matcher.h"

#include <algorithm>

#include "base/utf8.h"

namespace linnet {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t i) noexcept {
  return static_cast<std::uint8_t>(text[i]);
}

}  // namespace

Result<SpecialMatcher> SpecialMatcher::from_vocabulary(const Vocabulary& vocabulary) {
  SpecialMatcher matcher;
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    const auto token = static_cast<Token>(i);
    const TokenType type = vocabulary.type(token);
    const std::string_view text = vocabulary.text(token);
    const bool control = type == TokenType::kControl || type == TokenType::kUnknown;
    if ((!control && type != TokenType::kUserDefined) || text.empty()) continue;
    if (text.size() > kMaxBytes)
      return fail(ErrorCode::kUnsupported, "special token {} ('{}') has {} bytes; at most {} are supported",
                  i, utf8::printable(text), text.size(), kMaxBytes);
    matcher.entries_.push_back({text, token, control});
  }
  std::vector<Entry>& entries = matcher.entries_;
  std::ranges::stable_sort(entries, {}, &Entry::text);
  const auto same_text = [](const Entry& a, const Entry& b) { return a.text == b.text; };
  entries.erase(std::unique(entries.begin(), entries.end(), same_text), entries.end());
  for (const Entry& entry : entries) ++matcher.first_[byte_at(entry.text, 0) + 1u];
  for (std::size_t b = 0; b < 256; ++b) matcher.first_[b + 1] += matcher.first_[b];
  return matcher;
}

SpecialMatcher::Match SpecialMatcher::longest(std::string_view text, std::size_t begin,
                                              std::size_t control_end) const noexcept {
  Match match;
  const Entry* low = entries_.data() + first_[byte_at(text, begin)];
  const Entry* high = entries_.data() + first_[byte_at(text, begin) + 1u];
  // [low, high) are the entries that share `depth` bytes with the text.
  for (std::size_t depth = 1; low != high; ++depth) {
    if (low->text.size() == depth) {
      if (!low->control || begin + depth <= control_end) match = {depth, low->token};
      ++low;
    }
    if (begin + depth == text.size()) break;
    const std::uint8_t byte = byte_at(text, begin + depth);
    low = std::partition_point(low, high, [&](const Entry& e) { return byte_at(e.text, depth) < byte; });
    high = std::partition_point(low, high, [&](const Entry& e) { return byte_at(e.text, depth) == byte; });
  }
  return match;
}

}  // namespace linnet
