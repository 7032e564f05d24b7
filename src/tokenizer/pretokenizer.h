// Cuts text into words, within which byte-level BPE then merges. A pre-tokenizer is a row of pretokenizers():
// a name and the regular expressions that split one after another, each match a word and each gap between
// matches a word.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/fail.h"

struct pcre2_real_code_8;

namespace linnet {

struct PretokenizerSpec {
  std::string_view name;                       ///< As tokenizer.ggml.pre.
  std::span<const std::string_view> patterns;  ///< Perl's syntax; \s and \S mean Unicode's White_Space.
  bool whole_words = false;  ///< A word that is a token is taken whole, whatever the merges say.
  bool add_bos = false;      ///< What holds if the file has no tokenizer.ggml.add_bos_token.
};

/// THE list: a row makes a name known.
std::span<const PretokenizerSpec> pretokenizers() noexcept;

/// Immutable, so threads may share it.
class Pretokenizer {
 public:
  /// Error: kInternal, a pattern that does not compile.
  static Result<Pretokenizer> compile(const PretokenizerSpec& spec);

  /// Puts the offset at which each word of `text` ends into `ends`, ascending; the last is text.size(). Bytes
  /// that are not UTF-8 are words of their own, a stretch each. Error: kInvalidArgument, a text on which a
  /// pattern needs more steps or memory than matching may take.
  Result<void> split(std::string_view text, std::vector<std::size_t>& ends) const;

 private:
  struct Free {
    void operator()(pcre2_real_code_8* code) const noexcept;
  };
  std::vector<std::unique_ptr<pcre2_real_code_8, Free>> patterns_;
};

}  // namespace linnet
