// What can be told of a grammar before anything is matched: which nodes can be written at all, which can be
// empty, which are regular and how large. For the length of Builder::finish().
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "grammar/grammar.h"

namespace linnet::grammar {

class Analysis {
 public:
  static constexpr std::size_t kNotRegular = std::numeric_limits<std::size_t>::max();

  /// Every rule of the builder must be defined.
  explicit Analysis(const Builder& builder);

  /// Whether some text is in the node's language.
  bool can_be_written(NodeId id) const noexcept { return can_be_written_[id]; }
  /// Whether the empty text is.
  bool can_be_empty(NodeId id) const noexcept { return can_be_empty_[id]; }
  /// Bytes and character sets of a regular node, repetitions written out; kNotRegular for others and for
  /// those of more than 2^32.
  std::size_t n_positions(NodeId id) const noexcept { return n_positions_[id]; }
  /// The tracker of a list that can be written, without the members that cannot.
  TrackerPtr tracker_of(const Node& list) const;
  /// A rule that `root` reaches and that can begin with itself before any byte.
  std::optional<RuleId> left_recursion(NodeId root) const;

 private:
  bool now_written(const Node& node) const;
  bool now_empty(const Node& node) const;
  std::size_t positions(const Node& node) const;
  template <class Holds>
  void grow(std::vector<bool>& holds_of, Holds&& holds) const;
  void count_positions();
  /// Nodes that a text of `node` may begin with.
  std::vector<NodeId> beginnings(const Node& node) const;

  const Builder& builder_;
  std::vector<std::vector<NodeId>> users_;  // of a node: those whose language depends on its own
  std::vector<bool> can_be_written_;
  std::vector<bool> can_be_empty_;
  std::vector<std::size_t> n_positions_;
};

}  // namespace linnet::grammar
