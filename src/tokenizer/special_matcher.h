// Finds the tokens that are never made by merging: control and unknown tokens where they may be recognized,
// and user-defined ones, which are text to everybody, everywhere. Immutable, so threads may share it.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace linnet {

class SpecialMatcher {
 public:
  /// Error: kUnsupported, a name longer than kMaxBytes, which keeps matching linear in the text.
  static Result<SpecialMatcher> from_vocabulary(const Vocabulary& vocabulary);
  static constexpr std::size_t kMaxBytes = 256;

  struct Match {
    std::size_t n_bytes = 0;
    Token token = kNoToken;
  };
  /// The longest token that stands at `begin`; control and unknown tokens only if they end at or before
  /// `control_end`. Requires begin < text.size().
  Match longest(std::string_view text, std::size_t begin, std::size_t control_end) const noexcept;

 private:
  struct Entry {
    std::string_view text;
    Token token;
    bool control;
  };
  std::vector<Entry> entries_;              // sorted by text: a trie that needs no nodes
  std::array<std::uint32_t, 257> first_{};  // entries_[first_[b]] to [first_[b + 1]] begin with byte b
};

}  // namespace linnet
