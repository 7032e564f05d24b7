#include <map>
#include <string>

#include "grammar/regex_characters.h"
#include "grammar/regex_tree.h"

namespace linnet::grammar {
namespace {

constexpr std::size_t kMaxPatternBytes = 65'536;

// Reads from left to right and keeps the groups that are open in a list.
class Parser {
 public:
  explicit Parser(std::string_view pattern) : cursor_(pattern) { groups_.push_back({}); }

  Result<RegexTree> run() {
    while (!cursor_.at_end()) LINNET_CHECK(read_term());
    if (groups_.size() > 1) {
      return regex_error(ErrorCode::kInvalidArgument, groups_.back().offset, "a '(' without its ')'");
    }
    tree_.root = closed_alternatives();
    return std::move(tree_);
  }

 private:
  struct Group {
    std::size_t offset = 0;
    std::optional<RegexKind> look{};  // kBefore, kAfter, or an ordinary group
    bool is_wanted = true;
    std::vector<RegexPart> alternatives{};
    std::vector<RegexPart> sequence{};  // of the alternative that is being read
  };

  RegexPart add(RegexNode node) {
    node.offset = term_begin_;
    tree_.nodes.push_back(std::move(node));
    return static_cast<RegexPart>(tree_.nodes.size() - 1);
  }

  RegexPart add_characters(CharacterSet set) {
    const auto [at, is_new] =
        sets_.try_emplace(std::move(set), static_cast<std::uint32_t>(tree_.sets.size()));
    if (is_new) tree_.sets.push_back(at->first);
    return add({.kind = RegexKind::kCharacters, .set = at->second});
  }

  RegexPart add_several(RegexKind kind, std::vector<RegexPart> children) {
    if (children.size() == 1) return children[0];
    return add({.kind = kind, .children = std::move(children)});
  }

  RegexPart add_look(RegexKind kind, bool is_wanted, RegexPart part) {
    return add({.kind = kind, .is_wanted = is_wanted, .children = {part}});
  }

  // Shared by all places that need it, since each needs an automaton.
  RegexPart start_of_text() {
    if (!start_) start_ = add_look(RegexKind::kBefore, false, add_characters(complement({})));
    return *start_;
  }
  RegexPart end_of_text() {
    if (!end_) end_ = add_look(RegexKind::kAfter, false, add_characters(complement({})));
    return *end_;
  }
  // \b: a word character on exactly one side; \B: on both or on none.
  RegexPart word_boundary(bool is_wanted) {
    auto& known = boundaries_[is_wanted];
    if (known) return *known;
    const RegexPart word = add_characters(word_characters());
    std::vector<RegexPart> cases;
    for (const bool before : {true, false}) {
      const RegexPart left = add_look(RegexKind::kBefore, before, word);
      const RegexPart right = add_look(RegexKind::kAfter, before != is_wanted, word);
      cases.push_back(add_several(RegexKind::kSequence, {left, right}));
    }
    known = add_several(RegexKind::kChoice, std::move(cases));
    return *known;
  }

  void close_alternative() {
    Group& group = groups_.back();
    const RegexPart part = add_several(RegexKind::kSequence, std::move(group.sequence));
    group.sequence.clear();
    group.alternatives.push_back(part);
  }

  RegexPart closed_alternatives() {
    close_alternative();
    return add_several(RegexKind::kChoice, std::move(groups_.back().alternatives));
  }

  Result<void> open_group() {
    Group group{.offset = term_begin_};
    if (cursor_.take("?")) {
      if (cursor_.take("=")) {
        group.look = RegexKind::kAfter;
      } else if (cursor_.take("!")) {
        group.look = RegexKind::kAfter, group.is_wanted = false;
      } else if (cursor_.take("<=")) {
        group.look = RegexKind::kBefore;
      } else if (cursor_.take("<!")) {
        group.look = RegexKind::kBefore, group.is_wanted = false;
      } else if (cursor_.take("<")) {
        LINNET_CHECK(skip_name());
      } else if (!cursor_.take(":")) {
        return cursor_.unexpected("':', '=', '!', '<=', '<!' or '<name>' after '(?'");
      }
    }
    groups_.push_back(std::move(group));
    return {};
  }

  Result<void> skip_name() {
    const auto is_letter = [](char32_t c) {
      return c == '_' || c == '$' || c >= 0x80 || (c | 0x20) - U'a' < 26;
    };
    for (std::size_t i = 0; i == 0 || !cursor_.take(">"); ++i) {
      const std::size_t begin = cursor_.offset();
      const char32_t c = cursor_.at_end() ? U'>' : cursor_.take();
      if (is_letter(c) || (i > 0 && c - U'0' < 10)) continue;
      cursor_.go_back(begin);
      return cursor_.unexpected("a group's name of letters, digits, '_' and '$', and '>'");
    }
    return {};
  }

  Result<void> close_group() {
    if (groups_.size() == 1)
      return regex_error(ErrorCode::kInvalidArgument, term_begin_, "a ')' without its '('");
    const RegexPart inside = closed_alternatives();
    const Group group = std::move(groups_.back());
    groups_.pop_back();
    if (!group.look) return add_term(inside);
    term_begin_ = group.offset;
    groups_.back().sequence.push_back(add_look(*group.look, group.is_wanted, inside));
    return {};
  }

  // A part that a quantifier may follow.
  Result<void> add_term(RegexPart part) {
    const std::size_t begin = cursor_.offset();
    std::uint32_t min = 1;
    std::uint32_t max = 1;
    if (cursor_.take("*")) {
      min = 0, max = kNoLimit;
    } else if (cursor_.take("+")) {
      max = kNoLimit;
    } else if (cursor_.take("?")) {
      min = 0;
    } else if (cursor_.take("{")) {
      LINNET_CHECK(read_counts(min, max));
    }
    if (min > max) {
      return regex_error(ErrorCode::kInvalidArgument, begin,
                         "the quantifier's numbers stand in the wrong order");
    }
    if (cursor_.offset() != begin) {
      cursor_.take("?");  // lazy: the same texts
      part = add({.kind = RegexKind::kRepeat, .min = min, .max = max, .children = {part}});
    }
    groups_.back().sequence.push_back(part);
    return {};
  }

  Result<void> read_counts(std::uint32_t& min, std::uint32_t& max) {
    const auto first = cursor_.take_number(kNoLimit - 1);
    if (!first) return cursor_.unexpected("a number after '{'; write \\{ for the character itself");
    min = max = *first;
    if (cursor_.take(",")) max = cursor_.take_number(kNoLimit - 1).value_or(kNoLimit);
    if (!cursor_.take("}")) return cursor_.unexpected("the '}' that ends the quantifier");
    return {};
  }

  Result<void> read_term() {
    term_begin_ = cursor_.offset();
    std::vector<RegexPart>& sequence = groups_.back().sequence;
    if (cursor_.take("|")) return close_alternative(), Result<void>();
    if (cursor_.take("(")) return open_group();
    if (cursor_.take(")")) return close_group();
    if (cursor_.take("^")) return sequence.push_back(start_of_text()), Result<void>();
    if (cursor_.take("$")) return sequence.push_back(end_of_text()), Result<void>();
    if (cursor_.take("\\b")) return sequence.push_back(word_boundary(true)), Result<void>();
    if (cursor_.take("\\B")) return sequence.push_back(word_boundary(false)), Result<void>();
    if (cursor_.take(".")) return add_term(add_characters(all_but_line_ends()));
    if (cursor_.take("[")) {
      LINNET_TRY(CharacterSet set, read_regex_class(cursor_));
      return add_term(add_characters(std::move(set)));
    }
    if (cursor_.take("\\")) {
      LINNET_TRY(RegexCharacters characters, read_regex_escape(cursor_, false));
      return add_term(add_characters(std::move(characters.set)));
    }
    for (const std::string_view quantifier : {"*", "+", "?", "{"}) {
      if (cursor_.sees(quantifier)) return cursor_.unexpected("something that can be repeated before it");
    }
    if (cursor_.sees("}") || cursor_.sees("]")) return cursor_.unexpected("a backslash before it");
    const char32_t c = cursor_.take();
    return add_term(add_characters(character_set({{c, c}})));
  }

  RegexCursor cursor_;
  RegexTree tree_;
  std::map<CharacterSet, std::uint32_t> sets_;
  std::vector<Group> groups_;  // the pattern itself, then those that are open
  std::size_t term_begin_ = 0;
  std::optional<RegexPart> start_, end_;
  std::optional<RegexPart> boundaries_[2];  // \B, \b
};

}  // namespace

Result<RegexTree> parse_regex(std::string_view pattern) {
  if (pattern.size() > kMaxPatternBytes) {
    return regex_error(ErrorCode::kUnsupported, kMaxPatternBytes, "the pattern has {} bytes; {} are the most",
                       pattern.size(), kMaxPatternBytes);
  }
  if (const std::size_t valid = utf8::valid_prefix(pattern); valid < pattern.size()) {
    return regex_error(ErrorCode::kInvalidArgument, valid, "not UTF-8");
  }
  return Parser(pattern).run();
}

}  // namespace linnet::grammar
