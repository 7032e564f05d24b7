#include <algorithm>
#include <bitset>
#include <unordered_map>

#include "grammar/nfa.h"

namespace linnet::grammar {

class Determinizer {
 public:
  Determinizer(const Nfa& nfa, std::size_t max_states)
      : nfa_(nfa), max_states_(max_states), seen_(nfa.states_.size(), 0) {}

  std::optional<DfaTable> run() {
    find_classes();
    targets_.resize(table_.n_classes);
    if (state_of({Nfa::kStart}) == DfaTable::kDead) return std::nullopt;
    for (std::size_t s = 0; s < sets_.size(); ++s) {
      if (!expand(s)) return std::nullopt;
    }
    return std::move(table_);
  }

 private:
  using Set = std::vector<Nfa::StateId>;
  struct SetHash {
    std::size_t operator()(const Set& set) const noexcept {
      std::uint64_t hash = set.size();
      for (const Nfa::StateId state : set) {
        hash = (hash ^ state) * 0x9E3779B97F4A7C15u;  // 2^64 / golden ratio
        hash ^= hash >> 32;
      }
      return static_cast<std::size_t>(hash);
    }
  };
  using Ids = std::unordered_map<Set, std::uint32_t, SetHash>;

  // Steps over edges and states; half a second of work at most.
  static constexpr std::size_t kMaxWork = 20'000'000;

  // Bytes that no edge tells apart are one class.
  void find_classes() {
    std::bitset<257> begins;
    for (const auto& state : nfa_.states_) {
      for (const auto& [first, last, to] : state.reads) begins.set(first), begins.set(last + 1u);
    }
    std::size_t n_classes = 1;
    for (std::size_t byte = 1; byte < 256; ++byte) {
      n_classes += begins[byte];
      table_.class_of[byte] = static_cast<std::uint8_t>(n_classes - 1);
    }
    table_.n_classes = n_classes;
  }

  // The states that read or accept among those that `set` reaches without a byte.
  Set closure(Set set) {
    Set closed;
    ++n_closures_;
    for (const Nfa::StateId state : set) seen_[state] = n_closures_;
    while (!set.empty()) {
      const Nfa::StateId state = set.back();
      set.pop_back();
      if (state == Nfa::kAccept || !nfa_.states_[state].reads.empty()) closed.push_back(state);
      for (const Nfa::StateId to : nfa_.states_[state].skips) {
        ++work_;
        if (seen_[to] != n_closures_) seen_[to] = n_closures_, set.push_back(to);
      }
    }
    std::sort(closed.begin(), closed.end());
    return closed;
  }

  // The number of the state that stands for `kernel` and what it reaches; kDead if there are too many.
  std::uint32_t state_of(Set kernel) {
    work_ += kernel.size();
    if (const auto at = kernels_.find(kernel); at != kernels_.end()) return at->second;
    Set closed = closure(kernel);
    work_ += closed.size();
    auto at = closures_.find(closed);
    if (at == closures_.end()) {
      if (sets_.size() >= max_states_) return DfaTable::kDead;
      at = closures_.emplace(std::move(closed), static_cast<std::uint32_t>(sets_.size())).first;
      sets_.push_back(&at->first);  // nodes of an unordered_map stay where they are
      table_.accepts.push_back(std::binary_search(at->first.begin(), at->first.end(), Nfa::kAccept));
    }
    kernels_.emplace(std::move(kernel), at->second);
    return at->second;
  }

  bool expand(std::size_t from) {
    for (Set& set : targets_) set.clear();
    for (const Nfa::StateId state : *sets_[from]) {
      for (const auto& [first, last, to] : nfa_.states_[state].reads) {
        const std::size_t last_class = table_.class_of[last];
        for (std::size_t c = table_.class_of[first]; c <= last_class; ++c) targets_[c].push_back(to);
        work_ += last_class + 1 - table_.class_of[first];
      }
    }
    const std::size_t row = table_.next.size();
    table_.next.resize(row + table_.n_classes, DfaTable::kDead);
    for (std::size_t c = 0; c < table_.n_classes; ++c) {
      Set& set = targets_[c];
      if (set.empty()) continue;
      std::sort(set.begin(), set.end());
      set.erase(std::unique(set.begin(), set.end()), set.end());
      table_.next[row + c] = state_of(set);
      if (table_.next[row + c] == DfaTable::kDead || work_ > kMaxWork) return false;
    }
    return true;
  }

  const Nfa& nfa_;
  const std::size_t max_states_;
  DfaTable table_;
  Ids kernels_;   // sets as one byte reaches them
  Ids closures_;  // the same with what they reach without a byte
  std::vector<const Set*> sets_;
  std::vector<Set> targets_;         // for each class of bytes
  std::vector<std::uint32_t> seen_;  // the closure that last saw each state of the Nfa
  std::uint32_t n_closures_ = 0;
  std::size_t work_ = 0;
};

std::optional<DfaTable> Nfa::determinized(std::size_t max_states) const {
  if (is_full()) return std::nullopt;
  return Determinizer(*this, max_states).run();
}

}  // namespace linnet::grammar
