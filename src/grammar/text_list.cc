#include "grammar/text_list.h"

#include <algorithm>
#include <utility>

#include "grammar/text_range.h"

namespace linnet::grammar {

TextList::TextList(std::vector<std::string> texts) : texts_(std::move(texts)) {
  std::sort(texts_.begin(), texts_.end());
  texts_.erase(std::unique(texts_.begin(), texts_.end()), texts_.end());
}

State TextList::start() const noexcept {
  return TextRange{.end = static_cast<std::uint32_t>(texts_.size())}.state();
}

std::optional<State> TextList::next(State state, std::uint8_t byte) const noexcept {
  const auto byte_of = [](const std::string& text, std::size_t i) {
    return i < text.size() ? int{static_cast<std::uint8_t>(text[i])} : -1;
  };
  return TextRange::from(state).after(texts_, byte, byte_of);
}

// The shortest comes first.
bool TextList::accepts(State state) const noexcept {
  const TextRange range = TextRange::from(state);
  return texts_[range.begin].size() == range.n_read;
}

bool TextList::continues(State state) const noexcept {
  const TextRange range = TextRange::from(state);
  return texts_[range.end - 1].size() > range.n_read;
}

}  // namespace linnet::grammar
