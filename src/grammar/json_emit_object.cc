// Objects as lists of members.
#include <algorithm>
#include <unordered_map>

#include "grammar/json_emitter.h"
#include "grammar/json_rule_index.h"
#include "grammar/json_string.h"

namespace linnet::grammar {
namespace {

constexpr std::size_t kMaxCells = 64;
// Kinds of members: where any of several can serve, each of them is held against all others.
constexpr std::size_t kMaxKinds = 10'000, kMaxKindsWithWanted = 2'000;

/// The names that rules speak of, in their order, each once.
class Names {
 public:
  void add(const std::string& name) {
    if (numbers_.try_emplace(name, names_.size()).second) names_.push_back(name);
  }
  std::size_t number_of(const std::string& name) const { return numbers_.at(name); }
  const std::vector<std::string>& all() const noexcept { return names_; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

}  // namespace

Result<NodeId> Emitter::object(const ObjectSet& set) {
  Names found;
  std::vector<PatternId> patterns;
  Members members{.plan = {.order = options_.order, .range = set.n_members}};
  for (const auto* rules : {&set.rules, &set.wanted}) {
    for (const MemberRule& rule : *rules) {
      for (const std::string& name : rule.keys.names) found.add(name);
      for (const PatternId pattern : rule.keys.patterns) add_once(patterns, pattern);
    }
  }
  const std::vector<std::string>& names = found.all();
  members.plan.required.resize(names.size());
  for (const MemberRule& rule : set.wanted) {
    const std::string* name = rule.keys.name();
    if (name == nullptr)
      members.wanted.push_back(&rule);
    else
      members.plan.required[found.number_of(*name)] = true;
  }
  members.plan.n_wanted = static_cast<std::uint32_t>(members.wanted.size());
  LINNET_CHECK(check_size(set, names.size(), members.wanted.size()));
  const RuleIndex rules(set.rules, normalizer_.patterns()), wanted(set.wanted, normalizer_.patterns());
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    std::vector<ExpressionId> values;
    rules.add_values(names[i], values);
    wanted.add_named_values(names[i], values);
    LINNET_CHECK(add_members(
        literal_string(names[i]), i, values,
        [&](const KeySet& keys) { return normalizer_.patterns().contains(keys, names[i]); }, members));
  }
  LINNET_TRY(const auto rest, cells(names, patterns));
  for (const Cell& cell : rest) {
    const auto is_in = [&](const KeySet& keys) {
      const bool is_listed = std::any_of(keys.patterns.begin(), keys.patterns.end(), [&](PatternId id) {
        return std::find(cell.patterns.begin(), cell.patterns.end(), id) != cell.patterns.end();
      });
      return is_listed != keys.is_complement;
    };
    const NodeId key = builder_.automaton(std::make_shared<JsonString>(cell.names, 0, Automaton::kUnlimited));
    std::vector<ExpressionId> values;
    for (const MemberRule& rule : set.rules)
      if (is_in(rule.keys)) values.push_back(rule.value);
    LINNET_CHECK(add_members(key, MemberKind::kUnnamed, values, is_in, members));
  }
  return list("{", std::move(members.nodes), make_member_tracker(std::move(members.plan)), "}");
}

/// Refuses what would take long to tell apart.
Result<void> Emitter::check_size(const ObjectSet& set, std::size_t n_names, std::size_t n_wanted) const {
  if (n_wanted > MemberPlan::kMaxWanted)
    return refused({"properties", "patternProperties", "additionalProperties"},
                   "too many kinds of members are asked for");
  const std::size_t most = options_.order == JsonOrder::kFree
                               ? MemberPlan::kMaxFreeNames
                               : (n_wanted > 0 ? kMaxKindsWithWanted : kMaxKinds) >> n_wanted;
  if (n_names > most)
    return refused({"properties", "required", "enum", "const"},
                   fmt::format("{} names{} are too many; at most {}", n_names,
                               options_.order == JsonOrder::kFree ? " in free order" : "", most));
  // As if each rule were asked about each name; those about one name are found by it, see RuleIndex.
  AutomataWork& work = normalizer_.patterns().work();
  work.spend(n_names * (set.rules.size() + set.wanted.size()) / 8);
  if (work.is_spent())
    return refused({"properties", "patternProperties", "required"},
                   "telling the members apart is too much work");
  return {};
}

/// The names but `names`, by which of `patterns` they are in.
Result<std::vector<Emitter::Cell>> Emitter::cells(const std::vector<std::string>& names,
                                                  const std::vector<PatternId>& patterns) {
  AutomataWork& work = normalizer_.patterns().work();
  const auto named = texts_of(names, work);
  const auto others = named ? Dfa::complement(**named, work) : std::nullopt;
  if (!others)
    return refused({"patternProperties", "propertyNames", "properties"},
                   "telling the names of members takes too many states");
  std::vector<Cell> cells = {{.names = *others}};
  for (const PatternId pattern : patterns) {
    const Dfa& inside = normalizer_.patterns()[pattern];
    const auto outside = Dfa::complement(inside, work);
    std::vector<Cell> parts;
    for (const Cell& cell : cells) {
      const auto in = Dfa::intersection(*cell.names, inside, work);
      const auto out = outside ? Dfa::intersection(*cell.names, **outside, work) : std::nullopt;
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

/// The kinds of members with one name, or with one of several that no rule tells apart: `values` is what
/// rules say of them, and `is_in` tells in which keys they are.
template <class IsIn>
Result<void> Emitter::add_members(NodeId key, std::uint32_t name, const std::vector<ExpressionId>& values,
                                  const IsIn& is_in, Members& members) {
  for (std::uint32_t witnesses = 0; witnesses < 1U << members.wanted.size(); ++witnesses) {
    std::vector<ExpressionId> conditions = values;
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
