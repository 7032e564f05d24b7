#include "grammar/dfa.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "grammar/dfa_measures.h"
#include "grammar/nfa.h"

namespace linnet::grammar {

SharedClasses::SharedClasses(const DfaTable& a, const DfaTable& b) {
  std::map<std::pair<std::uint8_t, std::uint8_t>, std::uint8_t> ids;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const auto [at, is_new] =
        ids.try_emplace({a.class_of[byte], b.class_of[byte]}, static_cast<std::uint8_t>(bytes.size()));
    if (is_new) bytes.push_back(static_cast<std::uint8_t>(byte));
    class_of[byte] = at->second;
  }
}

Dfa::Dfa(const DfaTable& table)
    : table_(minimized(table)), continues_(table_.n_states(), 0), n_plain_(plain_characters(table_)) {
  for (std::size_t i = 0; i < table_.next.size(); ++i) {
    if (table_.next[i] != DfaTable::kDead) continues_[i / table_.n_classes] = 1;
  }
}

DfaPtr Dfa::literal(std::string_view bytes) {
  std::array<bool, 256> occurs{};
  for (const char c : bytes) occurs[static_cast<std::uint8_t>(c)] = true;
  const auto n_used = static_cast<std::size_t>(std::count(occurs.begin(), occurs.end(), true));
  DfaTable table{.n_classes = std::min<std::size_t>(n_used + 1, 256)};
  for (std::size_t byte = 0, next = 0; byte < 256; ++byte) {
    table.class_of[byte] = static_cast<std::uint8_t>(occurs[byte] ? next++ : n_used);
  }
  table.accepts.assign(bytes.size() + 1, 0);
  table.accepts.back() = 1;
  table.next.assign((bytes.size() + 1) * table.n_classes, DfaTable::kDead);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    table.next[i * table.n_classes + table.class_of[static_cast<std::uint8_t>(bytes[i])]] =
        static_cast<std::uint32_t>(i + 1);
  }
  return std::make_shared<const Dfa>(table);
}

DfaPtr Dfa::any_text() {
  static const DfaPtr any = [] {
    Nfa nfa;
    const Nfa::StateId loop = nfa.add_state();
    nfa.skip(Nfa::kStart, loop);
    nfa.read(loop, CharacterSet(character_set({{0, kLastCodePoint}})), loop);
    nfa.skip(loop, Nfa::kAccept);
    AutomataWork work;
    return std::make_shared<const Dfa>(*nfa.determinized(kMaxDfaStates, work));
  }();
  return any;
}

std::optional<State> Dfa::next(State state, std::uint8_t byte) const noexcept {
  const std::uint32_t to = table_.after(static_cast<std::uint32_t>(state.a), byte);
  if (to == DfaTable::kDead) return std::nullopt;
  return State{.a = to};
}

bool Dfa::matches(std::string_view text) const noexcept {
  if (is_empty()) return false;
  std::uint32_t state = 0;
  for (const char c : text) {
    state = table_.after(state, static_cast<std::uint8_t>(c));
    if (state == DfaTable::kDead) return false;
  }
  return table_.accepts[state] != 0;
}

std::optional<std::vector<std::string>> Dfa::texts(std::size_t limit) const {
  std::vector<std::string> found;
  if (is_empty()) return found;
  struct Step {
    std::uint32_t state;
    int byte;  // to be tried next
  };
  std::vector<Step> path{{0, 0}};
  std::string text;
  while (!path.empty()) {
    auto& [state, byte] = path.back();
    if (byte == 0 && table_.accepts[state]) {
      if (found.size() == limit) return std::nullopt;
      found.push_back(text);
    }
    while (byte < 256 && table_.after(state, static_cast<std::uint8_t>(byte)) == DfaTable::kDead) ++byte;
    if (byte == 256) {
      path.pop_back();
      if (!text.empty()) text.pop_back();
      continue;
    }
    if (path.size() > n_states()) return std::nullopt;  // a state twice on a path: no end of texts
    text.push_back(static_cast<char>(byte));
    const std::uint32_t to = table_.after(state, static_cast<std::uint8_t>(byte++));
    path.push_back({to, 0});
  }
  return found;
}

std::size_t Dfa::min_length() const { return shortest_text(table_); }

std::size_t Dfa::max_length() const { return longest_text(table_); }

}  // namespace linnet::grammar
