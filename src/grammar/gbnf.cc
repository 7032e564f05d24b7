#include "grammar/gbnf.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "grammar/analysis.h"
#include "grammar/characters.h"

namespace linnet::grammar {
namespace {

constexpr std::size_t kMaxBytes = 256 * 1024;
// Parentheses and repetitions within each other.
constexpr std::size_t kMaxHeight = 200;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// llama.cpp has no '_' in names, but others that read GBNF do.
bool is_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<GrammarPtr> run() {
    if (text_.size() > kMaxBytes) {
      return fail(ErrorCode::kUnsupported, "grammar: {} bytes; {} are the most", text_.size(), kMaxBytes);
    }
    if (const std::size_t valid = utf8::valid_prefix(text_); valid < text_.size())
      return wrong(valid, "not UTF-8");
    skip_space(true);
    while (!at_end()) LINNET_CHECK(read_rule());
    return finish();
  }

 private:
  struct Item {
    NodeId node = 0;
    std::size_t height = 0;  // of the nodes below it
  };
  struct Group {
    std::size_t offset = 0;
    std::vector<Item> alternatives{};
    std::vector<Item> sequence{};  // of the alternative that is being read
  };

  bool at_end() const noexcept { return offset_ == text_.size(); }
  char peek() const noexcept { return at_end() ? '\0' : text_[offset_]; }
  bool is_nested() const noexcept { return groups_.size() > 1; }
  bool take(std::string_view bytes) noexcept {
    if (!text_.substr(offset_).starts_with(bytes)) return false;
    offset_ += bytes.size();
    return true;
  }
  std::string_view take_while(bool (*belongs)(char)) noexcept {
    const std::size_t begin = offset_;
    while (!at_end() && belongs(text_[offset_])) ++offset_;
    return text_.substr(begin, offset_ - begin);
  }

  // Spaces, comments and, where a rule goes on behind them, line ends.
  void skip_space(bool and_line_ends) {
    while (!at_end()) {
      if (peek() == '#') {
        take_while([](char c) { return c != '\n' && c != '\r'; });
      } else if (peek() == ' ' || peek() == '\t' || (and_line_ends && (peek() == '\n' || peek() == '\r'))) {
        ++offset_;
      } else {
        return;
      }
    }
  }

  template <class... Args>
  Error wrong(std::size_t offset, fmt::format_string<Args...> what, Args&&... args) const {
    return located(ErrorCode::kInvalidArgument, offset, fmt::format(what, std::forward<Args>(args)...));
  }
  Error located(ErrorCode code, std::size_t offset, std::string_view what) const {
    const std::string_view before = text_.substr(0, offset);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::string_view start = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
    const auto column =
        std::count_if(start.begin(), start.end(), [](char c) { return (c & 0xC0) != 0x80; }) + 1;
    return fail(code, "grammar, {}:{}: {}", line, column, what);
  }
  Error unexpected(std::string_view wanted) const {
    if (at_end()) return wrong(offset_, "the grammar ends, wanted {}", wanted);
    const std::string_view rest = text_.substr(offset_);
    return wrong(offset_, "found '{}', wanted {}",
                 utf8::printable(rest.substr(0, utf8::decode(rest).n_bytes)), wanted);
  }

  // NAME ::= ALTERNATIVES, to the end of the line.
  Result<void> read_rule() {
    const std::size_t begin = offset_;
    const std::string_view name = take_while(is_name);
    if (name.empty()) return unexpected("the name of a rule");
    skip_space(false);
    if (!take("::=")) return unexpected("'::='");
    skip_space(true);
    groups_.assign(1, Group{begin});
    bool goes_on = true;
    while (goes_on) {
      LINNET_TRY(goes_on, read_item());
    }
    const Item all = closed_alternatives();
    const RuleId rule = rule_called(name, begin);
    if (!builder_.define(rule, all.node)) {
      return wrong(begin, "rule '{}' is defined a second time", name);
    }
    rule_offsets_[rule] = begin;
    if (!at_end() && !take("\r\n") && !take("\n") && !take("\r")) {
      return unexpected("the end of the line, a rule, '\"', '[', '(', '.', '|' or a repetition");
    }
    skip_space(true);
    return {};
  }

  // The rule of this name, which is used or defined at `offset`.
  RuleId rule_called(std::string_view name, std::size_t offset) {
    const RuleId rule = builder_.declare(name);
    if (rule == rule_offsets_.size()) rule_offsets_.push_back(offset);
    return rule;
  }

  // One item, bar or parenthesis. False at the end of the rule.
  Result<bool> read_item() {
    const std::size_t begin = offset_;
    if (take("|")) {
      close_alternative();
      skip_space(true);
      return true;
    }
    if (take("(")) {
      groups_.push_back({begin});
      skip_space(true);
      return true;
    }
    if (peek() == ')') {
      if (!is_nested()) return wrong(begin, "a ')' without its '('");
      ++offset_;
      const Item inside = closed_alternatives();
      groups_.pop_back();
      return add({inside.node, inside.height + 1}, begin);
    }
    if (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{') return read_repetition();
    if (take("\"")) return read_literal();
    if (take("[")) return read_class(begin);
    if (take(".")) return add({builder_.characters(complement({}))}, begin);
    if (peek() == '<' || peek() == '!') {
      return located(ErrorCode::kUnsupported, begin,
                     "tokens cannot be named in a grammar; write the text itself");
    }
    if (is_name(peek())) return add({builder_.rule(rule_called(take_while(is_name), begin))}, begin);
    if (!is_nested()) return false;
    if (at_end()) return wrong(groups_.back().offset, "a '(' without its ')'");
    return unexpected("a rule, '\"', '[', '(', ')', '.', '|' or a repetition");
  }

  Result<bool> add(Item item, std::size_t begin) {
    if (item.height > kMaxHeight) {
      return located(ErrorCode::kUnsupported, begin,
                     fmt::format("more than {} parentheses and repetitions within each other", kMaxHeight));
    }
    groups_.back().sequence.push_back(item);
    skip_space(is_nested());
    return true;
  }

  Item joined(NodeId (Builder::*join)(std::vector<NodeId>), const std::vector<Item>& items) {
    std::vector<NodeId> nodes;
    std::size_t height = 0;
    for (const Item& item : items) {
      nodes.push_back(item.node);
      height = std::max(height, item.height);
    }
    return {(builder_.*join)(std::move(nodes)), height};
  }
  void close_alternative() {
    Group& group = groups_.back();
    group.alternatives.push_back(joined(&Builder::sequence, group.sequence));
    group.sequence.clear();
  }
  Item closed_alternatives() {
    close_alternative();
    return joined(&Builder::choice, groups_.back().alternatives);
  }

  // * + ? {n} {n,} {n,m} {,m} behind an item.
  Result<bool> read_repetition() {
    const std::size_t begin = offset_;
    std::vector<Item>& sequence = groups_.back().sequence;
    if (sequence.empty()) return unexpected("something that can be repeated before it");
    std::uint32_t min = 0;
    std::uint32_t max = kNoLimit;
    if (take("+")) {
      min = 1;
    } else if (take("?")) {
      max = 1;
    } else if (!take("*")) {
      LINNET_CHECK(read_counts(min, max));
    }
    if (min > max) return wrong(begin, "the repetition's numbers stand in the wrong order");
    const Item item = sequence.back();
    sequence.pop_back();
    return add({builder_.repeat(item.node, min, max), item.height + 1}, begin);
  }

  Result<void> read_counts(std::uint32_t& min, std::uint32_t& max) {
    take("{");
    skip_space(is_nested());
    LINNET_TRY(const auto first, read_number());
    skip_space(is_nested());
    if (take(",")) {
      skip_space(is_nested());
      LINNET_TRY(const auto last, read_number());
      if (!first && !last) return unexpected("a number");
      min = first.value_or(0);
      max = last.value_or(kNoLimit);
      skip_space(is_nested());
    } else {
      if (!first) return unexpected("a number or ','");
      min = max = *first;
    }
    if (!take("}")) return unexpected("the '}' that ends the repetition");
    return {};
  }

  Result<std::optional<std::uint32_t>> read_number() {
    constexpr std::uint32_t kLargest = 1'000'000'000;
    const std::size_t begin = offset_;
    std::uint64_t value = 0;
    for (const char digit : take_while(is_digit)) {
      value = value * 10 + static_cast<std::uint64_t>(digit - '0');
      if (value > kLargest) return wrong(begin, "numbers may be at most {}", kLargest);
    }
    if (offset_ == begin) return std::optional<std::uint32_t>();
    return std::optional(static_cast<std::uint32_t>(value));
  }

  // After the opening quote.
  Result<bool> read_literal() {
    const std::size_t begin = offset_ - 1;
    std::string bytes;
    while (!take("\"")) {
      if (at_end()) return wrong(begin, "a '\"' without the one that ends it");
      const std::size_t character = offset_;
      LINNET_TRY(const char32_t c, read_character());
      if (c >= 0xD800 && c < 0xE000)
        return wrong(character, "half a surrogate pair is no character; write \\U and eight digits");
      utf8::append(bytes, c);
    }
    return add({builder_.literal(bytes)}, begin);
  }

  // After the opening bracket, which stands at `begin`.
  Result<bool> read_class(std::size_t begin) {
    const bool is_negated = take("^");
    std::vector<CharacterRange> ranges;
    while (ranges.empty() || !take("]")) {
      if (at_end()) return wrong(begin, "a '[' without its ']'");
      if (ranges.empty() && peek() == ']') return unexpected("a character; write \\] for the bracket itself");
      const std::size_t range = offset_;
      LINNET_TRY(const char32_t first, read_character());
      char32_t last = first;
      if (peek() == '-' && !text_.substr(offset_).starts_with("-]")) {
        ++offset_;
        LINNET_TRY(last, read_character());
      }
      if (first > last) return wrong(range, "the range ends before it begins");
      ranges.push_back({first, last});
    }
    CharacterSet set = character_set(std::move(ranges));
    return add({builder_.characters(is_negated ? complement(set) : std::move(set))}, begin);
  }

  // A character of a literal or a class, or what an escape stands for.
  Result<char32_t> read_character() {
    if (at_end()) return unexpected("a character");
    if (!take("\\")) {
      const auto [c, n_bytes, status] = utf8::decode(text_.substr(offset_));
      offset_ += n_bytes;
      return c;
    }
    switch (const char letter = peek()) {
      case 'x': return read_hex(2);
      case 'u': return read_hex(4);
      case 'U': return read_hex(8);
      case 't': return ++offset_, U'\t';
      case 'r': return ++offset_, U'\r';
      case 'n': return ++offset_, U'\n';
      case '\\':
      case '"':
      case '[':
      case ']':
      case '-':
      case '^': return ++offset_, static_cast<char32_t>(letter);
      default: return unexpected("one of t r n x u U \\ \" [ ] - ^ after the backslash");
    }
  }

  // After a backslash, at the letter.
  Result<char32_t> read_hex(int n_digits) {
    const std::size_t begin = offset_++ - 1;
    char32_t value = 0;
    for (int i = 0; i < n_digits; ++i, ++offset_) {
      const char lower = static_cast<char>(peek() | 0x20);
      if (is_digit(peek())) {
        value = value * 16 + static_cast<char32_t>(peek() - '0');
      } else if (lower >= 'a' && lower <= 'f') {
        value = value * 16 + static_cast<char32_t>(lower - 'a' + 10);
      } else {
        return unexpected("a hexadecimal digit");
      }
    }
    if (value > kLastCodePoint) return wrong(begin, "above \\U0010FFFF, the last character");
    return value;
  }

  Result<GrammarPtr> finish() {
    for (RuleId rule = 0; rule < rule_offsets_.size(); ++rule) {
      if (builder_.is_defined(rule)) continue;
      return wrong(rule_offsets_[rule], "rule '{}' is used, but not defined", builder_.rule_at(rule).name);
    }
    const RuleId root = builder_.declare("root");
    if (!builder_.is_defined(root))
      return wrong(text_.size(), "no rule is called 'root', where a text would begin");
    const NodeId start = builder_.rule(root);
    auto grammar = builder_.finish(start);
    if (grammar) return grammar;
    const RuleId culprit = Analysis(builder_).left_recursion(start).value_or(root);
    return located(grammar.error().code, rule_offsets_[culprit], grammar.error().message);
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  Builder builder_;
  std::vector<std::size_t> rule_offsets_;  // where each rule is defined, or first used
  std::vector<Group> groups_;              // the rule itself, then the parentheses that are open
};

}  // namespace

Result<GrammarPtr> parse_gbnf(std::string_view text) { return Parser(text).run(); }

}  // namespace linnet::grammar
