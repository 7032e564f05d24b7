#include "grammar/json_normalize.h"

#include <algorithm>

#include "grammar/json_keywords.h"

namespace linnet::grammar {
namespace {

/// How deep references and logic may be nested, and questions whether anything is left.
constexpr std::size_t kMaxOpen = 128, kMaxQuestions = 3;

}  // namespace

Normalizer::Normalizer(SchemaDocuments& documents, Expressions& expressions, Patterns& patterns,
                       JsonFormats formats)
    : documents_(documents),
      expressions_(expressions),
      patterns_(patterns),
      formats_(formats),
      algebra_(expressions, patterns, [this](ExpressionId id) { return is_never(id); }) {}

Result<const ValueSet*> Normalizer::normalize(ExpressionId id, bool annotates) {
  const Key key{id, annotates};
  if (const auto found = known_.find(key); found != known_.end()) return &found->second;
  const Expression& expression = expressions_[id];
  if (const auto found = open_.find(key); found != open_.end()) {
    if (found->second == n_questions_)
      return fail(ErrorCode::kInvalidArgument, "{}: this schema is defined by itself alone",
                  place_of(expression));
    is_in_doubt_ = true;
    static const ValueSet kEverything = ValueSet::everything();
    return &kEverything;
  }
  if (open_.size() == kMaxOpen)
    return fail(ErrorCode::kUnsupported, "references and logic are nested deeper than {} levels", kMaxOpen);
  open_[key] = n_questions_;
  auto set = evaluate(id, annotates);
  open_.erase(key);
  if (!set) return std::move(set).error();
  if (algebra_.is_exhausted())
    return fail(ErrorCode::kUnsupported, "{}: taking all cases of this apart is too much work",
                place_of(expression));
  // In doubt, it was worked out from a guess, and serves for this question only.
  if (is_in_doubt_) return &guesses_.emplace_back(*std::move(set));
  return &known_.insert_or_assign(key, *std::move(set)).first->second;
}

std::string Normalizer::place_of(const Expression& expression) const {
  const bool is_schema = expression.kind == Expression::Kind::kSchema;
  const std::string place = is_schema ? documents_.place(*expression.value) : "";
  return place.empty() ? "the schema" : place;
}

bool Normalizer::is_never(ExpressionId id) {
  if (id == kAlways || id == kNever) return id == kNever;
  if (const auto found = known_.find({id, false}); found != known_.end()) return found->second.is_empty();
  if (n_questions_ == kMaxQuestions) return false;
  const bool was_in_doubt = std::exchange(is_in_doubt_, false);
  ++n_questions_;
  const auto set = normalize(id);
  --n_questions_;
  const bool is_known = set && !is_in_doubt_;  // an error shows again where the schema is needed
  is_in_doubt_ = was_in_doubt;
  return is_known && (*set)->is_empty();
}

Result<ValueSet> Normalizer::evaluate(ExpressionId id, bool annotates) {
  const Expression& expression = expressions_[id];
  switch (expression.kind) {
    case Expression::Kind::kFalse: return ValueSet{};
    case Expression::Kind::kTrue: break;
    case Expression::Kind::kSchema: return read_schema(*this, *expression.value, expression.scope, annotates);
    case Expression::Kind::kValue: return constant_set(*expression.value, expressions_);
    case Expression::Kind::kNot: {
      LINNET_TRY(const ValueSet* operand, normalize(expression.operands.front()));
      return algebra_.difference(ValueSet::everything(), *operand);
    }
    case Expression::Kind::kAll: {
      ValueSet set = ValueSet::everything();
      for (const ExpressionId operand : expression.operands) {
        LINNET_TRY(const ValueSet* one, normalize(operand));
        set = algebra_.intersection(set, *one);
      }
      return set;
    }
    case Expression::Kind::kAny: {
      ValueSet set;
      for (const ExpressionId operand : expression.operands) {
        LINNET_TRY(const ValueSet* one, normalize(operand));
        algebra_.unite(set, *one);
      }
      return set;
    }
  }
  return ValueSet::everything();
}

Result<ValueSet> constant_set(const JsonValue& value, Expressions& expressions) {
  ValueSet set;
  switch (value.kind) {
    case JsonKind::kNull: set.has_null = true; break;
    case JsonKind::kTrue: set.has_true = true; break;
    case JsonKind::kFalse: set.has_false = true; break;
    case JsonKind::kString: set.strings = {{.one_of = {{value.text}}}}; break;
    case JsonKind::kNumber: {
      const auto number = Decimal::parse(value.text);
      if (!number)
        return fail(ErrorCode::kUnsupported, "the number {} takes too many digits to write out", value.text);
      set.numbers = {{.lower = Bound{*number}, .upper = Bound{*number}}};
      break;
    }
    case JsonKind::kArray: {
      const std::uint64_t n = value.items.size();
      ArraySet array{.rest = kNever, .length = {.min = n, .max = n}};
      for (const JsonValue& item : value.items) array.prefix.push_back(expressions.constant(item));
      set.arrays = {std::move(array)};
      break;
    }
    case JsonKind::kObject: {
      ObjectSet object;
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        const KeySet name = KeySet::single(value.names[i]);
        object.rules.push_back({name, expressions.constant(value.items[i])});
        object.wanted.push_back({name, kAlways});
      }
      object.rules.push_back({{.is_complement = true, .names = value.names}, kNever});
      set.objects = {std::move(object)};
      break;
    }
  }
  return set;
}

}  // namespace linnet::grammar
