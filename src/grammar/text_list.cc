#include "grammar/text_list.h"

#include <algorithm>
#include <utility>

namespace linnet::grammar {
namespace {

/// What a State holds: the texts from `begin` to before `end` have their first `n_read` bytes in common with
/// the text so far. a = begin and end, b = n_read.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::size_t n_read = 0;

  static Range from(State s) noexcept {
    return {static_cast<std::uint32_t>(s.a), static_cast<std::uint32_t>(s.a >> 32),
            static_cast<std::size_t>(s.b)};
  }
  State state() const noexcept { return {begin | std::uint64_t{end} << 32, n_read}; }
};

}  // namespace

TextList::TextList(std::vector<std::string> texts) : texts_(std::move(texts)) {
  std::sort(texts_.begin(), texts_.end());
  texts_.erase(std::unique(texts_.begin(), texts_.end()), texts_.end());
}

State TextList::start() const noexcept {
  return Range{.end = static_cast<std::uint32_t>(texts_.size())}.state();
}

std::optional<State> TextList::next(State state, std::uint8_t byte) const noexcept {
  const auto [first, last, n_read] = Range::from(state);
  // The shortest of them may end here; it comes first.
  const auto byte_of = [n = n_read](const std::string& text) {
    return text.size() == n ? -1 : int{static_cast<std::uint8_t>(text[n])};
  };
  const auto begin = texts_.begin() + first, end = texts_.begin() + last;
  const auto from = std::partition_point(begin, end, [&](const auto& text) { return byte_of(text) < byte; });
  const auto to = std::partition_point(from, end, [&](const auto& text) { return byte_of(text) == byte; });
  if (from == to) return std::nullopt;
  return Range{static_cast<std::uint32_t>(from - texts_.begin()),
               static_cast<std::uint32_t>(to - texts_.begin()), n_read + 1}
      .state();
}

bool TextList::accepts(State state) const noexcept {
  const Range range = Range::from(state);
  return texts_[range.begin].size() == range.n_read;
}

bool TextList::continues(State state) const noexcept {
  const Range range = Range::from(state);
  return texts_[range.end - 1].size() > range.n_read;
}

}  // namespace linnet::grammar
