// What a list knows of its members so far: an automaton whose alphabet is not bytes but the kinds of member.
// The properties that an object has had, the items that an array still wants. Immutable: threads may share
// one.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "grammar/automaton.h"

namespace linnet::grammar {

/// Which members may follow one another. Every state that start() or next() returns can reach one that is
/// accepted. Functions of their arguments alone.
class Tracker {
 public:
  virtual ~Tracker() = default;
  /// Before the first member.
  virtual State start() const noexcept = 0;
  /// After one more member of the kind `member`; nothing if none may stand there.
  virtual std::optional<State> next(State state, std::size_t member) const noexcept = 0;
  /// Whether the list may end.
  virtual bool accepts(State state) const noexcept = 0;
  /// The same lists without those that have a member of the given kinds, because nothing can be written for
  /// them; null if no list is left.
  virtual std::shared_ptr<const Tracker> without(std::span<const std::size_t> members) const = 0;
};

using TrackerPtr = std::shared_ptr<const Tracker>;

}  // namespace linnet::grammar
