#include "grammar/checks.h"

#include <algorithm>

#include "grammar/dfa.h"

namespace linnet::grammar {
namespace {

constexpr std::uint32_t kDead = DfaTable::kDead;

// Whether the language of `table` from `state` on is all of valid UTF-8.
bool reads_anything(const DfaTable& table, std::uint32_t state) {
  const DfaTable& any = Dfa::any_text()->table();
  std::vector<std::uint32_t> twin(any.n_states(), kDead);  // the state of `table` beside each of `any`
  twin[0] = state;
  std::vector<std::uint32_t> work{0};
  while (!work.empty()) {
    const std::uint32_t place = work.back();
    work.pop_back();
    if (table.accepts[twin[place]] != any.accepts[place]) return false;
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t to = any.after(place, static_cast<std::uint8_t>(byte));
      const std::uint32_t twin_to = table.after(twin[place], static_cast<std::uint8_t>(byte));
      if (to == kDead) continue;  // never asked
      if (twin_to == kDead) return false;
      if (twin[to] == kDead) {
        twin[to] = twin_to;
        work.push_back(to);
      } else if (twin[to] != twin_to) {
        return false;  // minimal tables have no two states alike
      }
    }
  }
  return true;
}

}  // namespace

std::uint32_t PrefixStates::number(States states) {
  const auto [at, is_new] = ids_.try_emplace(std::move(states), static_cast<std::uint32_t>(all_.size()));
  if (is_new) all_.push_back(at->first);
  return at->second;
}

std::uint32_t PrefixStates::after(std::uint32_t id, std::uint8_t byte) {
  if (all_[id].empty()) return id;
  if (const auto at = steps_.find({id, byte}); at != steps_.end()) return at->second;
  States states = all_[id];
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i] != kDead) states[i] = prefixes_[i].after(states[i], byte);
  }
  return steps_[{id, byte}] = number(std::move(states));
}

bool PrefixStates::accepts(std::uint32_t id, std::size_t prefix) const noexcept {
  const std::uint32_t state = all_[id][prefix];
  return state != kDead && prefixes_[prefix].accepts[state];
}

std::size_t Demands::add_automaton(DfaTable table) {
  std::uint32_t satisfied = kDead;
  for (std::uint32_t s = 0; s < table.n_states() && satisfied == kDead; ++s) {
    if (table.accepts[s] && reads_anything(table, s)) satisfied = s;
  }
  automata_.push_back({std::move(table), satisfied});
  return automata_.size() - 1;
}

std::uint32_t Demands::number(Set set) {
  const auto [at, is_new] = ids_.try_emplace(std::move(set), static_cast<std::uint32_t>(all_.size()));
  if (is_new) all_.push_back(at->first);
  return at->second;
}

std::optional<std::uint32_t> Demands::with(std::uint32_t id, std::size_t automaton) {
  const Known& known = automata_[automaton];
  if (known.table.n_states() == 0) return std::nullopt;
  if (known.satisfied == 0) return id;
  const Demand demand{static_cast<std::uint32_t>(automaton), 0};
  Set set = all_[id];
  const auto at = std::lower_bound(set.begin(), set.end(), demand);
  if (at != set.end() && *at == demand) return id;
  set.insert(at, demand);
  return number(std::move(set));
}

std::optional<std::uint32_t> Demands::after(std::uint32_t id, std::uint8_t byte) {
  if (id == 0) return id;
  if (const auto at = steps_.find({id, byte}); at != steps_.end()) return at->second;
  Set set;
  for (const auto& [automaton, state] : all_[id]) {
    const auto& [table, satisfied] = automata_[automaton];
    const std::uint32_t to = table.after(state, byte);
    if (to == kDead) return steps_[{id, byte}] = std::nullopt;
    if (to != satisfied) set.push_back({automaton, to});
  }
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return steps_[{id, byte}] = number(std::move(set));
}

bool Demands::accepts(std::uint32_t id) const noexcept {
  return std::all_of(all_[id].begin(), all_[id].end(), [&](const Demand& demand) {
    return automata_[demand.automaton].table.accepts[demand.state] != 0;
  });
}

}  // namespace linnet::grammar
