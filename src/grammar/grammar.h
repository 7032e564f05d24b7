// The one form that every front end compiles to: a context-free grammar over bytes whose leaves are
// automata, with counted repetition and lists that remember which members they have had. A Grammar is
// immutable, so threads may share it; a Builder belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "grammar/automaton.h"
#include "grammar/tracker.h"

namespace linnet::grammar {

/// A node of a grammar, from 0.
using NodeId = std::uint32_t;
/// A named rule of a grammar, from 0.
using RuleId = std::uint32_t;

/// "As often as you like."
inline constexpr std::uint32_t kNoLimit = std::numeric_limits<std::uint32_t>::max();

/// Code points from `first` to `last`, both included.
struct CharacterRange {
  char32_t first = 0;
  char32_t last = 0;
  friend auto operator<=>(const CharacterRange&, const CharacterRange&) = default;
};

enum class NodeKind : std::uint8_t {
  kNothing,     ///< No text at all: what cannot be written.
  kEmpty,       ///< The empty text.
  kLiteral,     ///< `bytes`. Only while building.
  kCharacters,  ///< One code point out of `ranges`, as UTF-8. Only while building.
  kAutomaton,   ///< A text of `automaton`.
  kSequence,    ///< `children`, one after the other.
  kChoice,      ///< One of `children`.
  kRepeat,      ///< children[0], `min` to `max` times.
  kRule,        ///< What `rule` stands for.
  kList,  ///< Members out of children[1...], in an order that `tracker` allows, with children[0] between.
};

struct Node {
  NodeKind kind = NodeKind::kNothing;
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  RuleId rule = 0;
  std::vector<NodeId> children{};
  std::string bytes{};
  std::vector<CharacterRange> ranges{};  // sorted, apart from each other
  AutomatonPtr automaton{};
  TrackerPtr tracker{};
};

struct Rule {
  std::string name;
  NodeId definition = 0;
  bool is_defined = false;
};

/// A checked grammar: every rule is defined, no rule begins with itself, every node that the root reaches can
/// be written, and every leaf is an automaton.
struct Grammar {
  std::vector<Node> nodes;
  std::vector<Rule> rules;
  NodeId root = 0;
};

using GrammarPtr = std::shared_ptr<const Grammar>;

/// Collects nodes. Simplifies as it goes: sequences and choices of one, nested ones, repetitions of exactly
/// one, what cannot be written.
class Builder {
 public:
  NodeId nothing();
  NodeId empty();
  /// These very bytes.
  NodeId literal(std::string_view bytes);
  /// One code point; ranges in any order. Surrogates cannot be written and are left out.
  NodeId characters(std::vector<CharacterRange> ranges);
  NodeId automaton(AutomatonPtr automaton);
  NodeId sequence(std::vector<NodeId> children);
  NodeId choice(std::vector<NodeId> children);
  /// Requires min <= max; kNoLimit for no end.
  NodeId repeat(NodeId child, std::uint32_t min, std::uint32_t max);
  /// Members are numbered from 0 for the tracker. No member may be the empty text.
  NodeId list(std::vector<NodeId> members, NodeId separator, TrackerPtr tracker);

  /// The rule called `name`, which may be defined later: recursion goes through rules.
  RuleId declare(std::string_view name);
  /// What it stands for. Returns false if it was defined before.
  bool define(RuleId rule, NodeId definition);
  bool is_defined(RuleId rule) const noexcept { return rules_[rule].is_defined; }
  NodeId rule(RuleId rule);

  const Node& node(NodeId id) const noexcept { return nodes_[id]; }
  const Rule& rule_at(RuleId id) const noexcept { return rules_[id]; }
  std::size_t n_nodes() const noexcept { return nodes_.size(); }
  std::size_t n_rules() const noexcept { return rules_.size(); }

  /// Checks, turns every regular part into one automaton where that stays small, and hands out the grammar.
  /// Errors: kInvalidArgument, naming the rule: one that is not defined, one that begins with itself, or a
  /// root that produces no text at all; kUnsupported, too large.
  Result<GrammarPtr> finish(NodeId root);

 private:
  NodeId add(Node node);

  std::vector<Node> nodes_;
  std::vector<Rule> rules_;
  std::map<std::string, RuleId, std::less<>> names_;
};

}  // namespace linnet::grammar
