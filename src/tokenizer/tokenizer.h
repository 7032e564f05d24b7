// Text to tokens and back. A Tokenizer is made from a GGUF file's metadata, which must outlive it, and is
// immutable: threads may share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <linnet/model.h>

#include "gguf/metadata.h"
#include "tokenizer/special_matcher.h"
#include "tokenizer/vocabulary.h"

namespace linnet {

/// A stretch of text. Neighbouring segments are one text to the tokenizer, but special tokens are recognized
/// only inside stretches where `parse_special` holds: so text from a user cannot forge one.
struct Segment {
  std::string_view text;
  bool parse_special = false;
};

class Tokenizer {
 public:
  /// Errors: kNotFound, kCorrupt: metadata that is missing or contradicts itself; kUnsupported: a tokenizer
  /// model or pre-tokenizer that linnet lacks, with the names that it has.
  static Result<std::unique_ptr<const Tokenizer>> from_metadata(const gguf::Metadata& metadata);
  virtual ~Tokenizer() = default;
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  /// Appends the tokens of the segments' joined text to `out`, without bos and eos. Of the special tokens
  /// that stand in the text the leftmost is taken, of several at one place the longest. Bytes that are not
  /// UTF-8 are kept, or read as U+FFFD where the vocabulary cannot express them. Error: kInvalidArgument, a
  /// text of more than 2^30 bytes or one that the pre-tokenizer gives up on.
  Result<void> encode(std::span<const Segment> segments, std::vector<Token>& out) const;
  /// The same for one stretch.
  Result<void> encode(std::string_view text, bool parse_special, std::vector<Token>& out) const;

  /// Appends the tokens of `text` as it stands behind other text and as its bytes are: no space is put before
  /// it, and none is left out. No special token is recognized that a user could forge. Error: as encode().
  Result<void> encode_inside(std::string_view text, std::vector<Token>& out) const;

  /// The bytes that `token` stands for in text: byte-level decoding undone, "▁" as a space. Control tokens
  /// give their name. Requires token < n_vocab().
  virtual std::string piece(Token token) const = 0;
  /// Joins pieces as the tokenizer's own decoder does (a leading space that encoding added is taken off
  /// again). Control tokens are left out unless `show_special`. Requires tokens < n_vocab().
  std::string decode(std::span<const Token> tokens, bool show_special) const;
  /// True if encoding put a space before the text, which decode() takes off the first token of a text.
  virtual bool adds_space_prefix() const noexcept = 0;

  /// The token with exactly this text in the vocabulary (bytes as the vocabulary spells them), or kNoToken.
  Token find(std::string_view text) const noexcept { return core_.vocabulary.find(text); }
  /// The token's text as the vocabulary spells it. Like the next three, requires token < n_vocab().
  std::string_view text(Token token) const noexcept { return core_.vocabulary.text(token); }
  TokenType type(Token token) const noexcept { return core_.vocabulary.type(token); }
  /// kControl and kUnknown, and whatever the file names as bos, eos, ...
  bool is_special(Token token) const noexcept { return core_.vocabulary.is_special(token); }
  bool is_end_of_generation(Token token) const noexcept {
    return core_.vocabulary.is_end_of_generation(token);
  }
  const SpecialTokens& special() const noexcept { return core_.vocabulary.special(); }
  std::size_t n_vocab() const noexcept { return core_.vocabulary.size(); }

  /// What every kind of tokenizer has.
  struct Core {
    /// `add_bos` as for Vocabulary::from_metadata().
    static Result<Core> from_metadata(const gguf::Metadata& metadata, bool add_bos);
    Vocabulary vocabulary;
    SpecialMatcher specials;
  };

 protected:
  /// Whether text begins where a stretch of it does, or behind other text.
  enum class Place : std::uint8_t { kBeginning, kInside };

  explicit Tokenizer(Core core) noexcept : core_(std::move(core)) {}
  const Vocabulary& vocabulary() const noexcept { return core_.vocabulary; }

 private:
  Result<void> encode(std::span<const Segment> segments, Place place, std::vector<Token>& out) const;
  /// Appends the tokens of `text`, not empty, before and after which stand special tokens or nothing.
  virtual Result<void> encode_plain(std::string_view text, Place place, std::vector<Token>& out) const = 0;

  Core core_;
};

/// Turns a stream of tokens into text, a token at a time, and never hands out part of a UTF-8 character:
/// bytes wait until the character is whole. Bytes that can never become one come out as U+FFFD. Special
/// tokens give no text, and the space that encoding put before the text is left out.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}
  /// Text that became whole with `token`, possibly none.
  std::string push(Token token);
  /// The same for bytes that no token stands for by itself.
  std::string push(std::string_view bytes);
  /// What is left at the end.
  std::string flush();

 private:
  const Tokenizer* tokenizer_;
  std::string pending_;
  bool at_start_ = true;
};

}  // namespace linnet
