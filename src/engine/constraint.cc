#include <linnet/constraint.h>

#include <algorithm>
#include <deque>
#include <functional>

#include "base/check_utf8.h"
#include "base/guard.h"
#include "base/utf8.h"
#include "engine/constraint_impl.h"
#include "grammar/gbnf.h"
#include "grammar/json_schema.h"
#include "grammar/regex.h"
#include "grammar/spans.h"
#include "grammar/until.h"

namespace linnet {
namespace {

using grammar::Builder;
using grammar::GrammarPtr;
using grammar::NodeId;

// What a machine keeps from one text to the next, see MachineLimit.
constexpr std::size_t kMaxMachineBytes = std::size_t{64} << 20;

// What a hostile grammar may leave open at the places of a text, those that are alike counted once: in all,
// and at each in the mean of a long text. That takes half a minute.
constexpr std::size_t kMaxWays = 20'000'000, kMaxMeanWays = 64;

// The constraints made last, by what they were made from. They hold no text that a model reads.
class Recent {
 public:
  template <class Make>
  Result<Constraint> find_or(std::string key, Make&& make) {
    {
      const std::scoped_lock lock(mutex_);
      const auto known = std::find_if(entries_.begin(), entries_.end(),
                                      [&](const auto& entry) { return entry.first == key; });
      if (known != entries_.end()) {
        std::rotate(known, known + 1, entries_.end());
        return entries_.back().second;
      }
    }
    LINNET_TRY(GrammarPtr grammar, make());
    Constraint constraint(std::make_shared<const Constraint::Impl>(std::move(grammar)));
    const std::scoped_lock lock(mutex_);
    if (entries_.size() == kMax) entries_.pop_front();
    entries_.emplace_back(std::move(key), constraint);
    return constraint;
  }

 private:
  static constexpr std::size_t kMax = 16;
  std::mutex mutex_;
  std::deque<std::pair<std::string, Constraint>> entries_;  // the last used last
};

Recent& recent() {
  static Recent* const instance = new Recent;  // never destroyed: others' static objects may use it at exit
  return *instance;
}

// A text that tells what a constraint was made from, whatever bytes its parts have.
std::string key_of(char kind, std::initializer_list<std::string_view> parts) {
  std::string key(1, kind);
  for (const std::string_view part : parts) {
    key += std::to_string(part.size());
    key += ':';
    key += part;
  }
  return key;
}

std::string key_of(const JsonOptions& options) {
  std::string key;
  for (const int part : {static_cast<int>(options.whitespace), static_cast<int>(options.order),
                         int{options.any_escapes}, int{options.check_formats}}) {
    key += static_cast<char>('0' + part);
  }
  for (const auto& [uri, text] : options.documents) key += key_of('d', {uri, text});
  return key;
}

Result<GrammarPtr> compile_choices(std::span<const std::string> texts) {
  if (texts.empty()) return fail(ErrorCode::kInvalidArgument, "a choice of no text; give at least one");
  Builder builder;
  std::vector<NodeId> nodes;
  for (const std::string& text : texts) {
    LINNET_CHECK(check_utf8(text, "a choice"));
    if (text.empty()) return fail(ErrorCode::kInvalidArgument, "one of the choices is empty; leave it out");
    nodes.push_back(builder.literal(text));
  }
  return builder.finish(builder.choice(std::move(nodes)));
}

Result<GrammarPtr> compile_regex(std::string_view pattern) {
  LINNET_TRY(grammar::DfaPtr dfa, grammar::compile_regex(pattern));
  if (dfa->is_empty()) return fail(ErrorCode::kInvalidArgument, "no text matches the regular expression");
  Builder builder;
  return builder.finish(builder.automaton(std::move(dfa)));
}

Result<GrammarPtr> compile_json(std::string_view schema, const JsonOptions& options) {
  using grammar::JsonFormats;
  using grammar::JsonOrder;
  using grammar::JsonSpace;
  using grammar::JsonSpelling;
  JsonSpace space = JsonSpace::kSpaced;
  if (options.whitespace == JsonOptions::Whitespace::kCompact) space = JsonSpace::kCompact;
  if (options.whitespace == JsonOptions::Whitespace::kFree) space = JsonSpace::kFree;
  return grammar::compile_json_schema(
      schema, {.order = options.order == JsonOptions::Order::kFree ? JsonOrder::kFree : JsonOrder::kListed,
               .space = space,
               .spelling = options.any_escapes ? JsonSpelling::kAny : JsonSpelling::kCanonical,
               .formats = options.check_formats ? JsonFormats::kAssert : JsonFormats::kAnnotate,
               .documents = {options.documents.begin(), options.documents.end()}});
}

Result<GrammarPtr> compile_spans(std::string_view text, std::size_t max_words) {
  LINNET_CHECK(check_utf8(text, "the text"));
  if (text.size() > grammar::Spans::kMaxBytes) {
    return fail(ErrorCode::kInvalidArgument, "a text of {} bytes has too many spans; at most {} are possible",
                text.size(), grammar::Spans::kMaxBytes);
  }
  if (max_words > grammar::Spans::kMaxWords) {
    return fail(ErrorCode::kInvalidArgument, "spans of {} words; at most {} are possible", max_words,
                grammar::Spans::kMaxWords);
  }
  if (!grammar::Spans::has_word(text)) {
    return fail(ErrorCode::kInvalidArgument, "the text '{}' has no word", utf8::printable(text));
  }
  Builder builder;
  return builder.finish(builder.automaton(std::make_shared<grammar::Spans>(text, max_words)));
}

// The whole grammar as one node of another's builder: its rules become rules there.
class Copy {
 public:
  Copy(const grammar::Grammar& from, Builder& to) : from_(from), to_(to) {}

  NodeId run() {
    for (const grammar::Rule& rule : from_.rules) rules_.push_back(to_.declare(rule.name));
    for (std::size_t i = 0; i < rules_.size(); ++i) to_.define(rules_[i], node(from_.rules[i].definition));
    return node(from_.root);
  }

 private:
  // As deep as the parentheses of the front end that made the grammar.
  NodeId node(NodeId id) {
    const grammar::Node& node = from_.nodes[id];
    std::vector<NodeId> children;
    for (const NodeId child : node.children) children.push_back(this->node(child));
    switch (node.kind) {
      case grammar::NodeKind::kAutomaton: return to_.automaton(node.automaton);
      case grammar::NodeKind::kSequence: return to_.sequence(std::move(children));
      case grammar::NodeKind::kChoice: return to_.choice(std::move(children));
      case grammar::NodeKind::kRepeat: return to_.repeat(children.front(), node.min, node.max);
      case grammar::NodeKind::kRule: return to_.rule(rules_[node.rule]);
      case grammar::NodeKind::kList: {
        const NodeId separator = children.front();
        children.erase(children.begin());
        return to_.list(std::move(children), separator, node.tracker);
      }
      default: return to_.empty();
    }
  }

  const grammar::Grammar& from_;
  Builder& to_;
  std::vector<grammar::RuleId> rules_;
};

Result<GrammarPtr> compile_after(const grammar::Grammar& inner, std::string_view trigger) {
  using grammar::Until;
  if (trigger.empty()) return fail(ErrorCode::kInvalidArgument, "the trigger is empty");
  Builder builder;
  const auto text = [&](Until::Ends ends) {
    return builder.automaton(std::make_shared<Until>(trigger, ends));
  };
  const NodeId triggered = builder.sequence({text(Until::Ends::kWithMark), Copy(inner, builder).run()});
  return builder.finish(
      builder.sequence({builder.repeat(triggered, 0, grammar::kNoLimit), text(Until::Ends::kWithoutMark)}));
}

// `visit` is another number for each text.
Result<ConstraintMatch> follow(grammar::Machine& machine, std::uint32_t visit, std::string_view text) {
  using grammar::Machine;
  const auto too_many = [](std::size_t i) {
    return fail(ErrorCode::kUnsupported, "at byte {} the text can be read in too many ways to follow", i);
  };
  grammar::ConfigId config = Machine::kStart;
  // What a text that is nested deep leaves open is not compacted away again and again.
  grammar::MachineLimit limit(kMaxMachineBytes);
  std::size_t n_ways = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (limit.is_passed(machine.n_bytes())) {
      config = machine.compact(config);
      if (!limit.renew(machine.n_bytes())) return too_many(i);
    }
    config = machine.next(config, static_cast<std::uint8_t>(text[i]));
    if (config == Machine::kDead) return ConstraintMatch{false, i};
    if (machine.visit(config, visit)) n_ways += machine.n_threads(config);
    if (config == Machine::kTooMany || n_ways > kMaxWays + kMaxMeanWays * i) return too_many(i);
  }
  return ConstraintMatch{machine.accepts(config), text.size()};
}

}  // namespace

std::shared_ptr<grammar::TokenMasks> Constraint::Impl::masks(
    const std::shared_ptr<const grammar::TokenTexts>& texts) const {
  const std::scoped_lock lock(mutex_);
  const auto known = std::find_if(masks_.begin(), masks_.end(),
                                  [&](const auto& masks) { return &masks->texts() == texts.get(); });
  if (known != masks_.end()) return *known;
  if (masks_.size() == kMaxVocabularies) masks_.erase(masks_.begin());
  masks_.push_back(std::make_shared<grammar::TokenMasks>(grammar, texts));
  return masks_.back();
}

Result<ConstraintMatch> Constraint::Impl::match(std::string_view text) const {
  const std::scoped_lock lock(mutex_);
  // A machine that has been compacted starts anew as any other.
  if (!machine_) machine_ = std::make_unique<grammar::Machine>(grammar);
  auto match = follow(*machine_, ++n_matches_, text);
  if (machine_->n_bytes() > kMaxMachineBytes) machine_.reset();
  return match;
}

Result<Constraint> Constraint::choices(std::span<const std::string> texts) {
  return guard([&]() -> Result<Constraint> {
    std::string key = "c";
    for (const std::string& text : texts) key += key_of(' ', {text});
    return recent().find_or(std::move(key), [&] { return compile_choices(texts); });
  });
}

Result<Constraint> Constraint::regex(std::string_view pattern) {
  return guard(
      [&] { return recent().find_or(key_of('r', {pattern}), [&] { return compile_regex(pattern); }); });
}

Result<Constraint> Constraint::gbnf(std::string_view grammar) {
  return guard(
      [&] { return recent().find_or(key_of('g', {grammar}), [&] { return grammar::parse_gbnf(grammar); }); });
}

Result<Constraint> Constraint::json(const JsonOptions& options) { return json_schema("true", options); }

Result<Constraint> Constraint::json_schema(std::string_view schema, const JsonOptions& options) {
  return guard([&] {
    return recent().find_or(key_of('s', {schema, key_of(options)}),
                            [&] { return compile_json(schema, options); });
  });
}

Result<Constraint> Constraint::spans(std::string_view text, std::size_t max_words) {
  return guard([&]() -> Result<Constraint> {
    // Not remembered: the text is what somebody typed.
    LINNET_TRY(GrammarPtr grammar, compile_spans(text, max_words));
    return Constraint(std::make_shared<const Impl>(std::move(grammar)));
  });
}

Result<Constraint> Constraint::after(std::string_view trigger) const {
  return guard([&]() -> Result<Constraint> {
    LINNET_TRY(GrammarPtr grammar, compile_after(*impl_->grammar, trigger));
    return Constraint(std::make_shared<const Impl>(std::move(grammar)));
  });
}

Result<ConstraintMatch> Constraint::match(std::string_view text) const {
  return guard([&] { return impl_->match(text); });
}

}  // namespace linnet
