#include "grammar/regex.h"

#include <map>
#include <memory>

#include "grammar/nfa.h"
#include "grammar/regex_characters.h"
#include "grammar/regex_tree.h"

namespace linnet::grammar {
namespace {

// Turns the parts of a tree into automata.
class Compiler {
 public:
  Compiler(const RegexTree& tree, AutomataWork& work) : tree_(tree), work_(work) {}

  Result<DfaPtr> run() {
    Nfa nfa;
    const Nfa::StateId before = nfa.add_state();
    const Nfa::StateId after = nfa.add_state();
    nfa.skip(Nfa::kStart, before);
    nfa.read(before, complement({}), before);
    nfa.read_anything(after);
    LINNET_CHECK(lay(nfa, tree_.root, before, after));
    const auto table = nfa.determinized(kMaxDfaStates, work_, prefixes_);
    if (!table) return too_large(0);
    return std::make_shared<const Dfa>(*table);
  }

 private:
  // Lookaheads within lookaheads, and lookbehinds: each takes a call, and an automaton that runs beside
  // others.
  static constexpr std::size_t kMaxDepth = 16;
  static constexpr std::size_t kMaxLooks = 64;

  static Error too_large(std::size_t offset) {
    return regex_error(ErrorCode::kUnsupported, offset,
                       "needs an automaton that is too large; use smaller counts or fewer alternatives");
  }

  Result<void> lay(Nfa& nfa, RegexPart root, Nfa::StateId begin, Nfa::StateId end) {
    PartsToLay<RegexPart> work(nfa);
    work.add(root, begin, end);
    while (!work.empty()) {
      const auto [part, from, to] = work.take();
      const RegexNode& node = tree_.nodes[part];
      if (nfa.is_full()) return too_large(node.offset);
      switch (node.kind) {
        case RegexKind::kCharacters: nfa.read(from, tree_.sets[node.set], to); break;
        case RegexKind::kSequence: work.add_sequence(node.children, from, to); break;
        case RegexKind::kChoice: work.add_choice(node.children, from, to); break;
        case RegexKind::kRepeat: work.add_repeat(node.children[0], node.min, node.max, from, to); break;
        case RegexKind::kBefore: {
          LINNET_TRY(const std::size_t prefix, prefix_of(part));
          nfa.check_before(from, prefix, node.is_wanted, to);
          break;
        }
        case RegexKind::kAfter: {
          LINNET_TRY(auto rest, rest_of(part));
          nfa.check_after(from, std::move(rest), node.is_wanted, to);
          break;
        }
      }
    }
    return {};
  }

  Result<void> enter(const RegexNode& look) {
    if (depth_ == kMaxDepth || prefix_ids_.size() + rests_.size() == kMaxLooks) {
      return regex_error(ErrorCode::kUnsupported, look.offset,
                         "more than {} lookaheads and lookbehinds, or more than {} within each other",
                         kMaxLooks, kMaxDepth);
    }
    ++depth_;
    return {};
  }

  // The automaton of the texts that end in what the look wants, among prefixes_.
  Result<std::size_t> prefix_of(RegexPart look) {
    const RegexNode& node = tree_.nodes[look];
    const RegexPart inside = node.children[0];
    if (const auto at = prefix_ids_.find(inside); at != prefix_ids_.end()) return at->second;
    LINNET_CHECK(enter(node));
    Nfa nfa(n_parts_left_);
    const Nfa::StateId before = nfa.add_state();
    nfa.skip(Nfa::kStart, before);
    nfa.read(before, complement({}), before);
    ++prefix_depth_;
    LINNET_CHECK(lay(nfa, inside, before, Nfa::kAccept));
    --prefix_depth_;
    --depth_;
    n_parts_left_ -= nfa.n_parts();
    const auto table = nfa.determinized(kMaxDfaStates, work_, prefixes_);
    if (!table) return too_large(node.offset);
    prefixes_.push_back(minimized(*table));
    prefix_ids_[inside] = prefixes_.size() - 1;
    return prefixes_.size() - 1;
  }

  // The automaton of the texts that begin with what the look wants.
  Result<std::shared_ptr<const Nfa>> rest_of(RegexPart look) {
    const RegexNode& node = tree_.nodes[look];
    if (prefix_depth_ > 0) {
      return regex_error(ErrorCode::kUnsupported, node.offset,
                         "a lookahead, $, \\b or \\B inside of a lookbehind");
    }
    const RegexPart inside = node.children[0];
    if (const auto at = rests_.find(inside); at != rests_.end()) return at->second;
    LINNET_CHECK(enter(node));
    auto nfa = std::make_shared<Nfa>(n_parts_left_);
    const Nfa::StateId after = nfa->add_state();
    nfa->read_anything(after);
    LINNET_CHECK(lay(*nfa, inside, Nfa::kStart, after));
    --depth_;
    n_parts_left_ -= nfa->n_parts();
    rests_[inside] = nfa;
    return std::shared_ptr<const Nfa>(std::move(nfa));
  }

  const RegexTree& tree_;
  AutomataWork& work_;
  Prefixes prefixes_;
  std::map<RegexPart, std::size_t> prefix_ids_;
  std::map<RegexPart, std::shared_ptr<const Nfa>> rests_;
  std::size_t n_parts_left_ = Nfa::kMaxParts;  // for looks
  std::size_t depth_ = 0;
  std::size_t prefix_depth_ = 0;  // of lookbehinds alone
};

}  // namespace

Result<DfaPtr> compile_regex(std::string_view pattern, AutomataWork* work) {
  LINNET_TRY(const RegexTree tree, parse_regex(pattern));
  AutomataWork own_work;
  return Compiler(tree, work ? *work : own_work).run();
}

}  // namespace linnet::grammar
