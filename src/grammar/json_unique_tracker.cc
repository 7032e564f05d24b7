// The tracker of arrays in which no item is there twice.
#include <algorithm>
#include <array>
#include <bit>

#include "grammar/json_tracker.h"

namespace linnet::grammar {
namespace {

constexpr std::size_t kMaxValues = 64;

/// State: a = the values that were there, a bit each; b = their number.
class UniqueTracker final : public Tracker {
 public:
  UniqueTracker(std::vector<std::uint64_t> allowed, CountRange range)
      : allowed_(std::move(allowed)), range_(range) {}

  State start() const noexcept override { return {}; }

  std::optional<State> next(State state, std::size_t member) const noexcept override {
    const std::uint64_t bit = std::uint64_t{1} << member;
    if (state.b >= range_.max || (state.a & bit) != 0 || (allowed_at(state.b) & bit) == 0) return {};
    const State after{state.a | bit, state.b + 1};
    if (!can_finish(after)) return {};
    return after;
  }

  bool accepts(State state) const noexcept override { return state.b >= range_.min; }

  TrackerPtr without(std::span<const std::size_t> members) const override {
    std::vector<std::uint64_t> allowed = allowed_;
    for (std::uint64_t& bits : allowed)
      for (const std::size_t member : members) bits &= ~(std::uint64_t{1} << member);
    return make_unique_tracker(std::move(allowed), range_);
  }

  /// Whether the places up to the least length can be given different values that are left: a matching in a
  /// bipartite graph, by augmenting paths.
  bool can_finish(State state) const noexcept {
    if (range_.min > kMaxValues) return false;
    std::array<std::uint8_t, kMaxValues> place_of{};
    std::uint64_t taken = 0;
    for (std::uint64_t place = state.b; place < range_.min; ++place) {
      std::uint64_t tried = state.a;
      if (!give(place, tried, taken, place_of)) return false;
    }
    return true;
  }

 private:
  std::uint64_t allowed_at(std::uint64_t place) const noexcept {
    if (allowed_.empty()) return 0;
    return allowed_[static_cast<std::size_t>(std::min<std::uint64_t>(place, allowed_.size() - 1))];
  }

  bool give(std::uint64_t place, std::uint64_t& tried, std::uint64_t& taken,
            std::array<std::uint8_t, kMaxValues>& place_of) const noexcept {
    for (std::uint64_t open; (open = allowed_at(place) & ~tried) != 0;) {
      const auto value = static_cast<std::size_t>(std::countr_zero(open));
      const std::uint64_t bit = std::uint64_t{1} << value;
      tried |= bit;
      if ((taken & bit) != 0 && !give(place_of[value], tried, taken, place_of)) continue;
      taken |= bit;
      place_of[value] = static_cast<std::uint8_t>(place);
      return true;
    }
    return false;
  }

  std::vector<std::uint64_t> allowed_;
  CountRange range_;
};

}  // namespace

TrackerPtr make_unique_tracker(std::vector<std::uint64_t> allowed, CountRange range) {
  auto tracker = std::make_shared<UniqueTracker>(std::move(allowed), range);
  return tracker->can_finish({}) ? std::move(tracker) : nullptr;
}

}  // namespace linnet::grammar
