// A hash table from the texts of a vocabulary to their tokens: flat, open addressing, built in one pass,
// without a copy of any text. Immutable once filled, so threads may share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <linnet/model.h>

namespace linnet {

class TextTable {
 public:
  TextTable() = default;
  /// Token i is called texts[i]; the first of several equal texts wins. The texts must outlive the table.
  explicit TextTable(std::span<const std::string_view> texts);

  /// The token called `text`, or kNoToken.
  Token find(std::string_view text) const noexcept;

 private:
  struct Slot {
    std::uint32_t hash = 0;
    Token token = kNoToken;
  };
  std::uint64_t hash(std::string_view text) const noexcept;
  void insert(Token token, std::uint64_t hash) noexcept;

  std::span<const std::string_view> texts_;
  std::vector<Slot> slots_;  // a power of two of them, at most half in use
  std::uint64_t seed_ = 0;
};

}  // namespace linnet
