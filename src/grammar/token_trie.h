// A vocabulary's tokens as a trie over their bytes, laid out for one walk over all of them. Immutable:
// threads may share it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <linnet/model.h>

#include "tokenizer/tokenizer.h"

namespace linnet::grammar {

/// Which tokens may come next: bit t % 64 of word t / 64.
class TokenSet {
 public:
  explicit TokenSet(std::size_t n_tokens) : words_((n_tokens + 63) / 64) {}
  void insert(Token token, bool is_in = true) noexcept {
    const std::uint64_t bit = is_in ? 1 : 0;
    words_[static_cast<std::size_t>(token) / 64] |= bit << (static_cast<unsigned>(token) % 64);
  }
  void erase(Token token) noexcept {
    words_[static_cast<std::size_t>(token) / 64] &=
        ~(std::uint64_t{1} << (static_cast<unsigned>(token) % 64));
  }
  bool contains(Token token) const noexcept {
    return (words_[static_cast<std::size_t>(token) / 64] >> (static_cast<unsigned>(token) % 64) & 1) != 0;
  }
  void insert_all(const TokenSet& other) noexcept {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  bool is_empty() const noexcept;
  std::size_t size() const noexcept;
  std::span<const std::uint64_t> words() const noexcept { return words_; }
  std::size_t n_bytes() const noexcept { return words_.size() * sizeof(std::uint64_t); }

 private:
  std::vector<std::uint64_t> words_;
};

/// The nodes of a trie in the order of a depth-first walk.
struct TokenTrie {
  struct Node {
    std::uint8_t byte = 0;
    std::uint16_t depth = 0;   ///< Bytes up to and with this one, from 1.
    std::uint32_t end = 0;     ///< The node after this one's descendants.
    std::uint32_t tokens = 0;  ///< First of those that end here; they end where the next node's begin.
  };
  std::vector<Node> nodes;    ///< With one more at the end, so that every node has a next.
  std::vector<Token> tokens;  ///< By their bytes, and one more at the end, so that every node has a first.
  std::size_t n_deepest = 0;  ///< Bytes of the longest token.

  /// texts: bytes and number of each token, in any order. Tokens of more than 65,535 bytes are left out.
  static TokenTrie make(std::vector<std::pair<std::string, Token>> texts);
};

/// What a vocabulary's tokens write: special tokens, unused ones and those without bytes write nothing and
/// are left out.
class TokenTexts {
 public:
  explicit TokenTexts(const Tokenizer& tokenizer);

  std::size_t n_tokens() const noexcept { return n_tokens_; }
  /// All of them.
  const TokenTrie& all() const noexcept { return all_; }
  /// Those with a byte that is no part of a plain character, see Automaton::n_plain_characters().
  const TokenTrie& not_plain() const noexcept { return not_plain_; }
  /// The others, of at most n characters.
  const TokenSet& plain(std::size_t n) const noexcept { return plain_[std::min(n, plain_.size() - 1)]; }
  /// Those that end an answer; they write nothing.
  const std::vector<Token>& ends() const noexcept { return ends_; }
  /// Whether the space that a text begins with belongs to the tokenizer and not to the text.
  bool adds_space_prefix() const noexcept { return adds_space_prefix_; }

 private:
  std::size_t n_tokens_;
  bool adds_space_prefix_;
  TokenTrie all_;
  TokenTrie not_plain_;
  std::vector<TokenSet> plain_;  // by their most characters
  std::vector<Token> ends_;
};

}  // namespace linnet::grammar
