#include "grammar/analysis.h"

#include <algorithm>
#include <utility>

#include "grammar/dfa.h"

namespace linnet::grammar {
namespace {

constexpr std::size_t kMaxPositions = std::size_t{1} << 32;

}  // namespace

Analysis::Analysis(const Builder& builder) : builder_(builder), users_(builder.n_nodes()) {
  for (NodeId id = 0; id < builder.n_nodes(); ++id) {
    const Node& node = builder.node(id);
    for (const NodeId child : node.children) users_[child].push_back(id);
    if (node.kind == NodeKind::kRule) users_[builder.rule_at(node.rule).definition].push_back(id);
  }
  can_be_written_.resize(builder.n_nodes(), false);
  grow(can_be_written_, [this](const Node& node) { return now_written(node); });
  can_be_empty_.resize(builder.n_nodes(), false);
  grow(can_be_empty_, [this](const Node& node) { return now_empty(node); });
  count_positions();
}

// The least set that is closed under `holds`, which never turns false as the set grows.
template <class Holds>
void Analysis::grow(std::vector<bool>& holds_of, Holds&& holds) const {
  std::vector<NodeId> queue;
  std::vector<NodeId> lists;  // to be looked at once more is known, as each takes all its members' time
  std::vector<bool> is_listed(holds_of.size(), false);
  const auto decide = [&](NodeId id) {
    if (holds_of[id] || !holds(builder_.node(id))) return;
    holds_of[id] = true;
    queue.push_back(id);
  };
  const auto consider = [&](NodeId id) {
    if (builder_.node(id).kind != NodeKind::kList) return decide(id);
    if (!is_listed[id]) lists.push_back(id);
    is_listed[id] = true;
  };
  for (NodeId id = 0; id < holds_of.size(); ++id) consider(id);
  while (!queue.empty() || !lists.empty()) {
    while (!queue.empty()) {
      const NodeId id = queue.back();
      queue.pop_back();
      for (const NodeId user : users_[id]) consider(user);
    }
    for (const NodeId id : std::exchange(lists, {})) {
      is_listed[id] = false;
      decide(id);
    }
  }
}

bool Analysis::now_written(const Node& node) const {
  const auto written = [this](NodeId id) { return bool{can_be_written_[id]}; };
  switch (node.kind) {
    case NodeKind::kNothing: return false;
    case NodeKind::kEmpty:
    case NodeKind::kLiteral:
    case NodeKind::kCharacters:
    case NodeKind::kAutomaton: return true;
    case NodeKind::kSequence: return std::all_of(node.children.begin(), node.children.end(), written);
    case NodeKind::kChoice: return std::any_of(node.children.begin(), node.children.end(), written);
    case NodeKind::kRepeat: return node.min == 0 || written(node.children[0]);
    case NodeKind::kRule: return written(builder_.rule_at(node.rule).definition);
    case NodeKind::kList: return written(node.children[0]) && tracker_of(node) != nullptr;
  }
  return false;
}

bool Analysis::now_empty(const Node& node) const {
  const auto empty = [this](NodeId id) { return bool{can_be_empty_[id]}; };
  switch (node.kind) {
    case NodeKind::kNothing:
    case NodeKind::kLiteral:
    case NodeKind::kCharacters: return false;
    case NodeKind::kEmpty: return true;
    case NodeKind::kAutomaton: return node.automaton->accepts(node.automaton->start());
    case NodeKind::kSequence: return std::all_of(node.children.begin(), node.children.end(), empty);
    case NodeKind::kChoice: return std::any_of(node.children.begin(), node.children.end(), empty);
    case NodeKind::kRepeat: return node.min == 0 || empty(node.children[0]);
    case NodeKind::kRule: return empty(builder_.rule_at(node.rule).definition);
    case NodeKind::kList: return node.tracker->accepts(node.tracker->start());
  }
  return false;
}

TrackerPtr Analysis::tracker_of(const Node& list) const {
  std::vector<std::size_t> absent;
  for (std::size_t i = 1; i < list.children.size(); ++i) {
    if (!can_be_written_[list.children[i]]) absent.push_back(i - 1);
  }
  return absent.empty() ? list.tracker : list.tracker->without(absent);
}

std::size_t Analysis::positions(const Node& node) const {
  std::size_t n = 1;
  if (node.kind == NodeKind::kLiteral) n = node.bytes.size();
  if (node.kind == NodeKind::kAutomaton) {
    const auto* dfa = dynamic_cast<const Dfa*>(node.automaton.get());
    if (dfa == nullptr) return kNotRegular;
    n = dfa->n_states();
  }
  if (node.kind == NodeKind::kList) return kNotRegular;
  if (node.kind == NodeKind::kRule) return n_positions_[builder_.rule_at(node.rule).definition];
  for (const NodeId child : node.children) {
    if (n_positions_[child] == kNotRegular) return kNotRegular;
    n += n_positions_[child];
  }
  if (node.kind == NodeKind::kRepeat) n *= node.max == kNoLimit ? std::max(1u, node.min) : node.max;
  return n > kMaxPositions ? kNotRegular : n;
}

// From the leaves up; nodes that depend on themselves are never reached and remain not regular.
void Analysis::count_positions() {
  n_positions_.assign(builder_.n_nodes(), kNotRegular);
  std::vector<std::size_t> n_unknown(builder_.n_nodes());
  std::vector<NodeId> queue;
  for (NodeId id = 0; id < builder_.n_nodes(); ++id) {
    const Node& node = builder_.node(id);
    n_unknown[id] = node.children.size() + (node.kind == NodeKind::kRule ? 1 : 0);
    if (n_unknown[id] == 0) queue.push_back(id);
  }
  while (!queue.empty()) {
    const NodeId id = queue.back();
    queue.pop_back();
    n_positions_[id] = positions(builder_.node(id));
    for (const NodeId user : users_[id]) {
      if (--n_unknown[user] == 0) queue.push_back(user);
    }
  }
}

std::vector<NodeId> Analysis::beginnings(const Node& node) const {
  if (node.kind == NodeKind::kRule) return {builder_.rule_at(node.rule).definition};
  std::vector<NodeId> first = node.children;
  if (node.kind == NodeKind::kSequence) {
    const auto end =
        std::find_if(first.begin(), first.end(), [this](NodeId id) { return !can_be_empty_[id]; });
    if (end != first.end()) first.erase(end + 1, first.end());
  }
  if (node.kind == NodeKind::kList) first.erase(first.begin());
  return first;
}

std::optional<RuleId> Analysis::left_recursion(NodeId root) const {
  // Every node that the root reaches, and from each a search along beginnings: a node met while it is still
  // on the path begins with itself.
  enum class Mark : std::uint8_t { kNew, kOnPath, kDone };
  std::vector<Mark> marks(builder_.n_nodes(), Mark::kNew);
  const auto search = [&](NodeId start) -> std::optional<RuleId> {
    std::vector<std::pair<NodeId, std::vector<NodeId>>> path;
    const auto enter = [&](NodeId id) {
      marks[id] = Mark::kOnPath;
      path.emplace_back(id, beginnings(builder_.node(id)));
    };
    if (marks[start] == Mark::kNew) enter(start);
    while (!path.empty()) {
      auto& [id, rest] = path.back();
      if (rest.empty()) {
        marks[id] = Mark::kDone;
        path.pop_back();
        continue;
      }
      const NodeId next = rest.back();
      rest.pop_back();
      if (marks[next] == Mark::kNew)
        enter(next);
      else if (marks[next] == Mark::kOnPath) {
        for (auto at = path.rbegin(); at != path.rend(); ++at) {
          if (builder_.node(at->first).kind == NodeKind::kRule) return builder_.node(at->first).rule;
        }
      }
    }
    return std::nullopt;
  };
  std::vector<bool> is_reached(builder_.n_nodes(), false);
  std::vector<NodeId> queue{root};
  is_reached[root] = true;
  while (!queue.empty()) {
    const NodeId id = queue.back();
    queue.pop_back();
    if (const auto rule = search(id)) return rule;
    std::vector<NodeId> next = builder_.node(id).children;
    if (builder_.node(id).kind == NodeKind::kRule) {
      next.push_back(builder_.rule_at(builder_.node(id).rule).definition);
    }
    for (const NodeId child : next) {
      if (is_reached[child]) continue;
      is_reached[child] = true;
      queue.push_back(child);
    }
  }
  return std::nullopt;
}

}  // namespace linnet::grammar
