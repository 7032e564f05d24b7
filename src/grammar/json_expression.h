// What a JSON Schema says about one value, as a formula over subschemas and constants. Equal formulas have
// equal numbers, by which everything is remembered that was found out about them. Belongs to one thread.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "grammar/json_reference.h"
#include "grammar/json_value.h"

namespace linnet::grammar {

/// A formula, from 0.
using ExpressionId = std::uint32_t;
/// What every value satisfies, and what none does.
inline constexpr ExpressionId kAlways = 0, kNever = 1;

struct Expression {
  enum class Kind : std::uint8_t { kTrue, kFalse, kSchema, kValue, kNot, kAll, kAny };

  Kind kind = Kind::kTrue;
  const JsonValue* value = nullptr;      ///< The schema, or the constant.
  ScopeId scope = 0;                     ///< Of the schema's dynamic anchors.
  std::string constant{};                ///< The constant's canonical text.
  std::vector<ExpressionId> operands{};  ///< Sorted, each once.
};

class Expressions {
 public:
  Expressions();

  /// "It satisfies `value`", which is an object or a boolean.
  ExpressionId schema(const JsonValue& value, ScopeId scope);
  /// "It is `value`."
  ExpressionId constant(const JsonValue& value);
  ExpressionId negation(ExpressionId operand);
  ExpressionId all(std::vector<ExpressionId> operands);
  ExpressionId any(std::vector<ExpressionId> operands);

  const Expression& operator[](ExpressionId id) const noexcept { return expressions_[id]; }

 private:
  using Key = std::tuple<Expression::Kind, const JsonValue*, ScopeId, std::string, std::vector<ExpressionId>>;

  ExpressionId intern(Expression expression);
  ExpressionId combine(Expression::Kind kind, std::vector<ExpressionId> operands);

  std::deque<Expression> expressions_;
  std::map<Key, ExpressionId> ids_;
};

}  // namespace linnet::grammar
