// The trackers of arrays.
#include <algorithm>
#include <map>

#include "grammar/json_tracker.h"

namespace linnet::grammar {
namespace {

/// State: a = the items so far, as long as their number matters.
class ItemTracker final : public Tracker {
 public:
  ItemTracker(std::uint64_t n_prefix, CountRange range) : n_prefix_(n_prefix), range_(range) {}

  State start() const noexcept override { return {}; }
  std::optional<State> next(State state, std::size_t member) const noexcept override {
    if (state.a >= range_.max || member != std::min(state.a, n_prefix_)) return {};
    const bool is_free = range_.max == kNoMaximum && state.a >= std::max(n_prefix_, range_.min);
    return State{is_free ? state.a : state.a + 1, 0};
  }
  bool accepts(State state) const noexcept override { return state.a >= range_.min; }
  TrackerPtr without(std::span<const std::size_t> members) const override {
    CountRange range = range_;
    for (const std::size_t member : members) range.max = std::min<std::uint64_t>(range.max, member);
    return make_item_tracker(n_prefix_, range);
  }

 private:
  std::uint64_t n_prefix_;
  CountRange range_;
};

constexpr std::uint32_t kDead = ~std::uint32_t{0};

/// A table of states. State: a = its number.
class TableTracker final : public Tracker {
 public:
  struct Row {
    bool accepts = false;
    std::vector<std::uint32_t> next{};  // by member
  };

  explicit TableTracker(std::vector<Row> rows) : rows_(std::move(rows)) {}

  /// Null if row 0 leads to no accepted one.
  static TrackerPtr make(std::vector<Row> rows) {
    std::vector<bool> alive(rows.size());
    for (bool has_changed = true; has_changed;) {
      has_changed = false;
      for (std::size_t i = rows.size(); i-- > 0;) {
        if (alive[i]) continue;
        alive[i] = rows[i].accepts || std::any_of(rows[i].next.begin(), rows[i].next.end(),
                                                  [&](std::uint32_t to) { return to != kDead && alive[to]; });
        has_changed |= alive[i];
      }
    }
    if (!alive[0]) return nullptr;
    for (Row& row : rows)
      for (std::uint32_t& to : row.next)
        if (to != kDead && !alive[to]) to = kDead;
    return std::make_shared<TableTracker>(std::move(rows));
  }

  State start() const noexcept override { return {}; }
  std::optional<State> next(State state, std::size_t member) const noexcept override {
    const std::uint32_t to = rows_[state.a].next[member];
    if (to == kDead) return {};
    return State{to, 0};
  }
  bool accepts(State state) const noexcept override { return rows_[state.a].accepts; }
  TrackerPtr without(std::span<const std::size_t> members) const override {
    std::vector<Row> rows = rows_;
    for (Row& row : rows)
      for (const std::size_t member : members) row.next[member] = kDead;
    return make(std::move(rows));
  }

 private:
  std::vector<Row> rows_;
};

/// How far an array has come: its length, then how many items were counted, each as long as it matters.
using Counts = std::vector<std::uint64_t>;

/// Adds one; false if that is too many.
bool count_one(std::uint64_t& n, const CountRange& range, std::uint64_t n_distinct) {
  if (n >= range.max) return false;
  if (range.max != kNoMaximum || n < n_distinct) ++n;
  return true;
}

}  // namespace

TrackerPtr make_item_tracker(std::uint64_t n_prefix, CountRange range) {
  if (range.min > range.max) return nullptr;
  return std::make_shared<ItemTracker>(n_prefix, range);
}

std::optional<TrackerPtr> make_counting_tracker(const std::vector<ItemKind>& kinds, CountRange range,
                                                const std::vector<CountRange>& ranges) {
  constexpr std::size_t kMaxStates = 4096;
  std::uint64_t n_places = range.min;
  for (const ItemKind& kind : kinds) n_places = std::max(n_places, kind.first);
  const auto step = [&](Counts counts, const ItemKind& kind) -> std::optional<Counts> {
    if (counts[0] < kind.first || (counts[0] > kind.first && !kind.is_repeated)) return {};
    if (!count_one(counts[0], range, n_places)) return {};
    for (std::size_t i = 0; i < ranges.size(); ++i)
      if ((kind.counted >> i & 1) != 0 && !count_one(counts[i + 1], ranges[i], ranges[i].min)) return {};
    return counts;
  };
  std::vector<Counts> found = {Counts(ranges.size() + 1)};
  std::map<Counts, std::uint32_t> ids = {{found.front(), 0}};
  std::vector<TableTracker::Row> rows;
  for (std::size_t id = 0; id < found.size(); ++id) {
    const Counts from = found[id];
    TableTracker::Row row{.accepts = from[0] >= range.min};
    for (std::size_t i = 0; i < ranges.size(); ++i) row.accepts &= from[i + 1] >= ranges[i].min;
    for (const ItemKind& kind : kinds) {
      const auto to = step(from, kind);
      row.next.push_back(kDead);
      if (!to) continue;
      const auto [entry, is_new] = ids.try_emplace(*to, static_cast<std::uint32_t>(found.size()));
      if (is_new) found.push_back(*to);
      row.next.back() = entry->second;
    }
    rows.push_back(std::move(row));
    if (found.size() > kMaxStates) return {};
  }
  return TableTracker::make(std::move(rows));
}

}  // namespace linnet::grammar
