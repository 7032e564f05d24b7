// The words of a text, which are what values are made of: a value begins where a word begins and ends where
// one ends. And what can be told of a word by its looks. Pure functions: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace linnet::tasks {

/// Bytes [begin, end) of a text.
struct ByteSpan {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const ByteSpan&) const = default;
  bool overlaps(const ByteSpan& other) const noexcept { return begin < other.end && other.begin < end; }
  std::string_view of(std::string_view text) const noexcept { return text.substr(begin, end - begin); }
};

/// A word is a run of letters, a run of digits or one other character that is not white space, so that
/// "10:45AM" has four and "low-dose" three. Everything above ASCII counts as letters but for punctuation,
/// symbols and spaces. `text` is UTF-8.
std::vector<ByteSpan> words_of(std::string_view text);

/// Words [begin, end) of a text.
struct WordSpan {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const WordSpan&) const = default;
};

/// Those of `words`, in ascending order, that overlap `bytes`; where none does, begin == end. Takes time with
/// the logarithm of their number, since a text may have as many values as words.
WordSpan words_in(const std::vector<ByteSpan>& words, const ByteSpan& bytes);

/// Bytes of the white space character at the start of `text`; 0 if there is none.
std::size_t space_at(std::string_view text) noexcept;

/// What a word and its neighbours look like, each trait as a 64-bit hash: the word without case, its shape
/// ("Aa9-"), first and last letters, the words and shapes of two neighbours on either side, and whether white
/// space stands around it.
std::vector<std::uint64_t> cues_of(std::string_view text, const std::vector<ByteSpan>& words, std::size_t i);

}  // namespace linnet::tasks
