#include "grammar/dfa_measures.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "grammar/automaton.h"
#include "grammar/nfa.h"

namespace linnet::grammar {
namespace {

constexpr std::size_t kUnlimited = Automaton::kUnlimited;

// For each class, whether its bytes begin a character. Where a class is alive all of its bytes are, and in
// valid UTF-8 a state continues a character or begins one.
std::vector<std::size_t> characters_begun(const DfaTable& table) {
  std::vector<std::size_t> begun(table.n_classes, 0);
  for (std::size_t byte = 0; byte < 256; ++byte) {
    if ((byte & 0xC0) != 0x80) begun[table.class_of[byte]] = 1;
  }
  return begun;
}

// The characters that may stand in a JSON string as they are, as often as you like; state 0 is between two.
const DfaTable& plain_text() {
  static const DfaTable table = [] {
    Nfa nfa;
    const Nfa::StateId loop = nfa.add_state();
    nfa.skip(Nfa::kStart, loop);
    nfa.read(loop, character_set({{' ', '!'}, {'#', '['}, {']', kLastCodePoint}}), loop);
    nfa.skip(loop, Nfa::kAccept);
    AutomataWork work;
    return minimized(*nfa.determinized(16, work));
  }();
  return table;
}

// Shortest distances to a set of nodes over edges of length 0 and 1, which are given backwards.
class Distances {
 public:
  explicit Distances(std::size_t n_nodes) : distance_(n_nodes, kUnlimited) {}

  void add_edge(std::size_t from, std::size_t to, bool length) {
    edges_.push_back({static_cast<std::uint32_t>(to), static_cast<std::uint32_t>(from), length});
  }
  /// is_end: whether every way ends there.
  void add_goal(std::size_t node, bool is_end) {
    if (!is_end) passed_.push_back(static_cast<std::uint32_t>(node));
    if (distance_[node] == 0) return;
    distance_[node] = 0;
    queue_.push_back(node);
  }
  const std::vector<std::size_t>& run() {
    std::sort(edges_.begin(), edges_.end(), [](const Edge& a, const Edge& b) { return a.to < b.to; });
    std::vector<char> is_done(distance_.size(), 0);
    while (!queue_.empty()) {
      const std::size_t node = queue_.front();
      queue_.pop_front();
      if (is_done[node]) continue;
      is_done[node] = 1;
      for (auto edge = first_into(node); edge != edges_.end() && edge->to == node; ++edge) {
        const std::size_t distance = distance_[node] + edge->length;
        if (distance >= distance_[edge->from]) continue;
        distance_[edge->from] = distance;
        if (edge->length) {
          queue_.push_back(edge->from);
        } else {
          queue_.push_front(edge->from);
        }
      }
    }
    return distance_;
  }
  /// After run(): the nodes from which some way is longer than the distance, or has no end.
  std::vector<char> uneven() const {
    std::vector<char> result(distance_.size(), 0);
    std::vector<std::uint32_t> work = passed_;
    for (const Edge& e : edges_) {
      const bool is_even = distance_[e.to] == kUnlimited ? distance_[e.from] == kUnlimited
                                                         : distance_[e.from] == distance_[e.to] + e.length;
      if (!is_even) work.push_back(e.from);
    }
    while (!work.empty()) {
      const std::uint32_t node = work.back();
      work.pop_back();
      if (result[node]) continue;
      result[node] = 1;
      for (auto edge = first_into(node); edge != edges_.end() && edge->to == node; ++edge) {
        work.push_back(edge->from);
      }
    }
    return result;
  }

 private:
  struct Edge {
    std::uint32_t to, from;
    bool length;
  };
  // Once edges_ is sorted.
  std::vector<Edge>::const_iterator first_into(std::size_t node) const {
    return std::lower_bound(edges_.begin(), edges_.end(), node,
                            [](const Edge& e, std::size_t to) { return e.to < to; });
  }

  std::vector<Edge> edges_;
  std::vector<std::uint32_t> passed_;
  std::vector<std::size_t> distance_;
  std::deque<std::size_t> queue_;
};

}  // namespace

std::size_t shortest_text(const DfaTable& table) {
  const std::vector<std::size_t> begun = characters_begun(table);
  Distances distances(table.n_states());
  for (std::size_t s = 0; s < table.n_states(); ++s) {
    if (table.accepts[s]) distances.add_goal(s, true);
    for (std::size_t c = 0; c < table.n_classes; ++c) {
      const std::uint32_t to = table.next[s * table.n_classes + c];
      if (to != DfaTable::kDead) distances.add_edge(s, to, begun[c] != 0);
    }
  }
  return distances.run()[0];
}

std::size_t longest_text(const DfaTable& table) {
  const std::vector<std::size_t> begun = characters_begun(table);
  std::vector<std::size_t> n_into(table.n_states(), 0);
  for (const std::uint32_t to : table.next) {
    if (to != DfaTable::kDead) ++n_into[to];
  }
  if (n_into[0] != 0) return kUnlimited;
  std::vector<std::size_t> longest(table.n_states(), 0);
  std::vector<std::uint32_t> ready{0};
  std::size_t result = 0;
  std::size_t n_done = 0;
  for (; !ready.empty(); ++n_done) {
    const std::uint32_t state = ready.back();
    ready.pop_back();
    result = std::max(result, longest[state]);
    for (std::size_t c = 0; c < table.n_classes; ++c) {
      const std::uint32_t to = table.next[state * table.n_classes + c];
      if (to == DfaTable::kDead) continue;
      longest[to] = std::max(longest[to], longest[state] + begun[c]);
      if (--n_into[to] == 0) ready.push_back(to);
    }
  }
  return n_done == table.n_states() ? result : kUnlimited;  // the others lie on or behind a cycle
}

std::vector<std::size_t> plain_characters(const DfaTable& table) {
  const DfaTable& plain = plain_text();
  const SharedClasses classes(table, plain);
  const std::size_t n_places = plain.n_states();  // inside a character
  // A node is a state and a place; a goal is one from which a plain character is dead, and ends the walk.
  Distances distances(table.n_states() * n_places);
  std::vector<char> is_met(table.n_states() * n_places, 0);
  std::vector<std::size_t> work;
  const auto meet = [&](std::size_t node) {
    if (!is_met[node]) is_met[node] = 1, work.push_back(node);
  };
  for (std::size_t s = 0; s < table.n_states(); ++s) meet(s * n_places);
  std::vector<std::pair<std::size_t, bool>> edges;
  while (!work.empty()) {
    const std::size_t node = work.back();
    work.pop_back();
    edges.clear();
    bool is_goal = false;
    for (const std::uint8_t byte : classes.bytes) {
      const std::uint32_t place = plain.after(static_cast<std::uint32_t>(node % n_places), byte);
      if (place == DfaTable::kDead) continue;
      const std::uint32_t state = table.after(static_cast<std::uint32_t>(node / n_places), byte);
      if (state == DfaTable::kDead) {
        is_goal = true;
      } else {
        edges.emplace_back(state * n_places + place, place == 0);
      }
    }
    if (is_goal) {
      distances.add_goal(node, edges.empty());
      continue;
    }
    for (const auto& [to, ends_character] : edges) distances.add_edge(node, to, ends_character), meet(to);
  }
  const std::vector<std::size_t>& all = distances.run();
  // Some n characters may follow, but others or more of them, too: nothing can be said.
  const std::vector<char> is_uneven = distances.uneven();
  std::vector<std::size_t> result(table.n_states());
  for (std::size_t s = 0; s < result.size(); ++s) result[s] = is_uneven[s * n_places] ? 0 : all[s * n_places];
  return result;
}

}  // namespace linnet::grammar
