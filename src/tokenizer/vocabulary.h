// The tokens of a file: their texts, types and roles. Views into the metadata, which must outlive it.
// Immutable, so threads may share it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "gguf/metadata.h"
#include "tokenizer/text_table.h"
#include "tokenizer/token_type.h"

namespace linnet {

class Vocabulary {
 public:
  /// Reads tokens, types and special tokens; `add_bos` holds where the file does not say. Absent types mean
  /// that all tokens are normal, a special token's number of 2^32 - 1 that there is none; empty texts stand
  /// for nothing; of several tokens with one text the first is found. Errors: kNotFound, no tokens; kCorrupt,
  /// an array of another type or too short, a special token outside the vocabulary, a bos or eos wanted but
  /// not named.
  static Result<Vocabulary> from_metadata(const gguf::Metadata& metadata, bool add_bos);

  std::size_t size() const noexcept { return texts_.size(); }
  std::string_view text(Token token) const noexcept { return texts_[static_cast<std::size_t>(token)]; }
  std::span<const std::string_view> texts() const noexcept { return texts_; }
  TokenType type(Token token) const noexcept { return types_[static_cast<std::size_t>(token)]; }
  Token find(std::string_view text) const noexcept { return table_.find(text); }
  /// The same among the tokens that mere text may become: not the control and unknown ones.
  Token find_plain(std::string_view text) const noexcept;

  const SpecialTokens& special() const noexcept { return special_; }
  bool is_special(Token token) const noexcept;
  bool is_end_of_generation(Token token) const noexcept;

 private:
  Result<void> read_types(const gguf::Metadata& metadata);
  Result<void> read_special(const gguf::Metadata& metadata, bool add_bos);
  void find_ends();

  std::span<const std::string_view> texts_;
  std::vector<TokenType> types_;
  TextTable table_;
  SpecialTokens special_;
  std::vector<Token> ends_;  // a handful
};

}  // namespace linnet
