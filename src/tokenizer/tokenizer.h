// Text to tokens and back. A Tokenizer is made from a GGUF file's metadata, which must outlive it, and is immutable:
// threads may share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <linnet/model.h>

#include "gguf/metadata.h"

namespace linnet {

/// GGUF's tokenizer.ggml.token_type.
enum class TokenType : std::uint8_t { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6 };

/// A stretch of text. Neighbouring segments are one text to the tokenizer, but special tokens are recognized only
/// inside stretches where `parse_special` holds: so text from a user cannot forge one.
struct Segment {
  std::string_view text;
  bool parse_special = false;
};

/// The tokens that have a meaning of their own, kNoToken where the file names none.
struct SpecialTokens {
  Token bos = kNoToken, eos = kNoToken, eot = kNoToken, eom = kNoToken, unknown = kNoToken, padding = kNoToken;
  bool add_bos = false;  ///< Sequences begin with bos.
  bool add_eos = false;  ///< Sequences end with eos.
};

class Tokenizer {
 public:
  /// Errors: kNotFound, kCorrupt: metadata that is missing or contradicts itself; kUnsupported: a tokenizer model or
  /// pre-tokenizer that linnet lacks, with the names that it has.
  static Result<std::unique_ptr<const Tokenizer>> from_metadata(const gguf::Metadata& metadata);
  virtual ~Tokenizer() = default;

  /// Appends the tokens of the segments' joined text to `out`, without bos and eos.
  Result<void> encode(std::span<const Segment> segments, std::vector<Token>& out) const;
  /// The same for one stretch.
  Result<void> encode(std::string_view text, bool parse_special, std::vector<Token>& out) const;

  /// The bytes that `token` stands for in text: byte-level decoding undone, "▁" as a space. Control tokens give their
  /// name. Requires token < n_vocab().
  virtual std::string piece(Token token) const = 0;
  /// Joins pieces as the tokenizer's own decoder does (a leading space that encoding added is taken off again).
  /// Control tokens are left out unless `show_special`. Requires tokens < n_vocab().
  std::string decode(std::span<const Token> tokens, bool show_special) const;
  /// True if encoding put a space before the text, which decode() takes off the first token of a text.
  virtual bool adds_space_prefix() const noexcept = 0;

  Token find(std::string_view text) const noexcept;
  TokenType type(Token token) const noexcept;
  /// kControl and kUnknown, and whatever the file names as bos, eos, ...
  bool is_special(Token token) const noexcept;
  bool is_end_of_generation(Token token) const noexcept;
  const SpecialTokens& special() const noexcept;
  std::size_t n_vocab() const noexcept;
};

/// Turns a stream of tokens into text, a token at a time, and never hands out part of a UTF-8 character: bytes wait
/// until the character is whole. Bytes that can never become one come out as U+FFFD.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}
  /// Text that became whole with `token`, possibly none.
  std::string push(Token token);
  /// What is left at the end.
  std::string flush();

 private:
  const Tokenizer* tokenizer_;
  std::string pending_;
  bool at_start_ = true;
};

}  // namespace linnet
