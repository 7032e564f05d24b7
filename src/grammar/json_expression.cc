#include "grammar/json_expression.h"

#include <algorithm>

namespace linnet::grammar {

using Kind = Expression::Kind;

Expressions::Expressions() {
  intern({.kind = Kind::kTrue});
  intern({.kind = Kind::kFalse});
}

ExpressionId Expressions::intern(Expression expression) {
  // Constants are told apart by what they are, not by where they stand.
  const JsonValue* identity = expression.kind == Kind::kSchema ? expression.value : nullptr;
  const auto [entry, is_new] = ids_.try_emplace(
      {expression.kind, identity, expression.scope, expression.constant, expression.operands},
      static_cast<ExpressionId>(expressions_.size()));
  if (is_new) expressions_.push_back(std::move(expression));
  return entry->second;
}

ExpressionId Expressions::schema(const JsonValue& value, ScopeId scope) {
  if (value.kind == JsonKind::kFalse) return kNever;
  if (value.kind == JsonKind::kTrue || (value.kind == JsonKind::kObject && value.items.empty()))
    return kAlways;
  return intern({.kind = Kind::kSchema, .value = &value, .scope = scope});
}

ExpressionId Expressions::constant(const JsonValue& value) {
  return intern({.kind = Kind::kValue, .value = &value, .constant = canonical(value)});
}

ExpressionId Expressions::negation(ExpressionId operand) {
  if (operand == kAlways) return kNever;
  if (operand == kNever) return kAlways;
  if (expressions_[operand].kind == Kind::kNot) return expressions_[operand].operands.front();
  return intern({.kind = Kind::kNot, .operands = {operand}});
}

ExpressionId Expressions::all(std::vector<ExpressionId> operands) {
  return combine(Kind::kAll, std::move(operands));
}

ExpressionId Expressions::any(std::vector<ExpressionId> operands) {
  return combine(Kind::kAny, std::move(operands));
}

ExpressionId Expressions::combine(Kind kind, std::vector<ExpressionId> operands) {
  const bool is_all = kind == Kind::kAll;
  const ExpressionId neutral = is_all ? kAlways : kNever, absorbing = is_all ? kNever : kAlways;
  std::vector<ExpressionId> flat;
  for (const ExpressionId operand : operands) {
    const Expression& expression = expressions_[operand];
    if (operand == neutral) continue;
    if (expression.kind == kind)
      flat.insert(flat.end(), expression.operands.begin(), expression.operands.end());
    else
      flat.push_back(operand);
  }
  std::sort(flat.begin(), flat.end());
  flat.erase(std::unique(flat.begin(), flat.end()), flat.end());
  std::size_t n_constants = 0;
  for (const ExpressionId operand : flat) {
    const Expression& expression = expressions_[operand];
    if (operand == absorbing) return absorbing;
    if (expression.kind == Kind::kNot &&
        std::binary_search(flat.begin(), flat.end(), expression.operands.front()))
      return absorbing;
    n_constants += expression.kind == Kind::kValue ? 1 : 0;
  }
  if (is_all && n_constants > 1) return kNever;
  if (flat.empty()) return neutral;
  if (flat.size() == 1) return flat.front();
  return intern({.kind = kind, .operands = std::move(flat)});
}

}  // namespace linnet::grammar
