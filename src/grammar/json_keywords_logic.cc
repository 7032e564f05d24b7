// The keywords that apply other schemas to the same value.
#include "base/utf8.h"
#include "grammar/json_keywords.h"

namespace linnet::grammar {

Result<void> SchemaReader::intersect(ExpressionId id) {
  LINNET_TRY(const ValueSet* other, values(id));
  set_ = algebra().intersection(set_, *other);
  return {};
}

Result<void> SchemaReader::read_older(const JsonValue& value) {
  for (const auto& [keyword, instead] :
       {std::pair<std::string_view, std::string_view>{"$recursiveRef", "$dynamicRef"},
        {"additionalItems", "prefixItems and items"},
        {"dependencies", "dependentRequired or dependentSchemas"}})
    if (schema_.find(keyword) == &value)
      return refused(keyword, fmt::format("this means nothing in draft 2020-12; write {}", instead));
  return {};
}

Error SchemaReader::unresolved(std::string_view keyword, const Error& why) const {
  return fail(why.code, "{}/{}: {}", normalizer_.documents().place(schema_), keyword, why.message);
}

Result<void> SchemaReader::read_ref(const JsonValue& value) {
  if (value.kind != JsonKind::kString) return malformed("$ref", value, "a string");
  const auto target = normalizer_.documents().resolve(schema_, value.text);
  if (!target) return unresolved("$ref", target.error());
  LINNET_TRY(const ExpressionId id, read_subschema("$ref", **target));
  return intersect(id);
}

Result<void> SchemaReader::read_dynamic_ref(const JsonValue& value) {
  if (value.kind != JsonKind::kString) return malformed("$dynamicRef", value, "a string");
  const auto target = normalizer_.documents().resolve_dynamic(schema_, value.text, scope_);
  if (!target) return unresolved("$dynamicRef", target.error());
  LINNET_TRY(const ExpressionId id, read_subschema("$dynamicRef", **target));
  return intersect(id);
}

Result<void> SchemaReader::read_all_of(const JsonValue& value) {
  LINNET_TRY(const auto branches, read_subschemas("allOf", value));
  for (const ExpressionId branch : branches) LINNET_CHECK(intersect(branch));
  return {};
}

/// Where it matters what the branches have looked at, a value that satisfies several has its own term.
Result<void> SchemaReader::read_any_of(const JsonValue& value) {
  LINNET_TRY(const auto branches, read_subschemas("anyOf", value));
  ValueSet any;
  for (const ExpressionId branch : branches) {
    LINNET_TRY(const ValueSet* one, values(branch));
    const ValueSet both = annotates_ ? algebra().intersection(any, *one) : ValueSet{};
    algebra().unite(any, *one);
    algebra().unite(any, both);
  }
  set_ = algebra().intersection(set_, any);
  return {};
}

Result<void> SchemaReader::read_one_of(const JsonValue& value) {
  LINNET_TRY(const auto branches, read_subschemas("oneOf", value));
  std::vector<ValueSet> sets;
  for (const ExpressionId branch : branches) {
    LINNET_TRY(const ValueSet* one, values(branch));
    sets.push_back(algebra().intersection(set_, *one));
  }
  ValueSet exactly_one;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    ValueSet only = sets[i];
    for (std::size_t j = 0; j < sets.size(); ++j) {
      if (i == j) continue;
      LINNET_TRY(const ValueSet* other, values(branches[j]));
      only = algebra().difference(only, *other);
    }
    algebra().unite(exactly_one, only);
  }
  set_ = std::move(exactly_one);
  return {};
}

Result<void> SchemaReader::read_not(const JsonValue& value) {
  LINNET_TRY(const ExpressionId id, read_subschema("not", value));
  LINNET_TRY(const ValueSet* excluded, normalizer_.normalize(id));
  set_ = algebra().difference(set_, *excluded);
  return {};
}

Result<void> SchemaReader::read_if(const JsonValue& value) {
  ExpressionId on_true = kAlways, on_false = kAlways;
  if (const JsonValue* branch = schema_.find("then")) {
    LINNET_TRY(on_true, read_subschema("then", *branch));
  }
  if (const JsonValue* branch = schema_.find("else")) {
    LINNET_TRY(on_false, read_subschema("else", *branch));
  }
  LINNET_TRY(const ExpressionId id, read_subschema("if", value));
  if (on_true == kAlways && on_false == kAlways && !annotates_) return {};
  LINNET_TRY(const ValueSet* condition, values(id));
  LINNET_TRY(const ValueSet* if_true, values(on_true));
  LINNET_TRY(const ValueSet* if_false, values(on_false));
  ValueSet either = algebra().intersection(algebra().intersection(set_, *condition), *if_true);
  algebra().unite(either, algebra().intersection(algebra().difference(set_, *condition), *if_false));
  set_ = std::move(either);
  return {};
}

/// Objects with a member `name` are also in `consequence`.
void SchemaReader::depend(const std::string& name, const ValueSet& consequence) {
  std::vector<ObjectSet> with = set_.objects;
  algebra().restrict(with, {{.wanted = {{KeySet::single(name), kAlways}}}});
  algebra().restrict(with, consequence.objects);
  restrict(ObjectSet{.rules = {{KeySet::single(name), kNever}}});
  set_.objects.insert(set_.objects.end(), with.begin(), with.end());
}

Result<void> SchemaReader::read_dependent_required(const JsonValue& value) {
  if (value.kind != JsonKind::kObject) return malformed("dependentRequired", value, "an object");
  for (std::size_t i = 0; i < value.names.size(); ++i) {
    LINNET_TRY(const auto names, read_names("dependentRequired", value.items[i]));
    ObjectSet consequence;
    for (const std::string& name : names) consequence.wanted.push_back({KeySet::single(name), kAlways});
    depend(value.names[i], {.objects = {consequence}});
  }
  return {};
}

Result<void> SchemaReader::read_dependent_schemas(const JsonValue& value) {
  if (value.kind != JsonKind::kObject) return malformed("dependentSchemas", value, "an object of schemas");
  for (std::size_t i = 0; i < value.names.size(); ++i) {
    LINNET_TRY(const ExpressionId id, read_subschema("dependentSchemas", value.items[i]));
    LINNET_TRY(const ValueSet* consequence, values(id));
    depend(value.names[i], *consequence);
  }
  return {};
}

}  // namespace linnet::grammar
