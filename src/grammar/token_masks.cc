#include "grammar/token_masks.h"

#include <utility>

namespace linnet::grammar {
namespace {

// A mask that meets more is not worked out: a typical one meets some hundreds, and this many take a second.
constexpr std::size_t kMaxPossibilities = 2'000'000;

}  // namespace

TokenMasks::TokenMasks(GrammarPtr grammar, std::shared_ptr<const TokenTexts> texts, std::size_t max_bytes)
    : grammar_(std::move(grammar)),
      texts_(std::move(texts)),
      limit_(max_bytes),
      machine_(grammar_),
      path_(texts_->all().n_deepest + 1) {}

// Before any work on a cursor: forgets if too much is kept, and finds a cursor's place again.
void TokenMasks::renew(Cursor& cursor) {
  if (limit_.is_passed(machine_.n_bytes() + n_mask_bytes_)) {
    const bool is_placed = cursor.epoch_ == epoch_ && cursor.config_ >= Machine::kStart;
    if (is_placed)
      cursor.config_ = machine_.compact(cursor.config_);
    else
      machine_ = Machine(grammar_);
    masks_.clear();
    first_mask_.reset();
    n_mask_bytes_ = 0;
    ++epoch_;
    if (is_placed) cursor.epoch_ = epoch_;
    if (!limit_.renew(machine_.n_bytes())) cursor.config_ = Machine::kTooMany;
  }
  if (cursor.epoch_ == epoch_) return;
  cursor.config_ = machine_.next(Machine::kStart, cursor.text_);
  cursor.epoch_ = epoch_;
}

bool TokenMasks::advance(Cursor& cursor, std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  renew(cursor);
  if (cursor.strips_space_ && bytes.starts_with(' ')) bytes.remove_prefix(1);
  const ConfigId after = machine_.next(cursor.config_, bytes);
  if (after < Machine::kStart) return false;
  cursor.text_ += bytes;
  cursor.config_ = after;
  cursor.strips_space_ = false;
  return true;
}

TokenMasks::Place TokenMasks::place(Cursor& cursor) {
  const std::scoped_lock lock(mutex_);
  renew(cursor);
  return {machine_.accepts(cursor.config_), machine_.continues(cursor.config_)};
}

std::string TokenMasks::forced(Cursor& cursor, std::size_t max_bytes) {
  const std::scoped_lock lock(mutex_);
  renew(cursor);
  std::string bytes;
  for (ConfigId config = cursor.config_; bytes.size() < max_bytes;) {
    const auto byte = machine_.only_byte(config);
    if (!byte) break;
    bytes += static_cast<char>(*byte);
    config = machine_.next(config, *byte);
  }
  return bytes;
}

std::shared_ptr<const TokenSet> TokenMasks::mask(Cursor& cursor) {
  const std::scoped_lock lock(mutex_);
  renew(cursor);
  if (cursor.strips_space_) {
    if (!first_mask_) first_mask_ = compute(cursor.config_, true);
    return first_mask_;
  }
  if (const auto known = masks_.find(cursor.config_); known != masks_.end()) return known->second;
  // Counters far from their limits give the same mask.
  const ConfigId config = machine_.representative(cursor.config_, texts_->all().n_deepest);
  auto common = masks_.find(config);
  if (common == masks_.end()) {
    common = masks_.emplace(config, compute(config, false)).first;
    n_mask_bytes_ += common->second ? common->second->n_bytes() : 0;
  }
  std::shared_ptr<const TokenSet> mask = common->second;
  masks_[cursor.config_] = mask;
  return mask;
}

std::shared_ptr<const TokenSet> TokenMasks::compute(ConfigId config, bool strips_space) {
  auto set = std::make_shared<TokenSet>(texts_->n_tokens());
  ++visit_;
  n_possibilities_ = 0;
  count(config);
  // What plain characters do not decide: tokens that hold another byte, and whatever possibilities allow that
  // say nothing of plain characters.
  const std::size_t n_plain = machine_.n_plain_characters(config);
  set->insert_all(texts_->plain(n_plain));
  const ConfigId others = n_plain == Automaton::kUnlimited ? Machine::kDead : machine_.without_plain(config);
  if (others != config) walk_all(texts_->not_plain(), config, *set);
  if (others != Machine::kDead) walk_all(texts_->all(), others, *set);
  if (strips_space) walk_behind_space(config, *set);
  if (machine_.accepts(config)) {
    for (const Token end : texts_->ends()) set->insert(end);
  }
  if (n_possibilities_ > kMaxPossibilities) return nullptr;
  return set;
}

void TokenMasks::count(ConfigId config) {
  if (!machine_.visit(config, visit_)) return;
  n_possibilities_ += config == Machine::kTooMany ? kMaxPossibilities + 1 : 1 + machine_.n_threads(config);
}

void TokenMasks::walk_all(const TokenTrie& trie, ConfigId config, TokenSet& set) {
  path_[0] = config;
  walk(trie, 0, trie.nodes.size() - 1, set);
}

// Tokens that begin with a space which is no part of the text; the space alone, where one more may follow.
void TokenMasks::walk_behind_space(ConfigId config, TokenSet& set) {
  const TokenTrie& trie = texts_->all();
  for (std::size_t i = 0; i + 1 < trie.nodes.size(); i = trie.nodes[i].end) {
    if (trie.nodes[i].byte != ' ') continue;
    for (std::uint32_t t = trie.nodes[i].tokens; t < trie.nodes[trie.nodes[i].end].tokens; ++t)
      set.erase(trie.tokens[t]);
    if (const ConfigId after = machine_.next(config, ' '); after != Machine::kDead) {
      count(after);
      for (std::uint32_t t = trie.nodes[i].tokens; t < trie.nodes[i + 1].tokens; ++t)
        set.insert(trie.tokens[t]);
    }
    path_[1] = config;
    walk(trie, i + 1, trie.nodes[i].end, set);
  }
}

void TokenMasks::walk(const TokenTrie& trie, std::size_t begin, std::size_t end, TokenSet& set) {
  const TokenTrie::Node* const nodes = trie.nodes.data();
  const Token* const tokens = trie.tokens.data();
  ConfigId* const path = path_.data();
  const std::uint32_t visit = visit_;
  for (std::size_t i = begin; i < end;) {
    const TokenTrie::Node& node = nodes[i];
    const ConfigId after = machine_.next(path[node.depth - 1], node.byte);
    path[node.depth] = after;
    if (after == Machine::kDead) {
      i = node.end;
      continue;
    }
    if (!machine_.is_visited(after, visit)) {
      count(after);
      if (n_possibilities_ > kMaxPossibilities) return;
    }
    // Most nodes end one token or none, and which of the two no processor can foresee.
    const std::uint32_t n_tokens = nodes[++i].tokens - node.tokens;
    set.insert(tokens[node.tokens], n_tokens > 0);
    for (std::uint32_t t = 1; t < n_tokens; ++t) set.insert(tokens[node.tokens + t]);
  }
}

}  // namespace linnet::grammar
