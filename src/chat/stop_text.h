// Stop strings in a stream of text. The engine puts every answer through one; reasoning.h uses it too. An
// object belongs to one generation and one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linnet::chat {

/// Finds whichever of several strings is complete first, wherever pieces are cut; of those complete at once,
/// the longest. Time is linear in the text, for any strings (Aho and Corasick 1975).
class StopText {
 public:
  /// Empty strings are ignored; without any other, nothing ever stops.
  explicit StopText(const std::vector<std::string>& stops);

  /// The next piece of the stream. Returns the text that is now known not to be part of a stop string; what
  /// may still become one is held back. After the stop, returns nothing.
  std::string push(std::string_view piece);
  /// The stream has ended: what was held back.
  std::string flush();

  bool stopped() const noexcept { return stopped_; }
  /// The string that stopped it; empty before.
  std::string_view match() const noexcept { return match_; }
  /// What followed the stop string in the piece that completed it.
  std::string_view rest() const noexcept { return rest_; }

 private:
  /// A prefix of stop strings.
  struct Node {
    std::vector<std::pair<char, std::size_t>> children;
    std::size_t fallback = 0;  ///< The longest proper suffix of this prefix that is one, too.
    std::size_t depth = 0;     ///< Its length.
    std::size_t match = 0;     ///< Length of the longest stop string that ends here, 0 if none.
  };

  std::size_t child(std::size_t node, char c) const noexcept;
  std::size_t step(std::size_t node, char c) const noexcept;
  void add(std::string_view stop);
  void link();

  std::vector<Node> nodes_;
  std::size_t state_ = 0;
  std::string held_;  ///< The last nodes_[state_].depth bytes of the stream.
  bool stopped_ = false;
  std::string match_, rest_;
};

}  // namespace linnet::chat
