// What lists of members and items remember: the order and number of an object's members, how many of an
// array's items satisfy what is counted. Immutable: threads may share them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "grammar/json_schema.h"
#include "grammar/json_sets.h"
#include "grammar/tracker.h"

namespace linnet::grammar {

/// A kind of member of an object.
struct MemberKind {
  static constexpr std::uint32_t kUnnamed = ~std::uint32_t{0};

  std::uint32_t name =
      kUnnamed;  ///< Its name's number: it can be there once. Or kUnnamed: as often as you like.
  std::uint32_t witnesses = 0;  ///< Bit i: the i-th of the wanted members is such a one.
  bool is_possible = true;      ///< Whether it can be written.
};

/// What an object's members are held to.
struct MemberPlan {
  static constexpr std::size_t kMaxFreeNames = 64, kMaxWanted = 4;

  JsonOrder order = JsonOrder::kListed;
  std::vector<MemberKind> kinds{};  ///< By member of the list.
  std::vector<bool> required{};     ///< By name. In free order at most kMaxFreeNames.
  CountRange range{};               ///< Of the number of members.
  std::uint32_t n_wanted = 0;       ///< At most kMaxWanted.
};

/// Null if no object can be so.
TrackerPtr make_member_tracker(MemberPlan plan);

/// Arrays of `range` items; the member of the list with number i is the item with number i, and the last one,
/// with number n_prefix, all that follow. Null if there is none.
TrackerPtr make_item_tracker(std::uint64_t n_prefix, CountRange range);

/// A kind of item of an array in which items are counted.
struct ItemKind {
  std::uint64_t first = 0;    ///< The first place where it may stand ...
  bool is_repeated = false;   ///< ... and whether it may stand behind that too.
  std::uint32_t counted = 0;  ///< Bit i: it satisfies what ranges[i] counts.
};

/// Arrays of `range` items, of which ranges[i] satisfy what i stands for. Nothing if telling them takes too
/// many states; null if there is none.
std::optional<TrackerPtr> make_counting_tracker(const std::vector<ItemKind>& kinds, CountRange range,
                                                const std::vector<CountRange>& ranges);

/// Arrays of `range` different ones out of up to 64 values, which are the members of the list. Bit v of
/// allowed[i]: value v may be item i; the last of `allowed` holds for all items from there on. Null if there
/// is none.
TrackerPtr make_unique_tracker(std::vector<std::uint64_t> allowed, CountRange range);

}  // namespace linnet::grammar
