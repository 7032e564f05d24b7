#include <unordered_map>

#include "grammar/dfa.h"

namespace linnet::grammar {
namespace {

constexpr std::uint32_t kDead = DfaTable::kDead;

/// Pairs of states that a walk over two automata at once meets, numbered in that order. kDead stands for an
/// automaton that a text has left.
class Pairs {
 public:
  Pairs(const DfaTable& a, const DfaTable& b) : a_(a), b_(b), classes_(a, b) {
    id({a.n_states() == 0 ? kDead : 0, b.n_states() == 0 ? kDead : 0});
  }

  struct Pair {
    std::uint32_t a, b;
  };
  std::size_t size() const noexcept { return pairs_.size(); }
  Pair operator[](std::size_t i) const noexcept { return pairs_[i]; }
  const SharedClasses& classes() const noexcept { return classes_; }

  Pair after(Pair pair, std::uint8_t byte) const noexcept {
    return {pair.a == kDead ? kDead : a_.after(pair.a, byte),
            pair.b == kDead ? kDead : b_.after(pair.b, byte)};
  }
  std::uint32_t id(Pair pair) {
    const auto [at, is_new] =
        ids_.try_emplace(std::uint64_t{pair.a} << 32 | pair.b, static_cast<std::uint32_t>(pairs_.size()));
    if (is_new) pairs_.push_back(pair);
    return at->second;
  }
  bool accepts_a(Pair pair) const noexcept { return pair.a != kDead && a_.accepts[pair.a]; }
  bool accepts_b(Pair pair) const noexcept { return pair.b != kDead && b_.accepts[pair.b]; }

 private:
  const DfaTable& a_;
  const DfaTable& b_;
  SharedClasses classes_;
  std::vector<Pair> pairs_;
  std::unordered_map<std::uint64_t, std::uint32_t> ids_;
};

/// Both automata at once. `lives(in_a, in_b)`: whether texts still count that have left a or b;
/// `accepts(of_a, of_b)`: which of them are in the result.
template <class Lives, class Accepts>
std::optional<DfaPtr> product(const Dfa& a, const Dfa& b, AutomataWork& work, Lives lives, Accepts accepts) {
  Pairs pairs(a.table(), b.table());
  DfaTable table{.class_of = pairs.classes().class_of, .n_classes = pairs.classes().bytes.size()};
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs.size() > kMaxDfaStates || work.is_spent()) return std::nullopt;
    work.spend(table.n_classes);
    const Pairs::Pair from = pairs[i];
    table.accepts.push_back(accepts(pairs.accepts_a(from), pairs.accepts_b(from)));
    for (const std::uint8_t byte : pairs.classes().bytes) {
      const Pairs::Pair to = pairs.after(from, byte);
      table.next.push_back(lives(to.a != kDead, to.b != kDead) ? pairs.id(to) : kDead);
    }
  }
  return std::make_shared<const Dfa>(table);
}

}  // namespace

std::optional<DfaPtr> Dfa::intersection(const Dfa& a, const Dfa& b, AutomataWork& work) {
  const auto both = [](bool x, bool y) { return x && y; };
  return product(a, b, work, both, both);
}

std::optional<DfaPtr> Dfa::united(const Dfa& a, const Dfa& b, AutomataWork& work) {
  const auto either = [](bool x, bool y) { return x || y; };
  return product(a, b, work, either, either);
}

std::optional<DfaPtr> Dfa::complement(const Dfa& a, AutomataWork& work) {
  return product(
      *any_text(), a, work, [](bool in_any, bool) { return in_any; },
      [](bool of_any, bool of_a) { return of_any && !of_a; });
}

}  // namespace linnet::grammar
