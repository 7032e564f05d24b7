#include <algorithm>
#include <unordered_map>

#include "grammar/dfa.h"
#include "grammar/nfa.h"

namespace linnet::grammar {
namespace {

const Dfa* as_dfa(const AutomatonPtr& automaton) { return dynamic_cast<const Dfa*>(automaton.get()); }

// Nodes that a node is made of; nothing if it is not regular by itself.
std::optional<std::vector<NodeId>> parts(const Builder& builder, const Node& node) {
  switch (node.kind) {
    case NodeKind::kList: return std::nullopt;
    case NodeKind::kAutomaton:
      if (!as_dfa(node.automaton)) return std::nullopt;
      return std::vector<NodeId>{};
    case NodeKind::kRule:
      if (!builder.is_defined(node.rule)) return std::nullopt;
      return std::vector<NodeId>{builder.rule_at(node.rule).definition};
    default: return node.children;
  }
}

// Whether everything that `root` reaches is regular and nothing leads back to itself; false too if `work`
// ends.
bool is_regular(const Builder& builder, NodeId root, AutomataWork& work) {
  struct Step {
    NodeId node;
    std::vector<NodeId> parts;
  };
  std::unordered_map<NodeId, bool> is_done;  // false: on the path
  std::vector<Step> path;
  const auto enter = [&](NodeId node) {
    auto below = parts(builder, builder.node(node));
    if (!below || work.is_spent()) return false;
    work.spend(1 + below->size());
    is_done[node] = false;
    path.push_back({node, *std::move(below)});
    return true;
  };
  if (!enter(root)) return false;
  while (!path.empty()) {
    Step& step = path.back();
    if (step.parts.empty()) {
      is_done[step.node] = true;
      path.pop_back();
      continue;
    }
    const NodeId next = step.parts.back();
    step.parts.pop_back();
    if (const auto seen = is_done.find(next); seen != is_done.end()) {
      if (!seen->second) return false;
    } else if (!enter(next)) {
      return false;
    }
  }
  return true;
}

void lay(Nfa& nfa, const Builder& builder, NodeId root) {
  PartsToLay<NodeId> work(nfa);
  work.add(root, Nfa::kStart, Nfa::kAccept);
  while (!work.empty() && !nfa.is_full()) {
    const auto [id, from, to] = work.take();
    const Node& node = builder.node(id);
    switch (node.kind) {
      case NodeKind::kNothing:
      case NodeKind::kList: break;
      case NodeKind::kEmpty: nfa.skip(from, to); break;
      case NodeKind::kLiteral: nfa.read(from, node.bytes, to); break;
      case NodeKind::kCharacters: nfa.read(from, node.ranges, to); break;
      case NodeKind::kAutomaton: nfa.read(from, as_dfa(node.automaton)->table(), to); break;
      case NodeKind::kSequence: work.add_sequence(node.children, from, to); break;
      case NodeKind::kChoice: work.add_choice(node.children, from, to); break;
      case NodeKind::kRepeat: work.add_repeat(node.children[0], node.min, node.max, from, to); break;
      case NodeKind::kRule: work.add(builder.rule_at(node.rule).definition, from, to); break;
    }
  }
}

}  // namespace

std::optional<DfaPtr> Dfa::from_node(const Builder& builder, NodeId node, AutomataWork* work) {
  AutomataWork own_work;
  if (work == nullptr) work = &own_work;
  if (!is_regular(builder, node, *work)) return std::nullopt;
  Nfa nfa(std::min(Nfa::kMaxParts, work->n_left()));
  lay(nfa, builder, node);
  const auto table = nfa.determinized(kMaxDfaStates, *work);
  if (!table) return std::nullopt;
  return std::make_shared<const Dfa>(*table);
}

}  // namespace linnet::grammar
