#include <algorithm>
#include <bitset>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "grammar/checks.h"
#include "grammar/dfa.h"
#include "grammar/nfa.h"

namespace linnet::grammar {

// A state of the result stands for a set: the number of where the prefixes stand, then threads in ascending
// order. A thread is a state of the Nfa together with demands that the rest of the text must meet.
class Determinizer {
 public:
  Determinizer(const Nfa& nfa, const Prefixes& prefixes, PrefixStates::States start, std::size_t max_states,
               AutomataWork& work)
      : nfa_(nfa),
        all_prefixes_(prefixes),
        max_states_(max_states),
        work_(work),
        prefixes_(prefixes, std::move(start)),
        seen_(nfa.states_.size(), 0) {}

  std::optional<DfaTable> run() {
    find_classes();
    targets_.resize(table_.n_classes);
    if (state_of({0, thread(Nfa::kStart, 0)}) == DfaTable::kDead) return std::nullopt;
    for (std::size_t s = 0; s < sets_.size(); ++s) {
      if (!expand(s)) return std::nullopt;
    }
    if (is_too_large_) return std::nullopt;
    return std::move(table_);
  }

 private:
  using Set = std::vector<std::uint64_t>;
  struct SetHash {
    std::size_t operator()(const Set& set) const noexcept {
      std::uint64_t hash = set.size();
      for (const std::uint64_t item : set) {
        hash = (hash ^ item) * 0x9E3779B97F4A7C15u;  // 2^64 / golden ratio
        hash ^= hash >> 32;
      }
      return static_cast<std::size_t>(hash);
    }
  };
  using Ids = std::unordered_map<Set, std::uint32_t, SetHash>;
  using Boundaries = std::bitset<257>;

  static std::uint64_t thread(Nfa::StateId state, std::uint32_t demands) {
    return std::uint64_t{state} << 32 | demands;
  }
  static Nfa::StateId state_of_thread(std::uint64_t thread) {
    return static_cast<Nfa::StateId>(thread >> 32);
  }
  static std::uint32_t demands_of_thread(std::uint64_t thread) { return static_cast<std::uint32_t>(thread); }

  static void add_boundaries(const DfaTable& table, Boundaries& begins) {
    for (std::size_t byte = 1; byte < 256; ++byte) {
      if (table.class_of[byte] != table.class_of[byte - 1]) begins.set(byte);
    }
  }
  static void add_boundaries(const Nfa& nfa, Boundaries& begins) {
    for (const auto& state : nfa.states_) {
      for (const auto& [first, last, to] : state.reads) begins.set(first), begins.set(last + 1u);
    }
    std::unordered_set<const Nfa*> rests;
    for (const auto& check : nfa.checks_) {
      if (check.rest && rests.insert(check.rest.get()).second) add_boundaries(*check.rest, begins);
    }
    if (!rests.empty()) add_boundaries(Dfa::any_text()->table(), begins);
  }

  // Bytes that no edge tells apart are one class.
  void find_classes() {
    Boundaries begins;
    add_boundaries(nfa_, begins);
    for (const DfaTable& prefix : all_prefixes_) add_boundaries(prefix, begins);
    bytes_ = {0};
    for (std::size_t byte = 1; byte < 256; ++byte) {
      if (begins[byte]) bytes_.push_back(static_cast<std::uint8_t>(byte));
      table_.class_of[byte] = static_cast<std::uint8_t>(bytes_.size() - 1);
    }
    table_.n_classes = bytes_.size();
  }

  // The automaton of what `check` demands at a place where the prefixes stand so; nothing if it is too large.
  std::optional<std::size_t> automaton_of(std::uint32_t check_id, std::uint32_t prefix_states) {
    const auto& check = nfa_.checks_[check_id];
    const auto key = std::tuple(check.rest.get(), check.is_wanted, prefix_states);
    if (const auto at = automata_.find(key); at != automata_.end()) return at->second;
    if (check.rest->is_full()) return std::nullopt;
    work_.spend(check.rest->n_parts_);
    auto table =
        Determinizer(*check.rest, all_prefixes_, prefixes_.states(prefix_states), max_states_, work_).run();
    if (!table) return std::nullopt;
    work_.spend(table->next.size());
    table = minimized(*table);
    if (!check.is_wanted) {
      const auto others = Dfa::complement(Dfa(*table), work_);
      if (!others) return std::nullopt;
      table = (*others)->table();
    }
    return automata_[key] = demands_.add_automaton(*std::move(table));
  }

  // The demands of a thread after an edge without a byte; nothing if it may not pass.
  std::optional<std::uint32_t> passed(std::uint32_t check_id, std::uint32_t prefix_states,
                                      std::uint32_t demands) {
    if (check_id == Nfa::kNone) return demands;
    const auto& check = nfa_.checks_[check_id];
    if (!check.rest) {
      if (prefixes_.accepts(prefix_states, check.prefix) != check.is_wanted) return std::nullopt;
      return demands;
    }
    const auto automaton = automaton_of(check_id, prefix_states);
    if (!automaton) {
      is_too_large_ = true;
      return std::nullopt;
    }
    work_.spend(demands_.size(demands));
    return demands_.with(demands, *automaton);
  }

  bool see(std::uint64_t thread) {
    if (demands_of_thread(thread) != 0) return seen_demanding_.insert(thread).second;
    std::uint32_t& seen = seen_[state_of_thread(thread)];
    if (seen == n_closures_) return false;
    seen = n_closures_;
    return true;
  }

  // The threads that read or accept among those that `kernel` reaches without a byte.
  Set closure(const Set& kernel) {
    Set closed;
    Set open(kernel.begin() + 1, kernel.end());
    ++n_closures_;
    seen_demanding_.clear();
    for (const std::uint64_t each : open) see(each);
    while (!open.empty()) {
      const std::uint64_t from = open.back();
      open.pop_back();
      const auto& state = nfa_.states_[state_of_thread(from)];
      if (state_of_thread(from) == Nfa::kAccept || !state.reads.empty()) closed.push_back(from);
      for (const auto& [to, check] : state.skips) {
        work_.spend(1);
        const auto demands = passed(check, static_cast<std::uint32_t>(kernel[0]), demands_of_thread(from));
        if (demands && see(thread(to, *demands))) open.push_back(thread(to, *demands));
      }
    }
    return essence(std::move(closed), kernel[0]);
  }

  // Drops threads that others make superfluous: a thread without demands does all that one in the same state
  // with demands does, and one that reads anything does all that there is to do.
  Set essence(Set closed, std::uint64_t prefix_states) const {
    const std::uint64_t anything = thread(nfa_.anything_, 0);
    if (std::find(closed.begin(), closed.end(), anything) != closed.end()) {
      return {0, thread(Nfa::kAccept, 0), anything};
    }
    std::sort(closed.begin(), closed.end());
    Set set{prefix_states};
    std::uint64_t free = thread(Nfa::kNone, 0);  // the last thread without demands
    for (const std::uint64_t each : closed) {
      if (demands_of_thread(each) == 0) free = each;
      if (each == free || state_of_thread(each) != state_of_thread(free)) set.push_back(each);
    }
    return set;
  }

  bool accepts(const Set& set) const {
    return std::any_of(set.begin() + 1, set.end(), [&](std::uint64_t each) {
      return state_of_thread(each) == Nfa::kAccept && demands_.accepts(demands_of_thread(each));
    });
  }

  // The number of the state that stands for `kernel` and what it reaches; kDead if there are too many.
  std::uint32_t state_of(const Set& kernel) {
    work_.spend(kernel.size());
    if (const auto at = kernels_.find(kernel); at != kernels_.end()) return at->second;
    Set closed = closure(kernel);
    work_.spend(closed.size());
    auto at = closures_.find(closed);
    if (at == closures_.end()) {
      if (sets_.size() >= max_states_) return DfaTable::kDead;
      table_.accepts.push_back(accepts(closed));
      at = closures_.emplace(std::move(closed), static_cast<std::uint32_t>(sets_.size())).first;
      sets_.push_back(&at->first);  // nodes of an unordered_map stay where they are
    }
    kernels_.emplace(kernel, at->second);
    return at->second;
  }

  // Collects in targets_ where the bytes of each class lead from a set.
  void follow(const Set& set) {
    for (Set& target : targets_) target.assign(1, 0);
    for (auto each = set.begin() + 1; each != set.end(); ++each) {
      for (const auto& [first, last, to] : nfa_.states_[state_of_thread(*each)].reads) {
        const std::size_t last_class = table_.class_of[last];
        for (std::size_t c = table_.class_of[first]; c <= last_class; ++c) {
          const auto demands = demands_.after(demands_of_thread(*each), bytes_[c]);
          if (demands) targets_[c].push_back(thread(to, *demands));
        }
        work_.spend((last_class + 1 - table_.class_of[first]) *
                    (1 + demands_.size(demands_of_thread(*each))));
      }
    }
  }

  bool expand(std::size_t from) {
    if (work_.is_spent()) return false;
    follow(*sets_[from]);
    const auto prefix_states = static_cast<std::uint32_t>((*sets_[from])[0]);
    const std::size_t row = table_.next.size();
    table_.next.resize(row + table_.n_classes, DfaTable::kDead);
    work_.spend(table_.n_classes);
    for (std::size_t c = 0; c < table_.n_classes; ++c) {
      Set& set = targets_[c];
      if (set.size() == 1) continue;
      std::sort(set.begin() + 1, set.end());
      set.erase(std::unique(set.begin() + 1, set.end()), set.end());
      set[0] = prefixes_.after(prefix_states, bytes_[c]);
      table_.next[row + c] = state_of(set);
      if (table_.next[row + c] == DfaTable::kDead || is_too_large_) return false;
    }
    return true;
  }

  const Nfa& nfa_;
  const Prefixes& all_prefixes_;
  const std::size_t max_states_;
  AutomataWork& work_;
  bool is_too_large_ = false;
  DfaTable table_;
  std::vector<std::uint8_t> bytes_;  // the first of each class
  PrefixStates prefixes_;
  Demands demands_;
  std::map<std::tuple<const Nfa*, bool, std::uint32_t>, std::size_t> automata_;
  Ids kernels_;   // sets as one byte reaches them
  Ids closures_;  // the same with what they reach without a byte
  std::vector<const Set*> sets_;
  std::vector<Set> targets_;  // for each class of bytes
  std::vector<std::uint32_t>
      seen_;  // the closure that last saw each state of the Nfa, in a thread without demands
  std::unordered_set<std::uint64_t> seen_demanding_;
  std::uint32_t n_closures_ = 0;
};

std::optional<DfaTable> Nfa::determinized(std::size_t max_states, AutomataWork& work,
                                          const Prefixes& prefixes) const {
  work.spend(n_parts_);
  if (is_full()) return std::nullopt;
  PrefixStates::States start;
  for (const DfaTable& prefix : prefixes) start.push_back(prefix.n_states() == 0 ? DfaTable::kDead : 0);
  return Determinizer(*this, prefixes, std::move(start), max_states, work).run();
}

}  // namespace linnet::grammar
