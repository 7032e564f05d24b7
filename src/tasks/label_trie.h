// Sequences of tokens with their common beginnings merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <linnet/model.h>

namespace linnet::tasks {

class LabelTrie {
 public:
  static constexpr std::uint32_t kRoot = 0;
  static constexpr std::uint32_t kInside = UINT32_MAX;

  struct Node {
    Token token;                          ///< That leads here; of the root, none.
    std::uint32_t label;                  ///< The sequence that ends here, or kInside.
    std::vector<std::uint32_t> children;  ///< In the order in which they were added.
  };

  LabelTrie() : nodes_{{kNoToken, kInside, {}}} {}

  /// Adds sequence `label`. False if it is there already. No sequence may be another's beginning: each ends
  /// with a token that is nowhere else in it.
  bool add(std::span<const Token> tokens, std::uint32_t label) {
    std::uint32_t at = kRoot;
    for (const Token token : tokens) {
      std::uint32_t next = kInside;
      for (const std::uint32_t child : nodes_[at].children) {
        if (nodes_[child].token == token) next = child;
      }
      if (next == kInside) {
        next = static_cast<std::uint32_t>(nodes_.size());
        nodes_[at].children.push_back(next);
        nodes_.push_back({token, kInside, {}});
      }
      at = next;
    }
    if (nodes_[at].label != kInside) return false;
    nodes_[at].label = label;
    return true;
  }

  const Node& node(std::uint32_t i) const noexcept { return nodes_[i]; }
  std::size_t size() const noexcept { return nodes_.size(); }

 private:
  std::vector<Node> nodes_;
};

}  // namespace linnet::tasks
