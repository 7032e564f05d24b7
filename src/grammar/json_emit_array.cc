// Arrays as lists of items.
#include <algorithm>

#include "grammar/json_emitter.h"

namespace linnet::grammar {

Result<NodeId> Emitter::array(const ArraySet& set) {
  if (set.not_unique != nullptr)
    return refused({"uniqueItems"}, "that two items are equal cannot be asked for");
  if (set.unique != nullptr && set.length.max > 1) return unique_array(set);
  if (!set.counts.empty()) return counted_array(set);
  std::vector<ExpressionId> values = set.prefix;
  values.push_back(set.rest);
  return items(values, make_item_tracker(set.prefix.size(), set.length));
}

Result<NodeId> Emitter::items(const std::vector<ExpressionId>& values, TrackerPtr tracker) {
  std::vector<NodeId> members;
  for (const ExpressionId id : values) {
    LINNET_TRY(const NodeId item, value(id));
    members.push_back(builder_.sequence({item, space_}));
  }
  return list("[", std::move(members), std::move(tracker), "]");
}

/// At each place an item is of a kind that says which counts it adds to. Where a count has an upper end, the
/// others must not add to it; elsewhere they may, which is no harm.
Result<NodeId> Emitter::counted_array(ArraySet set) {
  constexpr std::size_t kMaxCounts = 4, kMaxPlaces = 256;
  if (set.counts.size() > kMaxCounts) return refused({"contains"}, "too many kinds of items are counted");
  std::uint64_t n_places = set.prefix.size();
  std::vector<CountRange> ranges;
  for (const ItemCount& count : set.counts) {
    n_places = std::max(n_places, count.from);
    ranges.push_back(count.range);
  }
  if (n_places > kMaxPlaces)
    return refused({"contains"}, "items are counted from a place that is too far behind");
  set.prefix.resize(static_cast<std::size_t>(n_places), set.rest);
  std::vector<ItemKind> kinds;
  std::vector<ExpressionId> values;
  for (std::uint64_t place = 0; place <= n_places; ++place) {
    for (std::uint32_t counted = 0; counted < 1U << set.counts.size(); ++counted) {
      std::vector<ExpressionId> all = {set.at(place)};
      bool is_kind = true;
      for (std::size_t i = 0; i < set.counts.size(); ++i) {
        const ItemCount& count = set.counts[i];
        const bool is_counted = (counted >> i & 1) != 0;
        if (place < count.from)
          is_kind &= !is_counted;
        else if (is_counted)
          all.push_back(count.value);
        else if (count.range.max != kNoMaximum)
          all.push_back(expressions_.negation(count.value));
      }
      const ExpressionId kind = expressions_.all(std::move(all));
      if (!is_kind || normalizer_.is_never(kind)) continue;
      kinds.push_back({.first = place, .is_repeated = place == n_places, .counted = counted});
      values.push_back(kind);
    }
  }
  auto tracker = make_counting_tracker(kinds, set.length, ranges);
  if (!tracker) return refused({"contains"}, "counting these items takes too many states");
  return items(values, *std::move(tracker));
}

/// All values of `set` as constants; nothing if they cannot be listed.
std::optional<std::vector<ExpressionId>> Emitter::listed_values(const ValueSet& set) {
  if (!set.arrays.empty() || !set.objects.empty()) return {};
  std::vector<JsonValue> values;
  if (set.has_null) values.push_back({.kind = JsonKind::kNull});
  if (set.has_true) values.push_back({.kind = JsonKind::kTrue});
  if (set.has_false) values.push_back({.kind = JsonKind::kFalse});
  for (const NumberSet& numbers : set.numbers) {
    if (numbers.single() == nullptr) return {};
    const auto language = number_automaton(numbers, normalizer_.patterns().work());
    if (!language) return {};
    if (*language == nullptr) continue;  // another keyword forbids the one number
    values.push_back({.kind = JsonKind::kNumber, .text = numbers.single()->text()});
  }
  for (const StringSet& strings : set.strings) {
    if (!strings.one_of) return {};
    for (const std::string& text : *strings.one_of)
      values.push_back({.kind = JsonKind::kString, .text = text});
  }
  std::vector<ExpressionId> ids;
  for (JsonValue& value : values)
    ids.push_back(expressions_.constant(constants_.emplace_back(std::move(value))));
  return ids;
}

/// No item twice: as long as there are few values, each is a member of its own that may be there once.
Result<NodeId> Emitter::unique_array(const ArraySet& set) {
  constexpr std::size_t kMaxValues = 64;
  constexpr std::string_view kWhy = "this needs items out of a list of at most 64 constants";
  if (!set.counts.empty()) return refused({"uniqueItems"}, "beside contains this cannot be asked for");
  std::vector<ExpressionId> values;
  std::vector<std::uint64_t> allowed;
  for (std::uint64_t place = 0; place <= set.prefix.size() && place < set.length.max; ++place) {
    LINNET_TRY(const ValueSet* items, normalizer_.normalize(set.at(place)));
    const auto listed = listed_values(*items);
    if (!listed) return refused({"uniqueItems"}, kWhy);
    std::uint64_t& bits = allowed.emplace_back();
    for (const ExpressionId value : *listed) {
      const auto at =
          static_cast<std::size_t>(std::find(values.begin(), values.end(), value) - values.begin());
      if (at == kMaxValues) return refused({"uniqueItems"}, kWhy);
      if (at == values.size()) values.push_back(value);
      bits |= std::uint64_t{1} << at;
    }
  }
  return items(values, make_unique_tracker(std::move(allowed), set.length));
}

}  // namespace linnet::grammar
