// The merges of a byte-pair vocabulary: two tokens to their rank and their union. Flat, open addressing.
// Immutable once filled, so threads may share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tokenizer/merge.h"

namespace linnet {

class MergeTable {
 public:
  /// Room for up to `n` merges.
  explicit MergeTable(std::size_t n);
  /// Of several merges of one pair the first inserted holds. Requires fewer than n insertions so far.
  void insert(Token left, Token right, Union joined) noexcept;
  /// What left and right become; its token is kNoToken if they are not merged.
  Union find(Token left, Token right) const noexcept;

 private:
  struct Slot {
    Token left = kNoToken;
    Token right = kNoToken;
    Union joined{0, kNoToken};
  };
  std::size_t home(Token left, Token right) const noexcept;

  std::vector<Slot> slots_;  // a power of two of them
  int shift_;
};

}  // namespace linnet
