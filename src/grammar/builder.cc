#include <algorithm>
#include <unordered_set>
#include <utility>

#include "grammar/analysis.h"
#include "grammar/dfa.h"
#include "grammar/grammar.h"
#include "grammar/machine.h"
#include "grammar/text_list.h"

namespace linnet::grammar {
namespace {

// Far above what a person writes and what a schema needs; below what would hurt.
constexpr std::size_t kMaxNodes = 1'000'000;
// Regular parts become one automaton if their positions, repetitions written out, are no more than this.
constexpr std::size_t kMaxPositions = 4'000;

struct Rounds {
  std::uint32_t min, max;
};

// How often X is repeated by `outer` rounds of `inner` rounds of it. Nothing if the counts leave a gap, as
// those of (X{3}){1,2} do, or are too large: X twice the most is then not X three times the least.
std::optional<Rounds> rounds_of_rounds(Rounds inner, Rounds outer) {
  const bool is_endless = inner.max == kNoLimit || outer.max == kNoLimit;
  const std::uint64_t min = std::uint64_t{inner.min} * outer.min;
  const std::uint64_t max = is_endless ? kNoLimit : std::uint64_t{inner.max} * outer.max;
  if (min >= kNoLimit || (!is_endless && max >= kNoLimit)) return {};
  // The gap, if there is one, is widest from the fewest rounds to one more.
  const std::uint64_t most_of_fewest = std::uint64_t{inner.max} * outer.min;
  if (outer.max > outer.min && min + inner.min > most_of_fewest + 1) return {};
  return Rounds{static_cast<std::uint32_t>(min), static_cast<std::uint32_t>(max)};
}

// Copies what the root reaches, without what cannot be written, with automata as leaves.
class Lowering {
 public:
  Lowering(const Builder& builder, const Analysis& analysis) : builder_(builder), analysis_(analysis) {
    rules_.resize(builder.n_rules(), kNoRule);
  }

  Result<GrammarPtr> run(NodeId root) {
    LINNET_TRY(grammar_.root, lower(root));
    // Rules are taken from a list and not by recursion, because a chain of them can be long.
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      LINNET_TRY(grammar_.rules[i].definition, lower(builder_.rule_at(waiting_[i]).definition));
    }
    return GrammarPtr(std::make_shared<const Grammar>(std::move(grammar_)));
  }

 private:
  static constexpr RuleId kNoRule = ~RuleId{0};

  NodeId add(Node node) {
    grammar_.nodes.push_back(std::move(node));
    return static_cast<NodeId>(grammar_.nodes.size() - 1);
  }

  // The depth of the recursion is that of the parentheses of a front end, which bounds them.
  Result<NodeId> lower(NodeId id) {
    if (const auto known = lowered_.find(id); known != lowered_.end()) return known->second;
    const Node& node = builder_.node(id);
    std::optional<DfaPtr> dfa;
    if (node.kind == NodeKind::kCharacters) {
      dfa = of_characters(id);
    } else if (node.kind != NodeKind::kEmpty && node.kind != NodeKind::kAutomaton &&
               analysis_.n_positions(id) <= kMaxPositions && !work_.is_spent()) {
      dfa = Dfa::from_node(builder_, id, &work_);
    }
    Result<NodeId> made =
        dfa ? Result<NodeId>(add({.kind = NodeKind::kAutomaton, .automaton = *dfa})) : lower_structure(node);
    if (made) lowered_.emplace(id, *made);
    return made;
  }

  // Leaves are few kinds and many: each kind is made once.
  std::optional<DfaPtr> of_characters(NodeId id) {
    auto& dfa = characters_[builder_.node(id).ranges];
    if (!dfa) dfa = Dfa::from_node(builder_, id);
    return dfa;
  }

  Result<NodeId> lower_structure(const Node& node) {
    switch (node.kind) {
      case NodeKind::kLiteral:
        return add({.kind = NodeKind::kAutomaton, .automaton = Dfa::literal(node.bytes)});
      case NodeKind::kRule: return lower_rule(node.rule);
      case NodeKind::kList: return lower_list(node);
      case NodeKind::kRepeat:
        if (!analysis_.can_be_written(node.children[0])) return add({.kind = NodeKind::kEmpty});
        break;
      case NodeKind::kCharacters:
      case NodeKind::kNothing:
        return fail(ErrorCode::kUnsupported, "a set of characters is too large for an automaton");
      default: break;
    }
    Node copy = node;
    copy.children.clear();
    std::vector<std::string> texts;  // of a choice, which may be thousands that begin alike
    for (const NodeId child : node.children) {
      if (!analysis_.can_be_written(child)) continue;  // one of several choices
      if (const Node& part = builder_.node(child);
          node.kind == NodeKind::kChoice && part.kind == NodeKind::kLiteral) {
        texts.push_back(part.bytes);
        continue;
      }
      LINNET_TRY(const NodeId lowered, lower(child));
      copy.children.push_back(lowered);
    }
    if (!texts.empty()) {
      copy.children.push_back(add(
          {.kind = NodeKind::kAutomaton, .automaton = std::make_shared<const TextList>(std::move(texts))}));
    }
    // Each round of a repetition takes a byte or more, so empty ones need not be counted.
    if (node.kind == NodeKind::kRepeat && analysis_.can_be_empty(node.children[0])) copy.min = 0;
    return add(std::move(copy));
  }

  Result<NodeId> lower_rule(RuleId rule) {
    if (rules_[rule] == kNoRule) {
      rules_[rule] = static_cast<RuleId>(waiting_.size());
      waiting_.push_back(rule);
      grammar_.rules.push_back({builder_.rule_at(rule).name, 0, true});
    }
    return add({.kind = NodeKind::kRule, .rule = rules_[rule]});
  }

  Result<NodeId> lower_list(const Node& node) {
    Node copy{.kind = NodeKind::kList, .tracker = analysis_.tracker_of(node)};
    LINNET_TRY(const NodeId separator, lower(node.children[0]));
    copy.children.push_back(separator);
    for (std::size_t i = 1; i < node.children.size(); ++i) {
      if (!analysis_.can_be_written(node.children[i])) {
        copy.children.push_back(separator);  // the tracker never asks for it
        continue;
      }
      LINNET_TRY(const NodeId member, lower(node.children[i]));
      copy.children.push_back(member);
    }
    return add(std::move(copy));
  }

  const Builder& builder_;
  const Analysis& analysis_;
  AutomataWork work_;
  Grammar grammar_;
  std::map<NodeId, NodeId> lowered_;
  std::map<std::vector<CharacterRange>, std::optional<DfaPtr>> characters_;
  std::vector<RuleId> rules_;    // of the builder, as numbered in grammar_
  std::vector<RuleId> waiting_;  // in the order of grammar_.rules
};

}  // namespace

NodeId Builder::add(Node node) {
  nodes_.push_back(std::move(node));
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId Builder::nothing() { return add({.kind = NodeKind::kNothing}); }

NodeId Builder::empty() { return add({.kind = NodeKind::kEmpty}); }

NodeId Builder::literal(std::string_view bytes) {
  if (bytes.empty()) return empty();
  return add({.kind = NodeKind::kLiteral, .bytes = std::string(bytes)});
}

NodeId Builder::characters(std::vector<CharacterRange> ranges) {
  constexpr char32_t kLast = 0x10FFFF;
  constexpr char32_t kBeforeSurrogates = 0xD7FF;
  constexpr char32_t kAfterSurrogates = 0xE000;
  std::vector<CharacterRange> split;
  for (const CharacterRange range : ranges) {
    const CharacterRange below{range.first, std::min(range.last, kBeforeSurrogates)};
    const CharacterRange above{std::max(range.first, kAfterSurrogates), std::min(range.last, kLast)};
    if (below.first <= below.last) split.push_back(below);
    if (above.first <= above.last) split.push_back(above);
  }
  std::sort(split.begin(), split.end());
  std::vector<CharacterRange> merged;
  for (const CharacterRange range : split) {
    if (!merged.empty() && range.first <= merged.back().last + 1) {
      merged.back().last = std::max(merged.back().last, range.last);
    } else {
      merged.push_back(range);
    }
  }
  if (merged.empty()) return nothing();
  return add({.kind = NodeKind::kCharacters, .ranges = std::move(merged)});
}

NodeId Builder::automaton(AutomatonPtr automaton) {
  return add({.kind = NodeKind::kAutomaton, .automaton = std::move(automaton)});
}

NodeId Builder::sequence(std::vector<NodeId> children) {
  std::vector<NodeId> flat;
  for (const NodeId child : children) {
    const Node& node = nodes_[child];
    if (node.kind == NodeKind::kNothing) return child;
    if (node.kind == NodeKind::kEmpty) continue;
    if (node.kind == NodeKind::kSequence) {
      flat.insert(flat.end(), node.children.begin(), node.children.end());
    } else {
      flat.push_back(child);
    }
  }
  if (flat.empty()) return empty();
  if (flat.size() == 1) return flat.front();
  return add({.kind = NodeKind::kSequence, .children = std::move(flat)});
}

NodeId Builder::choice(std::vector<NodeId> children) {
  std::vector<NodeId> flat;
  std::unordered_set<NodeId> taken;
  const auto take = [&](NodeId child) {
    if (taken.insert(child).second) flat.push_back(child);
  };
  for (const NodeId child : children) {
    const Node& node = nodes_[child];
    if (node.kind == NodeKind::kNothing) continue;
    if (node.kind == NodeKind::kChoice) {
      for (const NodeId grandchild : node.children) take(grandchild);
    } else {
      take(child);
    }
  }
  if (flat.empty()) return nothing();
  if (flat.size() == 1) return flat.front();
  return add({.kind = NodeKind::kChoice, .children = std::move(flat)});
}

NodeId Builder::repeat(NodeId child, std::uint32_t min, std::uint32_t max) {
  const Node& inner = nodes_[child];
  if (max == 0 || inner.kind == NodeKind::kEmpty) return empty();
  if (inner.kind == NodeKind::kNothing) return min == 0 ? empty() : child;
  if (min == 1 && max == 1) return child;
  if (inner.kind == NodeKind::kRepeat) {
    if (const auto rounds = rounds_of_rounds({inner.min, inner.max}, {min, max})) {
      return repeat(inner.children[0], rounds->min, rounds->max);
    }
  }
  return add({.kind = NodeKind::kRepeat, .min = min, .max = max, .children = {child}});
}

NodeId Builder::list(std::vector<NodeId> members, NodeId separator, TrackerPtr tracker) {
  members.insert(members.begin(), separator);
  return add({.kind = NodeKind::kList, .children = std::move(members), .tracker = std::move(tracker)});
}

RuleId Builder::declare(std::string_view name) {
  if (const auto known = names_.find(name); known != names_.end()) return known->second;
  const auto id = static_cast<RuleId>(rules_.size());
  rules_.push_back({std::string(name), 0, false});
  names_.emplace(name, id);
  return id;
}

bool Builder::define(RuleId rule, NodeId definition) {
  if (rules_[rule].is_defined) return false;
  rules_[rule].definition = definition;
  rules_[rule].is_defined = true;
  return true;
}

NodeId Builder::rule(RuleId rule) { return add({.kind = NodeKind::kRule, .rule = rule}); }

Result<GrammarPtr> Builder::finish(NodeId root) {
  if (nodes_.size() > kMaxNodes) {
    return fail(ErrorCode::kUnsupported, "the grammar has {} parts; at most {} are possible", nodes_.size(),
                kMaxNodes);
  }
  for (const Rule& rule : rules_) {
    if (!rule.is_defined) {
      return fail(ErrorCode::kInvalidArgument, "rule '{}' is used, but not defined", rule.name);
    }
  }
  const Analysis analysis(*this);
  if (const auto rule = analysis.left_recursion(root)) {
    return fail(ErrorCode::kInvalidArgument,
                "rule '{}' begins with itself, directly or through others; put what it repeats last",
                rules_[*rule].name);
  }
  if (!analysis.can_be_written(root)) {
    return fail(ErrorCode::kInvalidArgument, "no text satisfies this; it contradicts itself or never ends");
  }
  LINNET_TRY(GrammarPtr grammar, Lowering(*this, analysis).run(root));
  if (!Machine(grammar).can_start()) {
    return fail(ErrorCode::kUnsupported,
                "a text can begin in too many ways to follow; at most {} are possible", Machine::kMaxThreads);
  }
  return grammar;
}

}  // namespace linnet::grammar
