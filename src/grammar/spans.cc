#include "grammar/spans.h"

#include <algorithm>

#include "grammar/text_range.h"

namespace linnet::grammar {
namespace {

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

// ASCII punctuation; other scripts' marks are few at the ends of words and stay with them.
bool is_punctuation(char c) noexcept {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

struct Word {
  std::size_t begin, end;              // between white space
  std::size_t inner_begin, inner_end;  // without the punctuation around it; empty if it is nothing else
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    Word word{i, i, 0, 0};
    while (word.end < text.size() && !is_space(text[word.end])) ++word.end;
    word.inner_begin = word.begin;
    word.inner_end = word.end;
    while (word.inner_begin < word.end && is_punctuation(text[word.inner_begin])) ++word.inner_begin;
    while (word.inner_end > word.inner_begin && is_punctuation(text[word.inner_end - 1])) --word.inner_end;
    i = word.end;
    words.push_back(word);
  }
  return words;
}

}  // namespace

bool Spans::has_word(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) { return !is_space(c); });
}

Spans::Spans(std::string_view text, std::size_t max_words) : text_(text), ends_word_(text.size() + 1, false) {
  const std::vector<Word> words = words_of(text_);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Word& last = words[std::min(words.size() - 1, i + std::max<std::size_t>(max_words, 1) - 1)];
    const auto add = [&](std::size_t begin) {
      begins_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(last.end)});
    };
    add(words[i].begin);
    ends_word_[words[i].end] = true;
    if (words[i].inner_begin == words[i].inner_end) continue;
    if (words[i].inner_begin != words[i].begin) add(words[i].inner_begin);
    ends_word_[words[i].inner_end] = true;
  }
  std::sort(begins_.begin(), begins_.end(), [this](const Begin& a, const Begin& b) {
    const std::string_view all = text_;
    return all.substr(a.at, a.end - a.at) < all.substr(b.at, b.end - b.at);
  });
}

State Spans::start() const noexcept {
  return TextRange{.end = static_cast<std::uint32_t>(begins_.size())}.state();
}

std::optional<State> Spans::next(State state, std::uint8_t byte) const noexcept {
  const auto byte_of = [this](const Begin& begin, std::size_t i) {
    return begin.at + i < begin.end ? int{static_cast<std::uint8_t>(text_[begin.at + i])} : -1;
  };
  return TextRange::from(state).after(begins_, byte, byte_of);  // a run's last byte ends a word
}

bool Spans::accepts(State state) const noexcept {
  const TextRange range = TextRange::from(state);
  return std::any_of(begins_.begin() + range.begin, begins_.begin() + range.end, [&](const Begin& begin) {
    return range.n_read > 0 && begin.at + range.n_read <= begin.end && ends_word_[begin.at + range.n_read];
  });
}

bool Spans::continues(State state) const noexcept {
  const TextRange range = TextRange::from(state);
  return std::any_of(begins_.begin() + range.begin, begins_.begin() + range.end,
                     [&](const Begin& begin) { return begin.at + range.n_read < begin.end; });
}

}  // namespace linnet::grammar
