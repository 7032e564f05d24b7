#include "grammar/token_trie.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <string_view>

#include "base/utf8.h"

namespace linnet::grammar {
namespace {

// The number of plain characters that make up a text, if it is nothing else.
std::optional<std::size_t> count_plain(std::string_view text) {
  std::size_t n = 0;
  while (!text.empty()) {
    const utf8::Decoded character = utf8::decode(text);
    if (character.status != utf8::Status::kValid) return std::nullopt;
    if (character.code_point < 0x20 || character.code_point == '"' || character.code_point == '\\') {
      return std::nullopt;
    }
    text.remove_prefix(character.n_bytes);
    ++n;
  }
  return n;
}

}  // namespace

bool TokenSet::is_empty() const noexcept {
  return std::all_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word == 0; });
}

std::size_t TokenSet::size() const noexcept {
  std::size_t n = 0;
  for (const std::uint64_t word : words_) n += static_cast<std::size_t>(std::popcount(word));
  return n;
}

TokenTrie TokenTrie::make(std::vector<std::pair<std::string, Token>> texts) {
  std::erase_if(texts, [](const auto& text) {
    return text.first.empty() || text.first.size() > std::numeric_limits<std::uint16_t>::max();
  });
  std::sort(texts.begin(), texts.end());
  TokenTrie trie;
  std::vector<std::uint32_t> path;  // the nodes of the text before, by depth
  const auto end_below = [&](std::size_t depth) {
    for (; path.size() > depth; path.pop_back()) {
      trie.nodes[path.back()].end = static_cast<std::uint32_t>(trie.nodes.size());
    }
  };
  std::string_view before;
  for (const auto& [text, token] : texts) {
    const auto n_common = static_cast<std::size_t>(
        std::mismatch(before.begin(), before.end(), text.begin(), text.end()).first - before.begin());
    end_below(n_common);
    for (std::size_t i = n_common; i < text.size(); ++i) {
      path.push_back(static_cast<std::uint32_t>(trie.nodes.size()));
      trie.nodes.push_back({.byte = static_cast<std::uint8_t>(text[i]),
                            .depth = static_cast<std::uint16_t>(i + 1),
                            .tokens = static_cast<std::uint32_t>(trie.tokens.size())});
    }
    trie.tokens.push_back(token);
    trie.n_deepest = std::max(trie.n_deepest, text.size());
    before = text;
  }
  end_below(0);
  trie.nodes.push_back({.tokens = static_cast<std::uint32_t>(trie.tokens.size())});
  trie.tokens.push_back(0);
  return trie;
}

TokenTexts::TokenTexts(const Tokenizer& tokenizer)
    : n_tokens_(tokenizer.n_vocab()), adds_space_prefix_(tokenizer.adds_space_prefix()) {
  std::vector<std::pair<std::string, Token>> all;
  std::vector<std::pair<std::string, Token>> not_plain;
  std::vector<std::vector<Token>> plain;  // by their characters
  for (std::size_t i = 0; i < n_tokens_; ++i) {
    const auto token = static_cast<Token>(i);
    if (tokenizer.is_end_of_generation(token)) {
      ends_.push_back(token);
      continue;
    }
    if (tokenizer.is_special(token) || tokenizer.type(token) == TokenType::kUnused) continue;
    std::string text = tokenizer.piece(token);
    if (const auto n = count_plain(text); n && *n > 0) {
      plain.resize(std::max(plain.size(), *n + 1));
      plain[*n].push_back(token);
    } else {
      not_plain.emplace_back(text, token);
    }
    all.emplace_back(std::move(text), token);
  }
  all_ = TokenTrie::make(std::move(all));
  not_plain_ = TokenTrie::make(std::move(not_plain));
  plain_.emplace_back(n_tokens_);
  for (std::size_t n = 1; n < plain.size(); ++n) {
    plain_.push_back(plain_.back());
    for (const Token token : plain[n]) plain_.back().insert(token);
  }
}

}  // namespace linnet::grammar
