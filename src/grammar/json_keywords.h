// The keywords of JSON Schema, one function each. Draft 2020-12, core sections 10 and 11, validation
// section 6.
#pragma once

#include <string>
#include <string_view>

#include "base/fail.h"
#include "grammar/json_normalize.h"
#include "grammar/json_sets.h"

namespace linnet::grammar {

/// The values that satisfy `schema`, an object. For annotations and errors see Normalizer::normalize().
Result<ValueSet> read_schema(Normalizer& normalizer, const JsonValue& schema, ScopeId scope, bool annotates);

/// Reads one schema object, keyword after keyword, each of which takes away from the set of values.
class SchemaReader {
 public:
  SchemaReader(Normalizer& normalizer, const JsonValue& schema, ScopeId scope, bool annotates);

  Result<ValueSet> read();

 private:
  using Read = Result<void> (SchemaReader::*)(const JsonValue& value);
  struct Keyword {
    std::string_view name;
    Read read;
  };
  static const Keyword kKeywords[];

  // json_keywords.cc: what they all need, and the keywords for scalars
  Error malformed(std::string_view keyword, const JsonValue& value, std::string_view wanted) const;
  Error refused(std::string_view keyword, std::string_view why) const;
  Result<std::uint64_t> read_count(std::string_view keyword, const JsonValue& value) const;
  Result<CountRange> read_range(std::string_view min, std::string_view max) const;
  Result<Decimal> read_number(std::string_view keyword, const JsonValue& value) const;
  Result<std::vector<std::string>> read_names(std::string_view keyword, const JsonValue& value) const;
  Result<ExpressionId> read_subschema(std::string_view keyword, const JsonValue& value) const;
  Result<std::vector<ExpressionId>> read_subschemas(std::string_view keyword, const JsonValue& value) const;
  Result<const ValueSet*> values(ExpressionId id) const { return normalizer_.normalize(id, annotates_); }
  void restrict(const NumberSet& set) { algebra().restrict(set_.numbers, {set}); }
  void restrict(const StringSet& set) { algebra().restrict(set_.strings, {set}); }
  void restrict(const ArraySet& set) { algebra().restrict(set_.arrays, {set}); }
  void restrict(const ObjectSet& set) { algebra().restrict(set_.objects, {set}); }
  SetAlgebra& algebra() const { return normalizer_.algebra(); }
  Expressions& expressions() const { return normalizer_.expressions(); }

  Result<void> read_dialect(const JsonValue& value);
  Result<void> read_type(const JsonValue& value);
  Result<void> read_enum(const JsonValue& value);
  Result<void> read_const(const JsonValue& value);
  Result<void> read_multiple_of(const JsonValue& value);
  template <bool is_lower, bool is_exclusive>
  Result<void> read_bound(const JsonValue& value);
  Result<void> read_length(const JsonValue& value);
  Result<void> read_pattern(const JsonValue& value);
  Result<void> read_format(const JsonValue& value);

  // json_keywords_members.cc: items of arrays, members of objects
  Result<void> read_items(const JsonValue& value);
  Result<void> read_n_items(const JsonValue& value);
  Result<void> read_contains(const JsonValue& value);
  Result<void> read_unique(const JsonValue& value);
  Result<void> read_properties(const JsonValue& value);
  Result<void> read_pattern_properties(const JsonValue& value, ObjectSet& set, KeySet& known);
  Result<void> read_required(const JsonValue& value);
  Result<void> read_n_members(const JsonValue& value);
  Result<void> read_property_names(const JsonValue& value);
  Result<void> read_unevaluated_items(const JsonValue& value);
  Result<void> read_unevaluated_properties(const JsonValue& value);

  // json_keywords_logic.cc: schemas about the same value
  Result<void> read_older(const JsonValue& value);
  Error unresolved(std::string_view keyword, const Error& why) const;
  Result<void> read_ref(const JsonValue& value);
  Result<void> read_dynamic_ref(const JsonValue& value);
  Result<void> read_all_of(const JsonValue& value);
  Result<void> read_any_of(const JsonValue& value);
  Result<void> read_one_of(const JsonValue& value);
  Result<void> read_not(const JsonValue& value);
  Result<void> read_if(const JsonValue& value);
  Result<void> read_dependent_required(const JsonValue& value);
  Result<void> read_dependent_schemas(const JsonValue& value);
  Result<void> intersect(ExpressionId id);
  void depend(const std::string& name, const ValueSet& consequence);

  /// Whether `keyword` is to be read here: the first one of a group reads the whole group.
  bool is_first_of(std::initializer_list<std::string_view> group, const JsonValue& value) const;

  Normalizer& normalizer_;
  const JsonValue& schema_;
  ScopeId scope_;
  bool is_annotated_;  // what is read
  bool annotates_;     // on the way there
  ValueSet set_ = ValueSet::everything();
};

}  // namespace linnet::grammar
