// The keywords about items of arrays and members of objects.
#include "grammar/json_keywords.h"

namespace linnet::grammar {

Result<void> SchemaReader::read_items(const JsonValue& value) {
  if (!is_first_of({"prefixItems", "items"}, value)) return {};
  ArraySet set;
  if (const JsonValue* prefix = schema_.find("prefixItems")) {
    LINNET_TRY(set.prefix, read_subschemas("prefixItems", *prefix));
  }
  set.evaluated.n = set.prefix.size();
  if (const JsonValue* rest = schema_.find("items")) {
    LINNET_TRY(set.rest, read_subschema("items", *rest));
    set.evaluated.n = kNoMaximum;
  }
  restrict(set);
  return {};
}

Result<void> SchemaReader::read_n_items(const JsonValue& value) {
  if (!is_first_of({"minItems", "maxItems"}, value)) return {};
  LINNET_TRY(const CountRange range, read_range("minItems", "maxItems"));
  restrict(ArraySet{.length = range});
  return {};
}

Result<void> SchemaReader::read_contains(const JsonValue& value) {
  LINNET_TRY(const ExpressionId wanted, read_subschema("contains", value));
  LINNET_TRY(CountRange range, read_range("minContains", "maxContains"));
  if (schema_.find("minContains") == nullptr) range.min = 1;
  if (range.min > range.max) {
    set_.arrays.clear();
    return {};
  }
  restrict(ArraySet{.counts = {{.value = wanted, .range = range}}, .evaluated = {.values = {wanted}}});
  return {};
}

Result<void> SchemaReader::read_unique(const JsonValue& value) {
  if (!value.is_boolean()) return malformed("uniqueItems", value, "a boolean");
  if (value.kind == JsonKind::kTrue) restrict(ArraySet{.unique = &schema_});
  return {};
}

Result<void> SchemaReader::read_properties(const JsonValue& value) {
  if (!is_first_of({"properties", "patternProperties", "additionalProperties"}, value)) return {};
  ObjectSet set;
  KeySet known;
  if (const JsonValue* properties = schema_.find("properties")) {
    if (properties->kind != JsonKind::kObject)
      return malformed("properties", *properties, "an object of schemas");
    known.names = properties->names;
    for (std::size_t i = 0; i < properties->names.size(); ++i) {
      LINNET_TRY(const ExpressionId property, read_subschema("properties", properties->items[i]));
      set.rules.push_back({KeySet::single(properties->names[i]), property});
    }
  }
  if (const JsonValue* patterns = schema_.find("patternProperties"))
    LINNET_CHECK(read_pattern_properties(*patterns, set, known));
  set.evaluated = known;
  if (const JsonValue* additional = schema_.find("additionalProperties")) {
    LINNET_TRY(const ExpressionId others, read_subschema("additionalProperties", *additional));
    known.is_complement = true;
    set.rules.push_back({known, others});
    set.evaluated = KeySet::everything();
  }
  restrict(set);
  return {};
}

Result<void> SchemaReader::read_pattern_properties(const JsonValue& value, ObjectSet& set, KeySet& known) {
  if (value.kind != JsonKind::kObject) return malformed("patternProperties", value, "an object of schemas");
  for (std::size_t i = 0; i < value.names.size(); ++i) {
    LINNET_TRY(const ExpressionId property, read_subschema("patternProperties", value.items[i]));
    const auto pattern = normalizer_.patterns().add_pattern(value.names[i]);
    if (!pattern)
      return Error{pattern.error().code,
                   fmt::format("{}/patternProperties: {}", normalizer_.documents().place(schema_),
                               pattern.error().message)};
    set.rules.push_back({{.patterns = {*pattern}}, property});
    known.patterns.push_back(*pattern);
  }
  return {};
}

Result<void> SchemaReader::read_required(const JsonValue& value) {
  LINNET_TRY(const auto names, read_names("required", value));
  ObjectSet set;
  for (const std::string& name : names) set.wanted.push_back({KeySet::single(name), kAlways});
  restrict(set);
  return {};
}

Result<void> SchemaReader::read_n_members(const JsonValue& value) {
  if (!is_first_of({"minProperties", "maxProperties"}, value)) return {};
  LINNET_TRY(const CountRange range, read_range("minProperties", "maxProperties"));
  restrict(ObjectSet{.n_members = range});
  return {};
}

Result<void> SchemaReader::read_property_names(const JsonValue& value) {
  LINNET_TRY(const ExpressionId name, read_subschema("propertyNames", value));
  LINNET_TRY(const ValueSet* names, normalizer_.normalize(name));
  KeySet others{.is_complement = true};
  if (names->strings.size() == 1 && names->strings.front().one_of) {
    others.names = *names->strings.front().one_of;
  } else if (!names->strings.empty()) {
    const auto pattern = normalizer_.patterns().add_strings(names->strings);
    if (!pattern) return refused("propertyNames", pattern.error().message);
    others.patterns = {*pattern};
  }
  restrict(ObjectSet{.rules = {{others, kNever}}});
  return {};
}

Result<void> SchemaReader::read_unevaluated_items(const JsonValue& value) {
  LINNET_TRY(const ExpressionId others, read_subschema("unevaluatedItems", value));
  std::vector<ArraySet> arrays;
  for (const ArraySet& array : set_.arrays) {
    std::vector<ArraySet> one = {array};
    if (array.evaluated.n != kNoMaximum) {
      std::vector<ExpressionId> values = array.evaluated.values;
      values.push_back(others);
      ArraySet rule{.rest = expressions().any(std::move(values)), .evaluated = {.n = kNoMaximum}};
      rule.prefix.resize(static_cast<std::size_t>(array.evaluated.n), kAlways);
      algebra().restrict(one, {rule});
    }
    arrays.insert(arrays.end(), one.begin(), one.end());
  }
  set_.arrays = std::move(arrays);
  return {};
}

Result<void> SchemaReader::read_unevaluated_properties(const JsonValue& value) {
  LINNET_TRY(const ExpressionId others, read_subschema("unevaluatedProperties", value));
  std::vector<ObjectSet> objects;
  for (const ObjectSet& object : set_.objects) {
    std::vector<ObjectSet> one = {object};
    if (!object.evaluated.is_everything()) {
      KeySet unevaluated = object.evaluated;
      unevaluated.is_complement = true;
      algebra().restrict(one, {{.rules = {{unevaluated, others}}, .evaluated = KeySet::everything()}});
    }
    objects.insert(objects.end(), one.begin(), one.end());
  }
  set_.objects = std::move(objects);
  return {};
}

}  // namespace linnet::grammar
