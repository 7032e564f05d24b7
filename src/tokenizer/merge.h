// The heart of both kinds of byte-pair encoding: join, again and again, the neighbours whose union ranks
// first (of equals, the leftmost), until no pair can be joined. O(n log n) for n symbols. Source: Sennrich et
// al. 2016, arXiv:1508.07909, as sentencepiece orders it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <linnet/model.h>

namespace linnet {

/// A stretch of the text, and the token that it is (or kNoToken).
struct Symbol {
  std::uint32_t begin;
  std::uint32_t n_bytes;  ///< 0 once it has been joined to its left neighbour.
  std::uint32_t previous;
  std::uint32_t next;
  Token token;
};

/// What two neighbours would become.
struct Union {
  std::uint32_t rank;  ///< Smaller goes first.
  Token token;         ///< kNoToken: they cannot be joined.
};

/// A word being merged, with memory that is kept from word to word. One thread at a time.
class Merger {
 public:
  void clear() noexcept { symbols_.clear(); }
  /// Appends a symbol of n_bytes > 0 bytes that follow the last one's.
  void add(std::uint32_t n_bytes, Token token) {
    const auto i = static_cast<std::uint32_t>(symbols_.size());
    const std::uint32_t begin = i == 0 ? 0 : symbols_.back().begin + symbols_.back().n_bytes;
    symbols_.push_back({begin, n_bytes, i - 1, i + 1, token});
  }
  /// Joins what can be joined: `find(left, right)` is the Union of two symbols.
  template <class Find>
  void merge(const Find& find);
  /// Calls visit(symbol) for the symbols that are left, in order.
  template <class Visit>
  void visit(const Visit& visit) const {
    for (std::size_t i = 0; i < symbols_.size(); i = symbols_[i].next) visit(symbols_[i]);
  }

 private:
  struct Candidate {
    std::uint32_t rank;
    std::uint32_t left;
    std::uint32_t n_bytes;  // of both: tells whether either has grown since
    Token token;
    /// Heaps of the standard library keep the greatest on top.
    bool operator<(const Candidate& other) const noexcept {
      return rank != other.rank ? rank > other.rank : left > other.left;
    }
  };
  template <class Find>
  bool propose(std::uint32_t left, const Find& find);

  std::vector<Symbol> symbols_;
  std::vector<Candidate> heap_;
};

template <class Find>
bool Merger::propose(std::uint32_t left, const Find& find) {
  const Symbol& l = symbols_[left];
  if (l.next >= symbols_.size()) return false;
  const Symbol& r = symbols_[l.next];
  const Union joined = find(l, r);
  if (joined.token == kNoToken) return false;
  heap_.push_back({joined.rank, left, l.n_bytes + r.n_bytes, joined.token});
  return true;
}

template <class Find>
void Merger::merge(const Find& find) {
  heap_.clear();
  for (std::uint32_t i = 0; i + 1 < symbols_.size(); ++i) propose(i, find);
  std::make_heap(heap_.begin(), heap_.end());
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end());
    const Candidate best = heap_.back();
    heap_.pop_back();
    Symbol& left = symbols_[best.left];
    if (left.n_bytes == 0 || left.next >= symbols_.size()) continue;
    Symbol& right = symbols_[left.next];
    if (left.n_bytes + right.n_bytes != best.n_bytes) continue;
    left.n_bytes = best.n_bytes;
    left.token = best.token;
    left.next = right.next;
    right.n_bytes = 0;
    if (left.next < symbols_.size()) symbols_[left.next].previous = best.left;
    if (best.left != 0 && propose(left.previous, find)) std::push_heap(heap_.begin(), heap_.end());
    if (propose(best.left, find)) std::push_heap(heap_.begin(), heap_.end());
  }
}

}  // namespace linnet
