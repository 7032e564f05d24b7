#include "grammar/nfa.h"

#include <algorithm>

namespace linnet::grammar {

Nfa::StateId Nfa::add_state() {
  if (is_full()) return kAccept;
  ++n_parts_;
  states_.emplace_back();
  return static_cast<StateId>(states_.size() - 1);
}

void Nfa::add_read(StateId from, std::uint8_t first, std::uint8_t last, StateId to) {
  if (is_full()) return;
  ++n_parts_;
  states_[from].reads.push_back({first, last, to});
}

void Nfa::add_skip(StateId from, StateId to, std::uint32_t check) {
  if (is_full()) return;
  ++n_parts_;
  states_[from].skips.push_back({to, check});
}

void Nfa::add_check(StateId from, StateId to, Check check) {
  add_skip(from, to, static_cast<std::uint32_t>(checks_.size()));
  if (!is_full()) checks_.push_back(std::move(check));
}

void Nfa::skip(StateId from, StateId to) { add_skip(from, to, kNone); }

void Nfa::check_before(StateId from, std::size_t prefix, bool is_wanted, StateId to) {
  add_check(from, to, {.prefix = prefix, .rest = nullptr, .is_wanted = is_wanted});
}

void Nfa::check_after(StateId from, std::shared_ptr<const Nfa> rest, bool is_wanted, StateId to) {
  add_check(from, to, {.prefix = 0, .rest = std::move(rest), .is_wanted = is_wanted});
}

void Nfa::read_anything(StateId from) {
  if (anything_ == kNone) {
    anything_ = add_state();
    skip(anything_, kAccept);
    read(anything_, complement({}), anything_);
  }
  skip(from, anything_);
}

void Nfa::read(StateId from, std::string_view bytes, StateId to) {
  for (std::size_t i = 0; i < bytes.size() && !is_full(); ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    const StateId after = i + 1 == bytes.size() ? to : add_state();
    add_read(from, byte, byte, after);
    from = after;
  }
  if (bytes.empty()) skip(from, to);
}

void Nfa::read(StateId from, const CharacterSet& set, StateId to) {
  auto at = graphs_.find(set);
  if (at == graphs_.end()) at = graphs_.emplace(set, utf8_graph(set)).first;
  const auto& nodes = at->second.nodes;
  std::vector<StateId> copies(nodes.size(), to);
  copies.back() = from;
  for (std::size_t node = 1; node < nodes.size() && !is_full(); ++node) {
    if (node + 1 < nodes.size()) copies[node] = add_state();
    for (const auto& [first, last, next] : nodes[node]) add_read(copies[node], first, last, copies[next]);
  }
}

void Nfa::read(StateId from, const DfaTable& table, StateId to) {
  if (table.n_states() >= max_parts_ - std::min(n_parts_, max_parts_)) n_parts_ = max_parts_;
  if (table.n_states() == 0 || is_full()) return;
  const auto base = static_cast<StateId>(states_.size());
  for (std::size_t s = 0; s < table.n_states(); ++s) add_state();
  skip(from, base);
  for (std::size_t s = 0; s < table.n_states() && !is_full(); ++s) {
    const StateId copy = base + static_cast<StateId>(s);
    if (table.accepts[s]) skip(copy, to);
    const auto target = [&](int byte) {
      return table.next[s * table.n_classes + table.class_of[static_cast<std::size_t>(byte)]];
    };
    for (int first = 0, byte = 0; byte < 256; ++byte) {
      if (byte < 255 && target(byte + 1) == target(byte)) continue;
      if (target(byte) != DfaTable::kDead) {
        add_read(copy, static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(byte),
                 base + target(byte));
      }
      first = byte + 1;
    }
  }
}

}  // namespace linnet::grammar
