#include <algorithm>

#include "grammar/dfa.h"
#include "grammar/nfa.h"

namespace linnet::grammar {
namespace {

const Dfa* as_dfa(const AutomatonPtr& automaton) { return dynamic_cast<const Dfa*>(automaton.get()); }

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
  Nfa nfa(std::min(Nfa::kMaxParts, work->n_left()));
  lay(nfa, builder, node);
  const auto table = nfa.determinized(kMaxDfaStates, *work);
  if (!table) return std::nullopt;
  return std::make_shared<const Dfa>(*table);
}

}  // namespace linnet::grammar
