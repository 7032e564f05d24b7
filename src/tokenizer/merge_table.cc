#include "tokenizer/merge_table.h"

#include <bit>

namespace linnet {

MergeTable::MergeTable(std::size_t n)
    : slots_(std::bit_ceil(n + n / 2 + 2)), shift_(64 - std::countr_zero(slots_.size())) {}

std::size_t MergeTable::home(Token left, Token right) const noexcept {
  const auto pair =
      static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
  const std::uint64_t mixed = (pair ^ (pair >> 29)) * 0x9E3779B97F4A7C15u;
  return static_cast<std::size_t>((mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93u >> shift_);
}

void MergeTable::insert(Token left, Token right, Union joined) noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = home(left, right);
  for (; slots_[i].left != kNoToken; i = (i + 1) & mask) {
    if (slots_[i].left == left && slots_[i].right == right) return;
  }
  slots_[i] = {left, right, joined};
}

Union MergeTable::find(Token left, Token right) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = home(left, right);; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.left == kNoToken) return slot.joined;
    if (slot.left == left && slot.right == right) return slot.joined;
  }
}

}  // namespace linnet
