#include "grammar/json_pattern.h"

#include <algorithm>

#include "base/utf8.h"
#include "grammar/json_format.h"
#include "grammar/regex.h"

namespace linnet::grammar {
namespace {

std::size_t n_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Error too_large() {
  return fail(ErrorCode::kUnsupported, "telling these strings takes more than {} states, or too much work",
              kMaxDfaStates);
}

}  // namespace

std::optional<DfaPtr> texts_of_length(std::uint64_t min, std::uint64_t max, AutomataWork& work) {
  // A count takes states for each of its code points: do not begin what cannot end well.
  if (std::max(min, max == kNoMaximum ? 0 : max) > kMaxDfaStates / 4) return {};
  Builder builder;
  const NodeId any = builder.characters({{0, 0x10FFFF}});
  return Dfa::from_node(builder,
                        builder.repeat(any, static_cast<std::uint32_t>(min),
                                       max == kNoMaximum ? kNoLimit : static_cast<std::uint32_t>(max)),
                        &work);
}

std::optional<DfaPtr> texts_of(const std::vector<std::string>& texts, AutomataWork& work) {
  Builder builder;
  std::vector<NodeId> literals;
  for (const std::string& text : texts) literals.push_back(builder.literal(text));
  return Dfa::from_node(builder, builder.choice(std::move(literals)), &work);
}

PatternId Patterns::add(DfaPtr language) {
  languages_.push_back(std::move(language));
  return static_cast<PatternId>(languages_.size() - 1);
}

Result<PatternId> Patterns::add_pattern(const std::string& source) {
  if (const auto known = ids_.find(source); known != ids_.end()) return known->second;
  LINNET_TRY(DfaPtr language, compile_regex(source, &work_));
  return ids_[source] = add(std::move(language));
}

Result<std::optional<PatternId>> Patterns::add_format(const std::string& name) {
  if (const auto known = format_ids_.find(name); known != format_ids_.end())
    return std::optional(known->second);
  LINNET_TRY(auto language, format_language(name));
  if (!language) return std::optional<PatternId>{};
  return std::optional(format_ids_[name] = add(*std::move(language)));
}

Result<PatternId> Patterns::add_strings(const std::vector<StringSet>& sets) {
  DfaPtr all;
  for (const StringSet& set : sets) {
    LINNET_TRY(DfaPtr one, language(set));
    const auto both = all ? Dfa::united(*all, *one, work_) : std::optional(one);
    if (!both) return too_large();
    all = *both;
  }
  return add(std::move(all));
}

Result<DfaPtr> Patterns::language(const StringSet& set) const {
  std::optional<DfaPtr> result = Dfa::any_text();
  const auto intersect = [&](const std::optional<DfaPtr>& other) {
    result = result && other ? Dfa::intersection(**result, **other, work_) : std::nullopt;
  };
  const auto exclude = [&](const std::optional<DfaPtr>& other) {
    intersect(other ? Dfa::complement(**other, work_) : std::nullopt);
  };
  if (set.one_of) intersect(texts_of(*set.one_of, work_));
  for (const PatternId id : set.patterns) intersect(languages_[id]);
  for (const PatternId id : set.not_patterns) exclude(languages_[id]);
  if (!set.none_of.empty()) exclude(texts_of(set.none_of, work_));
  if (!result) return too_large();
  if ((*result)->is_empty()) return *result;
  const bool is_too_short = set.length.min > 0 && (*result)->min_length() < set.length.min;
  const bool is_too_long = set.length.max != kNoMaximum && (*result)->max_length() > set.length.max;
  if (is_too_short || is_too_long) intersect(texts_of_length(set.length.min, set.length.max, work_));
  if (!result) return too_large();
  return *result;
}

bool Patterns::contains(const StringSet& set, std::string_view text) const {
  const std::size_t n = n_code_points(text);
  const auto is_in = [&](PatternId id) { return languages_[id]->matches(text); };
  return n >= set.length.min && n <= set.length.max &&
         (!set.one_of || std::find(set.one_of->begin(), set.one_of->end(), text) != set.one_of->end()) &&
         std::find(set.none_of.begin(), set.none_of.end(), text) == set.none_of.end() &&
         std::all_of(set.patterns.begin(), set.patterns.end(), is_in) &&
         std::none_of(set.not_patterns.begin(), set.not_patterns.end(), is_in);
}

bool Patterns::contains(const KeySet& keys, std::string_view name) const {
  const bool is_listed = std::find(keys.names.begin(), keys.names.end(), name) != keys.names.end() ||
                         std::any_of(keys.patterns.begin(), keys.patterns.end(),
                                     [&](PatternId id) { return languages_[id]->matches(name); });
  return is_listed != keys.is_complement;
}

}  // namespace linnet::grammar
