// JSON that may come from anybody. nlohmann's parser keeps its own stack, but copying and printing recurse,
// and an object's members are searched one by one.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace linnet {

constexpr int kMaxJsonDepth = 100;
constexpr std::size_t kMaxJsonMembers = 4096;  ///< Of one object.

/// Nothing if `text` is no JSON, or is nested deeper, or has an object with more members, than that.
inline std::optional<nlohmann::ordered_json> parse_json(std::string_view text) {
  using Json = nlohmann::ordered_json;
  bool is_bounded = true;
  std::vector<std::size_t> n_members(kMaxJsonDepth + 2, 0);  // of the object at each depth
  const auto look = [&](int depth, Json::parse_event_t event, const Json&) {
    is_bounded = is_bounded && depth <= kMaxJsonDepth;
    if (!is_bounded) return false;
    const auto level = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start) n_members[level + 1] = 0;
    if (event == Json::parse_event_t::key) is_bounded = ++n_members[level] <= kMaxJsonMembers;
    return is_bounded;
  };
  Json json = Json::parse(text, look, /*allow_exceptions=*/false);
  if (!is_bounded || json.is_discarded()) return std::nullopt;
  return json;
}

}  // namespace linnet
