// Which tokens keep a text within a grammar. The work is shared: configurations, transitions and masks that
// one text has needed are there for the next, for all sessions with the same grammar and vocabulary. Threads
// may share a TokenMasks; a Cursor belongs to one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "grammar/machine.h"
#include "grammar/token_trie.h"

namespace linnet::grammar {

class TokenMasks {
 public:
  /// max_bytes: about how much memory may be taken for what is kept; beyond it all is forgotten that the text
  /// at hand does not need. A text that needs eight times as much by itself is not followed.
  TokenMasks(GrammarPtr grammar, std::shared_ptr<const TokenTexts> texts,
             std::size_t max_bytes = std::size_t{64} << 20);

  /// A place in a text of the grammar.
  class Cursor {
   public:
    /// strips_space: whether a space that the first token begins with is no part of the text, see
    /// TokenTexts::adds_space_prefix().
    explicit Cursor(bool strips_space = false) : strips_space_(strips_space) {}
    /// The bytes so far.
    const std::string& text() const noexcept { return text_; }

   private:
    friend class TokenMasks;
    bool strips_space_;
    std::string text_;
    ConfigId config_ = Machine::kStart;
    std::uint64_t epoch_ = 0;
  };

  /// What is known of a place.
  struct Place {
    bool accepts = false;    ///< The text may end here,
    bool continues = false;  ///< or go on.
  };

  /// Goes on by a token's bytes. False, and nothing changes, if the text would leave the grammar.
  bool advance(Cursor& cursor, std::string_view bytes);
  Place place(Cursor& cursor);
  /// The bytes that must come next, up to a choice or an end; at most max_bytes.
  std::string forced(Cursor& cursor, std::size_t max_bytes);
  /// Tokens that may come next, those that end an answer among them if the text may end. Null if the text, or
  /// one that a token makes of it, can be read in too many ways: which it is depends on text and vocabulary
  /// alone.
  std::shared_ptr<const TokenSet> mask(Cursor& cursor);

  const TokenTexts& texts() const noexcept { return *texts_; }

 private:
  void renew(Cursor& cursor);
  std::shared_ptr<const TokenSet> compute(ConfigId config, bool strips_space);
  void walk_all(const TokenTrie& trie, ConfigId config, TokenSet& set);
  void walk_behind_space(ConfigId config, TokenSet& set);
  void walk(const TokenTrie& trie, std::size_t begin, std::size_t end, TokenSet& set);
  void count(ConfigId config);

  const GrammarPtr grammar_;
  const std::shared_ptr<const TokenTexts> texts_;
  MachineLimit limit_;
  std::mutex mutex_;
  Machine machine_;
  std::uint64_t epoch_ = 0;  // counts the machines
  std::unordered_map<ConfigId, std::shared_ptr<const TokenSet>> masks_;
  std::shared_ptr<const TokenSet> first_mask_;  // of a text whose first space is stripped
  std::size_t n_mask_bytes_ = 0;

  // Of the mask that is under way.
  std::vector<ConfigId> path_;
  std::uint32_t visit_ = 0;
  std::size_t n_possibilities_ = 0;  // of all configurations that were visited, each once
};

}  // namespace linnet::grammar
