#include "grammar/json_emitter.h"

#include "grammar/json_string.h"
#include "grammar/json_uri.h"

namespace linnet::grammar {
namespace {

// The JSON pointer of the nearest member of that name, from `value` on. As deep as the text is nested, which
// is bounded.
std::optional<std::string> path_to(const JsonValue& value, std::string_view name) {
  if (value.find(name) != nullptr) return pointer_step(name);
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const auto path = path_to(value.items[i], name);
    if (!path) continue;
    const bool is_member = value.kind == JsonKind::kObject;
    return pointer_step(is_member ? value.names[i] : std::to_string(i)) + *path;
  }
  return std::nullopt;
}

}  // namespace

Emitter::Emitter(Normalizer& normalizer, const JsonOptions& options)
    : normalizer_(normalizer), expressions_(normalizer.expressions()), options_(options) {
  space_ = options.space == JsonSpace::kFree
               ? builder_.repeat(builder_.characters({{' ', ' '}, {'\t', '\n'}, {'\r', '\r'}}), 0, kNoLimit)
               : builder_.empty();
}

Result<GrammarPtr> Emitter::emit(ExpressionId root) {
  LINNET_TRY(const NodeId node, value(root));
  while (!pending_.empty()) {
    const auto [id, rule] = pending_.back();
    pending_.pop_back();
    current_ = id;
    LINNET_TRY(const ValueSet* set, normalizer_.normalize(id));
    LINNET_TRY(const NodeId definition, texts(*set));
    builder_.define(rule, definition);
  }
  return builder_.finish(builder_.sequence({space_, node, space_}));
}

/// A rule for what may be nested: it is written later, so that neither depth nor recursion is a matter here.
Result<NodeId> Emitter::value(ExpressionId id) {
  if (const auto known = nodes_.find(id); known != nodes_.end()) return known->second;
  LINNET_TRY(const ValueSet* set, normalizer_.normalize(id));
  if (set->arrays.empty() && set->objects.empty()) {
    LINNET_TRY(const NodeId node, scalars(*set));
    return nodes_[id] = node;
  }
  const RuleId rule = builder_.declare(fmt::format("value {}", id));
  pending_.emplace_back(id, rule);
  return nodes_[id] = builder_.rule(rule);
}

Result<NodeId> Emitter::texts(const ValueSet& set) {
  LINNET_TRY(const NodeId scalar, scalars(set));
  std::vector<NodeId> choices = {scalar};
  for (const ArraySet& arrays : set.arrays) {
    LINNET_TRY(choices.emplace_back(), array(arrays));
  }
  for (const ObjectSet& objects : set.objects) {
    LINNET_TRY(choices.emplace_back(), object(objects));
  }
  return builder_.choice(std::move(choices));
}

Result<NodeId> Emitter::scalars(const ValueSet& set) {
  std::vector<NodeId> choices;
  if (set.has_null) choices.push_back(builder_.literal("null"));
  if (set.has_true) choices.push_back(builder_.literal("true"));
  if (set.has_false) choices.push_back(builder_.literal("false"));
  for (const NumberSet& numbers : set.numbers) {
    LINNET_TRY(choices.emplace_back(), number(numbers));
  }
  for (const StringSet& strings : set.strings) {
    LINNET_TRY(choices.emplace_back(), string(strings));
  }
  return builder_.choice(std::move(choices));
}

Result<NodeId> Emitter::number(const NumberSet& set) {
  auto automaton = number_automaton(set, normalizer_.patterns().work());
  if (!automaton)
    return refused({"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
                   automaton.error().message);
  if (*automaton == nullptr) return builder_.nothing();
  const Decimal* single = options_.spelling == JsonSpelling::kCanonical ? set.single() : nullptr;
  return single != nullptr ? builder_.literal(single->text()) : builder_.automaton(*std::move(automaton));
}

NodeId Emitter::literal_string(const std::string& content) {
  if (options_.spelling == JsonSpelling::kCanonical) return builder_.literal(json_quoted(content));
  return builder_.automaton(std::make_shared<JsonString>(Dfa::literal(content), 0, Automaton::kUnlimited));
}

Result<NodeId> Emitter::string(const StringSet& set) {
  if (set.one_of) {
    std::vector<NodeId> choices;
    for (const std::string& content : *set.one_of) choices.push_back(literal_string(content));
    return builder_.choice(std::move(choices));
  }
  if (set == StringSet{.length = set.length}) {
    const std::size_t max = set.length.max == kNoMaximum ? Automaton::kUnlimited : set.length.max;
    return builder_.automaton(std::make_shared<JsonString>(Dfa::any_text(), set.length.min, max));
  }
  auto content = normalizer_.patterns().language(set);
  if (!content) return refused({"pattern", "format", "minLength", "maxLength"}, content.error().message);
  if ((*content)->is_empty()) return builder_.nothing();
  return builder_.automaton(std::make_shared<JsonString>(*std::move(content), 0, Automaton::kUnlimited));
}

Error Emitter::refused(std::initializer_list<std::string_view> keywords, std::string_view why) const {
  ExpressionId id = current_;
  while (!expressions_[id].operands.empty()) id = expressions_[id].operands.front();
  std::string place;
  if (expressions_[id].kind == Expression::Kind::kSchema) {
    const JsonValue& schema = *expressions_[id].value;
    place = normalizer_.documents().place(schema);
    for (const std::string_view keyword : keywords) {
      const auto path = path_to(schema, keyword);
      if (!path) continue;
      place += *path;
      break;
    }
  }
  return fail(ErrorCode::kUnsupported, "{}: {}", place.empty() ? "the schema" : place, why);
}

/// A comma or a colon, and what stands behind it.
NodeId Emitter::punctuation(std::string_view mark) {
  std::string text(mark);
  if (options_.space == JsonSpace::kSpaced) text += ' ';
  return builder_.sequence({builder_.literal(text), space_});
}

NodeId Emitter::list(std::string_view open, std::vector<NodeId> members, TrackerPtr tracker,
                     std::string_view close) {
  if (tracker == nullptr) return builder_.nothing();
  const NodeId inside = builder_.list(std::move(members), punctuation(","), std::move(tracker));
  return builder_.sequence({builder_.literal(open), space_, inside, builder_.literal(close)});
}

}  // namespace linnet::grammar
