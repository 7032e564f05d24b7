#include "grammar/machine.h"

#include <algorithm>
#include <utility>

namespace linnet::grammar {
namespace {

// A round of the finalizer of SplitMix64 (Steele, Lea, Flood 2014), which mixes every bit into every other.
std::uint64_t mix(std::uint64_t hash, std::uint64_t value) noexcept {
  std::uint64_t x = hash * 0x9E3779B97F4A7C15u + value;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace

std::size_t Machine::Hash::operator()(const Cell& cell) const noexcept {
  const std::uint64_t place = (std::uint64_t{cell.node} << 32) | cell.position;
  return mix(mix(mix(mix(0, place), cell.state.a), cell.state.b), cell.parent);
}

std::size_t Machine::Hash::operator()(const Step& step) const noexcept {
  const std::uint64_t kind = (std::uint64_t{step.n_fresh} << 1) | (step.is_entering ? 1 : 0);
  return mix(mix(0, kind), (std::uint64_t{step.node} << 32) | step.cell);
}

Machine::Machine(GrammarPtr grammar) : grammar_(std::move(grammar)) {
  cells_.emplace_back();  // the bottom of every stack
  configs_.resize(kStart + 1);
  plan({.is_entering = true, .node = grammar_->root});
  close();
  is_too_wide_ = is_too_wide_ || threads_.size() > kMaxThreads;
  if (!std::exchange(is_too_wide_, false)) {
    configs_[kStart] = {.threads = threads_, .accepts = accepts_, .next = nullptr};
  }
  threads_.clear();
  accepts_ = false;
}

ConfigId Machine::work_out(ConfigId config, std::uint8_t byte) {
  if (config < kStart) return config;
  std::unique_ptr<ConfigId[]>& row = configs_[config].next;
  if (!row) {
    row = std::make_unique<ConfigId[]>(256);
    std::fill_n(row.get(), 256, kUnknown);
    n_bytes_ += 256 * sizeof(ConfigId);
  }
  const ConfigId after = compute(config, byte);
  configs_[config].next[byte] = after;  // compute() may have moved the configurations
  return after;
}

ConfigId Machine::next(ConfigId config, std::string_view bytes) {
  for (const char byte : bytes) config = next(config, static_cast<std::uint8_t>(byte));
  return config;
}

std::optional<std::uint8_t> Machine::only_byte(ConfigId config) const noexcept {
  if (accepts(config)) return std::nullopt;
  std::optional<std::uint8_t> only;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto leads_on = [&](const Thread& thread) {
      return grammar_->nodes[thread.node]
          .automaton->next(thread.state, static_cast<std::uint8_t>(byte))
          .has_value();
    };
    const auto& threads = configs_[config].threads;
    if (std::none_of(threads.begin(), threads.end(), leads_on)) continue;
    if (only) return std::nullopt;
    only = static_cast<std::uint8_t>(byte);
  }
  return only;
}

std::size_t Machine::n_plain_characters(ConfigId config) const noexcept {
  std::size_t most = 0;
  for (const Thread& thread : configs_[config].threads) most = std::max(most, n_plain(thread));
  return most;
}

ConfigId Machine::without_plain(ConfigId config) {
  std::vector<Thread> threads = configs_[config].threads;
  std::erase_if(threads, [this](const Thread& thread) { return n_plain(thread) > 0; });
  return threads.size() == configs_[config].threads.size() ? config : intern(std::move(threads), false);
}

ConfigId Machine::representative(ConfigId config, std::size_t n_bytes) {
  std::vector<Thread> threads = configs_[config].threads;
  for (Thread& thread : threads) {
    thread.state = grammar_->nodes[thread.node].automaton->representative(thread.state, n_bytes);
  }
  return threads == configs_[config].threads ? config : intern(std::move(threads), accepts(config));
}

ConfigId Machine::compact(ConfigId config) {
  std::vector<CellId> kept;
  for (const Thread& thread : configs_[config].threads) {
    for (CellId id = thread.cell; id != 0; id = cells_[id].parent) kept.push_back(id);
  }
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  const std::vector<Cell> cells = std::exchange(cells_, {});
  std::vector<Thread> threads = std::move(configs_[config].threads);
  const bool accepts = configs_[config].accepts;
  *this = Machine(std::move(grammar_));
  std::unordered_map<CellId, CellId> renumbered{{0, 0}};
  for (const CellId id : kept) {  // a cell is younger than its parent
    Cell cell = cells[id];
    cell.parent = renumbered.at(cell.parent);
    renumbered.emplace(id, push(cell));
  }
  for (Thread& thread : threads) thread.cell = renumbered.at(thread.cell);
  return intern(std::move(threads), accepts);
}

Machine::CellId Machine::push(const Cell& cell) {
  const auto [known, is_new] = cell_ids_.try_emplace(cell, static_cast<CellId>(cells_.size()));
  if (is_new) {
    cells_.push_back(cell);
    n_bytes_ += 3 * sizeof(Cell);
  }
  return known->second;
}

ConfigId Machine::compute(ConfigId config, std::uint8_t byte) {
  for (const Thread& thread : configs_[config].threads) {
    const Automaton& automaton = *grammar_->nodes[thread.node].automaton;
    const std::optional<State> state = automaton.next(thread.state, byte);
    if (!state) continue;
    if (automaton.continues(*state)) threads_.push_back({thread.cell, thread.node, *state});
    if (automaton.accepts(*state)) plan({.cell = thread.cell});
  }
  close();
  const bool accepts = std::exchange(accepts_, false);
  std::vector<Thread> threads = std::exchange(threads_, {});
  return std::exchange(is_too_wide_, false) ? kTooMany : intern(std::move(threads), accepts);
}

ConfigId Machine::intern(std::vector<Thread> threads, bool accepts) {
  if (threads.size() > kMaxThreads) return kTooMany;
  if (threads.empty() && !accepts) return kDead;
  std::sort(threads.begin(), threads.end());
  threads.erase(std::unique(threads.begin(), threads.end()), threads.end());
  std::uint64_t hash = accepts ? 1 : 0;
  for (const Thread& thread : threads) {
    const std::uint64_t place = (std::uint64_t{thread.node} << 32) | thread.cell;
    hash = mix(mix(mix(hash, place), thread.state.a), thread.state.b);
  }
  const auto [begin, end] = config_ids_.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    const Config& known = configs_[at->second];
    if (known.accepts == accepts && known.threads == threads) return at->second;
  }
  const auto id = static_cast<ConfigId>(configs_.size());
  n_bytes_ += 2 * sizeof(Config) + threads.size() * sizeof(Thread);
  configs_.push_back({.threads = std::move(threads), .accepts = accepts, .next = nullptr});
  config_ids_.emplace(hash, id);
  return id;
}

void Machine::plan(const Step& step) {
  if (planned_.insert(step).second) steps_.push_back(step);
}

// From what is planned to the automata that read the next byte.
void Machine::close() {
  while (!steps_.empty()) {
    const Step step = steps_.back();
    steps_.pop_back();
    if (planned_.size() > 8 * kMaxThreads) {
      is_too_wide_ = true;
      steps_.clear();
      break;
    }
    if (step.is_entering) {
      enter(step);
    } else {
      leave(step);
    }
  }
  planned_.clear();
}

void Machine::enter(const Step& step) {
  const Node& node = grammar_->nodes[step.node];
  switch (node.kind) {
    case NodeKind::kAutomaton: {
      const State start = node.automaton->start();
      if (node.automaton->continues(start)) threads_.push_back({step.cell, step.node, start});
      if (node.automaton->accepts(start)) plan({.cell = step.cell, .n_fresh = step.n_fresh});
      break;
    }
    case NodeKind::kSequence: go_on_sequence(step.node, 0, step.cell, step.n_fresh); break;
    case NodeKind::kChoice:
      for (const NodeId child : node.children) plan({true, child, step.cell, step.n_fresh});
      break;
    case NodeKind::kRepeat: go_on_repeat(step.node, 0, step.cell, step.n_fresh); break;
    case NodeKind::kRule: plan({true, grammar_->rules[node.rule].definition, step.cell, step.n_fresh}); break;
    case NodeKind::kList:
      if (node.tracker->accepts(node.tracker->start())) plan({.cell = step.cell, .n_fresh = step.n_fresh});
      enter_members(step.node, nullptr, step.cell, step.n_fresh);
      break;
    default: plan({.cell = step.cell, .n_fresh = step.n_fresh}); break;  // kEmpty: nothing else is left
  }
}

void Machine::leave(const Step& step) {
  if (step.cell == 0) {
    accepts_ = true;
    return;
  }
  const Cell cell = cells_[step.cell];
  const Node& node = grammar_->nodes[cell.node];
  const bool is_fresh = step.n_fresh > 0;
  const std::uint32_t n_fresh = is_fresh ? step.n_fresh - 1 : 0;
  if (node.kind == NodeKind::kSequence) {
    go_on_sequence(cell.node, cell.position, cell.parent, n_fresh);
  } else if (node.kind == NodeKind::kRepeat) {
    // A round that took no byte would go on for ever, and what comes after has been planned already.
    if (!is_fresh) go_on_repeat(cell.node, cell.position, cell.parent, n_fresh);
  } else if (cell.position == kAfterSeparator) {
    enter_members(cell.node, &cell.state, cell.parent, n_fresh);
  } else {
    if (node.tracker->accepts(cell.state)) plan({.cell = cell.parent, .n_fresh = n_fresh});
    for (std::size_t member = 0; member + 1 < node.children.size(); ++member) {
      if (!node.tracker->next(cell.state, member)) continue;
      const Cell after{cell.node, kAfterSeparator, cell.state, cell.parent};
      plan({true, node.children[0], push(after), n_fresh + 1});
      break;
    }
  }
}

void Machine::go_on_sequence(NodeId id, std::uint32_t position, CellId parent, std::uint32_t n_fresh) {
  const Node& node = grammar_->nodes[id];
  const NodeId child = node.children[position];
  // Nothing is left after the last child, so recursion at the end of a rule needs no stack.
  if (position + 1 == node.children.size()) {
    plan({true, child, parent, n_fresh});
  } else {
    plan({true, child, push({id, position + 1, {}, parent}), n_fresh + 1});
  }
}

void Machine::go_on_repeat(NodeId id, std::uint32_t count, CellId parent, std::uint32_t n_fresh) {
  const Node& node = grammar_->nodes[id];
  if (count >= node.min) plan({.cell = parent, .n_fresh = n_fresh});
  if (count == node.max) return;
  if (count + 1 == node.max) {
    plan({true, node.children[0], parent, n_fresh});
    return;
  }
  const std::uint32_t after = node.max == kNoLimit ? std::min(count + 1, node.min) : count + 1;
  plan({true, node.children[0], push({id, after, {}, parent}), n_fresh + 1});
}

// The members that may stand first, or after those that led to the state `before`.
void Machine::enter_members(NodeId id, const State* before, CellId parent, std::uint32_t n_fresh) {
  const Node& node = grammar_->nodes[id];
  const State state = before != nullptr ? *before : node.tracker->start();
  for (std::size_t member = 0; member + 1 < node.children.size(); ++member) {
    const std::optional<State> after = node.tracker->next(state, member);
    if (!after) continue;
    plan({true, node.children[member + 1], push({id, kAfterMember, *after, parent}), n_fresh + 1});
  }
}

}  // namespace linnet::grammar
