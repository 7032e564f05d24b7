// Works out the set of values that a schema describes: references followed, and logic carried out.
// Source: JSON Schema draft 2020-12, core and validation. Belongs to one thread.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/fail.h"
#include "grammar/json_expression.h"
#include "grammar/json_pattern.h"
#include "grammar/json_reference.h"
#include "grammar/json_schema.h"
#include "grammar/json_set_algebra.h"
#include "grammar/json_sets.h"

namespace linnet::grammar {

class Normalizer {
 public:
  /// All must outlive this.
  Normalizer(SchemaDocuments& documents, Expressions& expressions, Patterns& patterns, JsonFormats formats);

  /// The values that satisfy an expression; stays where it is. With `annotates`, terms tell which members and
  /// items were looked at, and a value is in a term that knows all of them. Errors: kInvalidArgument, a
  /// schema is malformed; kUnsupported, too large; both with the place.
  Result<const ValueSet*> normalize(ExpressionId id, bool annotates = false);
  /// Whether no value satisfies it; false if in doubt.
  bool is_never(ExpressionId id);

  // For those who read schemas.
  SchemaDocuments& documents() noexcept { return documents_; }
  Expressions& expressions() noexcept { return expressions_; }
  Patterns& patterns() noexcept { return patterns_; }
  SetAlgebra& algebra() noexcept { return algebra_; }
  JsonFormats formats() const noexcept { return formats_; }

 private:
  using Key = std::pair<ExpressionId, bool>;

  Result<ValueSet> evaluate(ExpressionId id, bool annotates);
  std::string place_of(const Expression& expression) const;

  SchemaDocuments& documents_;
  Expressions& expressions_;
  Patterns& patterns_;
  JsonFormats formats_;
  SetAlgebra algebra_;
  std::map<Key, ValueSet> known_;
  std::deque<ValueSet> guesses_;
  std::map<Key, std::size_t> open_;  // being worked out, and within how many questions of is_never()
  std::size_t n_questions_ = 0;
  bool is_in_doubt_ = false;  // a question led back to what is being worked out
};

/// The value that is equal to a constant. Errors: kUnsupported, a number takes too many digits.
Result<ValueSet> constant_set(const JsonValue& value, Expressions& expressions);

}  // namespace linnet::grammar
