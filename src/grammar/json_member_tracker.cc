// The tracker of objects.
#include <algorithm>
#include <array>
#include <bit>

#include "grammar/json_tracker.h"

namespace linnet::grammar {
namespace {

constexpr std::uint64_t kImpossible = kNoMaximum;

/// State: a = the names behind us, in listed order how many, in free order a bit each; b = the number of
/// members so far, and above it a bit for each wanted member that was there.
class MemberTracker final : public Tracker {
 public:
  explicit MemberTracker(MemberPlan plan) : plan_(std::move(plan)) {
    const std::size_t n = plan_.required.size();
    witnesses_.resize(n);
    for (const MemberKind& kind : plan_.kinds) {
      if (!kind.is_possible) continue;
      if (kind.name == MemberKind::kUnnamed)
        unnamed_.push_back(kind.witnesses);
      else
        witnesses_[kind.name].push_back(kind.witnesses);
    }
    n_required_.resize(n + 1);
    n_possible_.resize(n + 1);
    for (std::size_t i = n; i-- > 0;) {
      n_required_[i] = n_required_[i + 1] + (plan_.required[i] ? 1 : 0);
      n_possible_[i] = n_possible_[i + 1] + (witnesses_[i].empty() ? 0 : 1);
      if (is_free() && plan_.required[i]) required_bits_ |= std::uint64_t{1} << i;
      if (is_free() && !witnesses_[i].empty()) possible_bits_ |= std::uint64_t{1} << i;
    }
  }

  /// Whether there is any object at all.
  bool is_possible() const {
    for (std::size_t i = 0; i < witnesses_.size(); ++i)
      if (plan_.required[i] && witnesses_[i].empty()) return false;
    return can_finish({});
  }

  State start() const noexcept override { return {}; }

  std::optional<State> next(State state, std::size_t member) const noexcept override {
    const MemberKind& kind = plan_.kinds[member];
    if (!kind.is_possible || n_members(state) >= plan_.range.max) return {};
    if (!pass(state, kind)) return {};
    if (plan_.range.max != kNoMaximum || n_members(state) < plan_.range.min) ++state.b;
    state.b |= std::uint64_t{kind.witnesses} << 32;
    if (!can_finish(state)) return {};
    return state;
  }

  bool accepts(State state) const noexcept override {
    return n_required_left(state) == 0 && n_members(state) >= plan_.range.min && unmet(state) == 0;
  }

  TrackerPtr without(std::span<const std::size_t> members) const override {
    MemberPlan plan = plan_;
    for (const std::size_t member : members) plan.kinds[member].is_possible = false;
    return make_member_tracker(std::move(plan));
  }

 private:
  bool is_free() const noexcept { return plan_.order == JsonOrder::kFree; }
  static std::uint64_t n_members(State state) noexcept { return state.b & 0xFFFFFFFF; }
  std::uint32_t unmet(State state) const noexcept {
    return ((1U << plan_.n_wanted) - 1) & ~static_cast<std::uint32_t>(state.b >> 32);
  }
  bool is_behind(State state, std::size_t name) const noexcept {
    return is_free() ? (state.a >> name & 1) != 0 : name < state.a;
  }
  std::uint64_t n_required_left(State state) const noexcept {
    return is_free() ? static_cast<std::uint64_t>(std::popcount(required_bits_ & ~state.a))
                     : n_required_[state.a];
  }
  std::uint64_t n_possible_left(State state) const noexcept {
    return is_free() ? static_cast<std::uint64_t>(std::popcount(possible_bits_ & ~state.a))
                     : n_possible_[state.a];
  }

  /// Puts the member's name behind us; false if it may not stand here.
  bool pass(State& state, const MemberKind& kind) const noexcept {
    if (kind.name == MemberKind::kUnnamed) {
      if (is_free()) return true;
      if (n_required_[state.a] != 0) return false;
      state.a = plan_.required.size();
      return true;
    }
    if (is_behind(state, kind.name)) return false;
    if (is_free()) {
      state.a |= std::uint64_t{1} << kind.name;
      return true;
    }
    if (n_required_[state.a] != n_required_[kind.name]) return false;
    state.a = kind.name + 1;
    return true;
  }

  bool can_finish(State state) const noexcept {
    const std::uint64_t n_needed = unmet(state) == 0 ? n_required_left(state) : n_needed_with_wanted(state);
    if (n_needed == kImpossible || n_needed > plan_.range.max - n_members(state)) return false;
    return !unnamed_.empty() || n_members(state) + n_possible_left(state) >= plan_.range.min;
  }

  /// The least number of further members, when some that are wanted have to be among them. Required names
  /// serve without further cost; best[m] is the least number of others by which the wanted members m are
  /// there.
  std::uint64_t n_needed_with_wanted(State state) const noexcept {
    std::array<std::uint64_t, std::size_t{1} << MemberPlan::kMaxWanted> best;
    best.fill(kImpossible);
    best[0] = 0;
    const auto improve = [&](std::uint32_t met, std::uint32_t witnesses, std::uint64_t from,
                             std::uint64_t cost) {
      if (from != kImpossible) best[met | witnesses] = std::min(best[met | witnesses], from + cost);
    };
    const std::uint32_t wanted = unmet(state);
    for (std::size_t name = 0; name < witnesses_.size(); ++name) {
      if (is_behind(state, name)) continue;
      const auto before = best;
      for (std::uint32_t met = 0; met < best.size(); ++met)
        for (const std::uint32_t witnesses : witnesses_[name])
          improve(met, witnesses & wanted, before[met], plan_.required[name] ? 0 : 1);
    }
    for (std::uint32_t met = 0; met < best.size(); ++met)
      for (const std::uint32_t witnesses : unnamed_) improve(met, witnesses & wanted, best[met], 1);
    return best[wanted] == kImpossible ? kImpossible : best[wanted] + n_required_left(state);
  }

  MemberPlan plan_;
  std::vector<std::vector<std::uint32_t>> witnesses_;   // by name, of each of its kinds
  std::vector<std::uint32_t> unnamed_;                  // of each kind without a name
  std::vector<std::uint64_t> n_required_, n_possible_;  // among the names from i on
  std::uint64_t required_bits_ = 0, possible_bits_ = 0;
};

}  // namespace

TrackerPtr make_member_tracker(MemberPlan plan) {
  auto tracker = std::make_shared<MemberTracker>(std::move(plan));
  return tracker->is_possible() ? std::move(tracker) : nullptr;
}

}  // namespace linnet::grammar
