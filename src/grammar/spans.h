// Verbatim stretches of a given text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/automaton.h"

namespace linnet::grammar {

/// Runs of at most max_words whole words of a text, with what stands between them. The state is the range of
/// the words, ordered by the text that begins with them, at which the run so far may have begun, and its
/// length.
class Spans final : public Automaton {
 public:
  static constexpr std::size_t kMaxBytes = ~std::uint32_t{0};
  /// Of one run: in a text that repeats itself, runs are compared to their ends.
  static constexpr std::size_t kMaxWords = 1024;

  /// `text` must have a word, i.e. a byte that is not white space; at most kMaxBytes. Requires
  /// max_words <= kMaxWords. Words are what
  /// stands between white space, and what is left of them without the punctuation around them.
  Spans(std::string_view text, std::size_t max_words);

  State start() const noexcept override;
  std::optional<State> next(State state, std::uint8_t byte) const noexcept override;
  bool accepts(State state) const noexcept override;
  bool continues(State state) const noexcept override;

  /// Whether a text has a word.
  static bool has_word(std::string_view text) noexcept;

 private:
  struct Begin {
    std::uint32_t at = 0;   // of the first byte
    std::uint32_t end = 0;  // of the longest run
  };

  std::string text_;
  std::vector<Begin> begins_;    // by the text from there on
  std::vector<bool> ends_word_;  // whether a word ends before byte i
};

}  // namespace linnet::grammar
