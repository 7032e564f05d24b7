// Objects as lists of members.
#include <algorithm>

#include "grammar/json_emitter.h"
#include "grammar/json_string.h"

namespace linnet::grammar {
namespace {

template <class T>
void add_once(std::vector<T>& into, const T& value) {
  if (std::find(into.begin(), into.end(), value) == into.end()) into.push_back(value);
}

constexpr std::size_t kMaxCells = 64;

}  // namespace

Result<NodeId> Emitter::object(const ObjectSet& set) {
  std::vector<std::string> names;
  std::vector<PatternId> patterns;
  Members members{.plan = {.order = options_.order, .range = set.n_members}};
  for (const auto* rules : {&set.rules, &set.wanted}) {
    for (const MemberRule& rule : *rules) {
      for (const std::string& name : rule.keys.names) add_once(names, name);
      for (const PatternId pattern : rule.keys.patterns) add_once(patterns, pattern);
    }
  }
  members.plan.required.resize(names.size());
  for (const MemberRule& rule : set.wanted) {
    const std::string* name = rule.keys.name();
    if (name == nullptr)
      members.wanted.push_back(&rule);
    else
      members.plan
          .required[static_cast<std::size_t>(std::find(names.begin(), names.end(), *name) - names.begin())] =
          true;
  }
  members.plan.n_wanted = static_cast<std::uint32_t>(members.wanted.size());
  if (members.wanted.size() > MemberPlan::kMaxWanted)
    return refused({"properties", "patternProperties", "additionalProperties"},
                   "too many kinds of members are asked for");
  if (options_.order == JsonOrder::kFree && names.size() > MemberPlan::kMaxFreeNames)
    return refused({"properties"}, fmt::format("{} names in free order are too many; at most {}",
                                               names.size(), MemberPlan::kMaxFreeNames));
  for (std::uint32_t i = 0; i < names.size(); ++i)
    LINNET_CHECK(add_members(
        set, literal_string(names[i]), i,
        [&](const KeySet& keys) { return normalizer_.patterns().contains(keys, names[i]); }, members));
  LINNET_TRY(const auto rest, cells(names, patterns));
  for (const Cell& cell : rest) {
    const auto is_in = [&](const KeySet& keys) {
      const bool is_listed = std::any_of(keys.patterns.begin(), keys.patterns.end(), [&](PatternId id) {
        return std::find(cell.patterns.begin(), cell.patterns.end(), id) != cell.patterns.end();
      });
      return is_listed != keys.is_complement;
    };
    const NodeId key = builder_.automaton(std::make_shared<JsonString>(cell.names, 0, Automaton::kUnlimited));
    LINNET_CHECK(add_members(set, key, MemberKind::kUnnamed, is_in, members));
  }
  return list("{", std::move(members.nodes), make_member_tracker(std::move(members.plan)), "}");
}

/// The names but `names`, by which of `patterns` they are in.
Result<std::vector<Emitter::Cell>> Emitter::cells(const std::vector<std::string>& names,
                                                  const std::vector<PatternId>& patterns) {
  const auto named = texts_of(names);
  const auto others = named ? Dfa::complement(**named) : std::nullopt;
  if (!others)
    return refused({"patternProperties", "propertyNames", "properties"},
                   "telling the names of members takes too many states");
  std::vector<Cell> cells = {{.names = *others}};
  for (const PatternId pattern : patterns) {
    const Dfa& inside = normalizer_.patterns()[pattern];
    const auto outside = Dfa::complement(inside);
    std::vector<Cell> parts;
    for (const Cell& cell : cells) {
      const auto in = Dfa::intersection(*cell.names, inside);
      const auto out = outside ? Dfa::intersection(*cell.names, **outside) : std::nullopt;
      if (!in || !out || parts.size() > kMaxCells)
        return refused({"patternProperties", "propertyNames", "properties"},
                       "telling the names of members takes too many states");
      if (!(*out)->is_empty()) parts.push_back({*out, cell.patterns});
      if ((*in)->is_empty()) continue;
      parts.push_back({*in, cell.patterns});
      parts.back().patterns.push_back(pattern);
    }
    cells = std::move(parts);
  }
  return cells;
}

/// The kinds of members with one name, or with one of several that no rule tells apart.
template <class IsIn>
Result<void> Emitter::add_members(const ObjectSet& set, NodeId key, std::uint32_t name, const IsIn& is_in,
                                  Members& members) {
  std::vector<ExpressionId> all;
  for (const MemberRule& rule : set.rules)
    if (is_in(rule.keys)) all.push_back(rule.value);
  for (const MemberRule& rule : set.wanted)
    if (rule.keys.name() != nullptr && is_in(rule.keys)) all.push_back(rule.value);
  for (std::uint32_t witnesses = 0; witnesses < 1U << members.wanted.size(); ++witnesses) {
    std::vector<ExpressionId> conditions = all;
    bool is_kind = true;
    for (std::size_t i = 0; i < members.wanted.size(); ++i) {
      const bool is_witness = (witnesses >> i & 1) != 0;
      const bool may_be = is_in(members.wanted[i]->keys);
      is_kind &= is_witness ? may_be : !may_be || members.wanted[i]->value != kAlways;
      if (is_witness) conditions.push_back(members.wanted[i]->value);
    }
    const ExpressionId id = expressions_.all(std::move(conditions));
    if (!is_kind || normalizer_.is_never(id)) continue;
    LINNET_TRY(const NodeId node, value(id));
    members.nodes.push_back(builder_.sequence({key, space_, punctuation(":"), node, space_}));
    members.plan.kinds.push_back({.name = name, .witnesses = witnesses});
  }
  return {};
}

}  // namespace linnet::grammar
