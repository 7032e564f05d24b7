#include "grammar/json_keywords.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"
#include "grammar/json_uri.h"

namespace linnet::grammar {

using Self = SchemaReader;

/// In the order in which they are read: members in the order of "properties", and what is left over last.
const SchemaReader::Keyword SchemaReader::kKeywords[] = {
    {"$schema", &Self::read_dialect},
    {"$recursiveRef", &Self::read_older},
    {"additionalItems", &Self::read_older},
    {"dependencies", &Self::read_older},
    {"type", &Self::read_type},
    {"enum", &Self::read_enum},
    {"const", &Self::read_const},
    {"multipleOf", &Self::read_multiple_of},
    {"minimum", &Self::read_bound<true, false>},
    {"exclusiveMinimum", &Self::read_bound<true, true>},
    {"maximum", &Self::read_bound<false, false>},
    {"exclusiveMaximum", &Self::read_bound<false, true>},
    {"minLength", &Self::read_length},
    {"maxLength", &Self::read_length},
    {"pattern", &Self::read_pattern},
    {"format", &Self::read_format},
    {"prefixItems", &Self::read_items},
    {"items", &Self::read_items},
    {"minItems", &Self::read_n_items},
    {"maxItems", &Self::read_n_items},
    {"contains", &Self::read_contains},
    {"uniqueItems", &Self::read_unique},
    {"properties", &Self::read_properties},
    {"patternProperties", &Self::read_properties},
    {"additionalProperties", &Self::read_properties},
    {"required", &Self::read_required},
    {"minProperties", &Self::read_n_members},
    {"maxProperties", &Self::read_n_members},
    {"propertyNames", &Self::read_property_names},
    {"$ref", &Self::read_ref},
    {"$dynamicRef", &Self::read_dynamic_ref},
    {"allOf", &Self::read_all_of},
    {"anyOf", &Self::read_any_of},
    {"oneOf", &Self::read_one_of},
    {"not", &Self::read_not},
    {"if", &Self::read_if},
    {"dependentRequired", &Self::read_dependent_required},
    {"dependentSchemas", &Self::read_dependent_schemas},
    {"unevaluatedItems", &Self::read_unevaluated_items},
    {"unevaluatedProperties", &Self::read_unevaluated_properties},
};

namespace {

constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";
constexpr std::string_view kValidation = "https://json-schema.org/draft/2020-12/vocab/validation";

}  // namespace

Result<ValueSet> read_schema(Normalizer& normalizer, const JsonValue& schema, ScopeId scope, bool annotates) {
  return SchemaReader(normalizer, schema, scope, annotates).read();
}

SchemaReader::SchemaReader(Normalizer& normalizer, const JsonValue& schema, ScopeId scope, bool annotates)
    : normalizer_(normalizer),
      schema_(schema),
      scope_(normalizer.documents().enter(scope, schema)),
      is_annotated_(annotates),
      annotates_(annotates || schema.find("unevaluatedItems") != nullptr ||
                 schema.find("unevaluatedProperties") != nullptr) {}

Result<ValueSet> SchemaReader::read() {
  for (const Keyword& keyword : kKeywords)
    if (const JsonValue* value = schema_.find(keyword.name)) LINNET_CHECK((this->*keyword.read)(*value));
  if (is_annotated_) return std::move(set_);
  for (ArraySet& set : set_.arrays) set.evaluated = {};
  for (ObjectSet& set : set_.objects) set.evaluated = {};
  ValueSet plain;  // terms that differed in this alone are one
  algebra().unite(plain, set_);
  return plain;
}

bool SchemaReader::is_first_of(std::initializer_list<std::string_view> group, const JsonValue& value) const {
  for (const std::string_view name : group)
    if (const JsonValue* found = schema_.find(name)) return found == &value;
  return false;
}

Error SchemaReader::malformed(std::string_view keyword, const JsonValue& value,
                              std::string_view wanted) const {
  const bool is_scalar = value.kind < JsonKind::kArray;
  return fail(ErrorCode::kInvalidArgument, "{}{}: this is {}, not {}", normalizer_.documents().place(schema_),
              pointer_step(keyword), is_scalar ? utf8::printable(canonical(value)) : to_string(value.kind),
              wanted);
}

Error SchemaReader::refused(std::string_view keyword, std::string_view why) const {
  return fail(ErrorCode::kUnsupported, "{}{}: {}", normalizer_.documents().place(schema_),
              pointer_step(keyword), why);
}

Result<Decimal> SchemaReader::read_number(std::string_view keyword, const JsonValue& value) const {
  if (value.kind != JsonKind::kNumber) return malformed(keyword, value, "a number");
  if (auto number = Decimal::parse(value.text)) return *std::move(number);
  return refused(keyword, "this number takes too many digits to write out");
}

Result<std::uint64_t> SchemaReader::read_count(std::string_view keyword, const JsonValue& value) const {
  LINNET_TRY(const Decimal number, read_number(keyword, value));
  if (!number.is_integer() || number.is_negative) return malformed(keyword, value, "a count from 0");
  std::uint64_t count = 0;
  const std::string text = number.text();
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  return read.ec == std::errc() && count < kNoMaximum ? count : kNoMaximum - 1;
}

Result<CountRange> SchemaReader::read_range(std::string_view min, std::string_view max) const {
  CountRange range;
  if (const JsonValue* value = schema_.find(min)) {
    LINNET_TRY(range.min, read_count(min, *value));
  }
  if (const JsonValue* value = schema_.find(max)) {
    LINNET_TRY(range.max, read_count(max, *value));
  }
  return range;
}

Result<std::vector<std::string>> SchemaReader::read_names(std::string_view keyword,
                                                          const JsonValue& value) const {
  if (value.kind != JsonKind::kArray) return malformed(keyword, value, "an array of strings");
  std::vector<std::string> names;
  for (const JsonValue& name : value.items) {
    if (name.kind != JsonKind::kString) return malformed(keyword, name, "a string");
    names.push_back(name.text);
  }
  return names;
}

Result<ExpressionId> SchemaReader::read_subschema(std::string_view keyword, const JsonValue& value) const {
  if (value.kind == JsonKind::kObject || value.is_boolean()) return expressions().schema(value, scope_);
  return malformed(keyword, value, "a schema, which is an object or a boolean");
}

Result<std::vector<ExpressionId>> SchemaReader::read_subschemas(std::string_view keyword,
                                                                const JsonValue& value) const {
  if (value.kind != JsonKind::kArray) return malformed(keyword, value, "an array of schemas");
  std::vector<ExpressionId> subschemas;
  for (const JsonValue& item : value.items) {
    LINNET_TRY(subschemas.emplace_back(), read_subschema(keyword, item));
  }
  return subschemas;
}

/// Schemas for other drafts are read as well, as far as their keywords mean the same; of vocabularies, only a
/// dialect without assertions would be misread.
Result<void> SchemaReader::read_dialect(const JsonValue& value) {
  if (value.kind != JsonKind::kString) return malformed("$schema", value, "a string");
  if (value.text == kDialect) return {};
  const std::string* text = normalizer_.documents().find_document(value.text);
  if (text == nullptr) return {};
  LINNET_TRY(const JsonValue dialect, parse_json(*text));
  const JsonValue* vocabularies = dialect.find("$vocabulary");
  if (vocabularies == nullptr || vocabularies->find(kValidation) != nullptr) return {};
  return refused("$schema", "its vocabularies leave out validation");
}

Result<void> SchemaReader::read_type(const JsonValue& value) {
  const JsonValue list{.kind = JsonKind::kArray, .items = {value}};
  LINNET_TRY(const auto names, read_names("type", value.kind == JsonKind::kString ? list : value));
  ValueSet types;
  for (const std::string& name : names) {
    if (name == "null")
      types.has_null = true;
    else if (name == "boolean")
      types.has_true = types.has_false = true;
    else if (name == "number")
      types.numbers = {{}};
    else if (name == "integer")
      types.numbers = types.numbers.empty() ? std::vector<NumberSet>{{.is_integer = true}} : types.numbers;
    else if (name == "string")
      types.strings = {{}};
    else if (name == "array")
      types.arrays = {{}};
    else if (name == "object")
      types.objects = {{}};
    else
      return fail(ErrorCode::kInvalidArgument, "{}/type: there is no type \"{}\"",
                  normalizer_.documents().place(schema_), utf8::printable(name));
  }
  set_ = algebra().intersection(set_, types);
  return {};
}

Result<void> SchemaReader::read_const(const JsonValue& value) {
  auto constant = constant_set(value, expressions());
  if (!constant) return refused("const", constant.error().message);
  set_ = algebra().intersection(set_, *constant);
  return {};
}

Result<void> SchemaReader::read_enum(const JsonValue& value) {
  if (value.kind != JsonKind::kArray) return malformed("enum", value, "an array");
  ValueSet constants;
  std::vector<std::string> texts;  // of which there may be thousands
  for (const JsonValue& item : value.items) {
    if (item.kind == JsonKind::kString) {
      texts.push_back(item.text);
      continue;
    }
    auto constant = constant_set(item, expressions());
    if (!constant) return refused("enum", constant.error().message);
    algebra().unite(constants, *constant);
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  if (!texts.empty()) constants.strings = {{.one_of = std::move(texts)}};
  set_ = algebra().intersection(set_, constants);
  return {};
}

Result<void> SchemaReader::read_multiple_of(const JsonValue& value) {
  LINNET_TRY(const Decimal divisor, read_number("multipleOf", value));
  if (divisor.is_negative || divisor.is_zero()) return malformed("multipleOf", value, "a number above 0");
  restrict(NumberSet{.multiples = {divisor}});
  return {};
}

template <bool is_lower, bool is_exclusive>
Result<void> SchemaReader::read_bound(const JsonValue& value) {
  constexpr std::string_view keyword = is_lower ? (is_exclusive ? "exclusiveMinimum" : "minimum")
                                                : (is_exclusive ? "exclusiveMaximum" : "maximum");
  LINNET_TRY(Decimal number, read_number(keyword, value));
  const Bound bound{std::move(number), is_exclusive};
  restrict(is_lower ? NumberSet{.lower = bound} : NumberSet{.upper = bound});
  return {};
}

Result<void> SchemaReader::read_length(const JsonValue& value) {
  if (!is_first_of({"minLength", "maxLength"}, value)) return {};
  LINNET_TRY(const CountRange range, read_range("minLength", "maxLength"));
  restrict(StringSet{.length = range});
  return {};
}

Result<void> SchemaReader::read_pattern(const JsonValue& value) {
  if (value.kind != JsonKind::kString) return malformed("pattern", value, "a string");
  const auto pattern = normalizer_.patterns().add_pattern(value.text);
  if (!pattern)
    return Error{pattern.error().code, fmt::format("{}/pattern: {}", normalizer_.documents().place(schema_),
                                                   pattern.error().message)};
  restrict(StringSet{.patterns = {*pattern}});
  return {};
}

Result<void> SchemaReader::read_format(const JsonValue& value) {
  if (value.kind != JsonKind::kString) return malformed("format", value, "a string");
  if (normalizer_.formats() == JsonFormats::kAnnotate) return {};
  LINNET_TRY(const auto format, normalizer_.patterns().add_format(value.text));
  if (format) restrict(StringSet{.patterns = {*format}});
  return {};
}

}  // namespace linnet::grammar
