#include "tasks/extract_schema.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "base/parse_json.h"
#include "base/utf8.h"
#include "grammar/json_uri.h"

namespace linnet::tasks {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAnnotations[] = {"$schema", "$id",      "$comment",   "title",
                                             "default", "examples", "description"};

template <class... Args>
Error wrong(ErrorCode code, const std::string& place, fmt::format_string<Args...> format, Args&&... args) {
  return fail(code, "schema, at {}: {}", place.empty() ? "the top" : utf8::printable(place),
              fmt::format(format, std::forward<Args>(args)...));
}

// Every keyword of `schema` is one that somebody here heeds.
Result<void> check_keywords(const Json& schema, const std::string& place,
                            std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : schema.items()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    if (std::ranges::find(kAnnotations, key) != std::end(kAnnotations)) continue;
    return wrong(ErrorCode::kUnsupported, place + "/" + key,
                 "extraction cannot enforce this keyword; known are {}", fmt::join(known, ", "));
  }
  return {};
}

// The type, "null" aside; empty if there is none.
Result<std::string> type_of(const Json& schema, const std::string& place) {
  if (!schema.is_object()) return wrong(ErrorCode::kInvalidArgument, place, "this must be an object");
  const auto found = schema.find("type");
  if (found == schema.end()) return std::string();
  if (found->is_string()) return found->get<std::string>();
  std::string type;
  if (found->is_array()) {
    for (const Json& one : *found) {
      if (!one.is_string()) break;
      if (one == "null") continue;
      if (!type.empty())
        return wrong(ErrorCode::kUnsupported, place + "/type", "a field has one type, or \"null\"");
      type = one.get<std::string>();
    }
  }
  if (type.empty())
    return wrong(ErrorCode::kInvalidArgument, place + "/type", "this must be the name of a type");
  return type;
}

Result<std::string> string_at(const Json& schema, const char* key, const std::string& place) {
  const auto found = schema.find(key);
  if (found == schema.end()) return std::string();
  if (found->is_string()) return found->get<std::string>();
  return wrong(ErrorCode::kInvalidArgument, place + "/" + key, "this must be a string");
}

Result<std::size_t> count_at(const Json& schema, const char* key, const std::string& place,
                             std::size_t fallback) {
  const auto found = schema.find(key);
  if (found == schema.end()) return fallback;
  if (found->is_number_unsigned()) return found->get<std::size_t>();
  return wrong(ErrorCode::kInvalidArgument, place + "/" + key, "this must be a whole number from 0 on");
}

Result<std::vector<std::string>> choices_of(const Json& values, const std::string& place) {
  std::vector<std::string> choices;
  if (values.is_array()) {
    for (const Json& value : values) {
      if (value.is_null()) continue;
      if (!value.is_string() || std::ranges::find(choices, value.get<std::string>()) != choices.end()) {
        return wrong(ErrorCode::kInvalidArgument, place, "an enum's values are different strings");
      }
      if (choices.size() == kMaxFields) {
        return wrong(ErrorCode::kUnsupported, place,
                     "an enum of more than {} values; at most that many are possible", kMaxFields);
      }
      choices.push_back(value.get<std::string>());
    }
  }
  if (choices.empty()) return wrong(ErrorCode::kInvalidArgument, place, "this must be an array of strings");
  return choices;
}

Result<FieldKind> kind_of(const Json& schema, const std::string& type, const std::string& place) {
  LINNET_TRY(const std::string format, string_at(schema, "format", place));
  static const std::map<std::string, FieldKind, std::less<>> kFormats = {{"", FieldKind::kText},
                                                                         {"date", FieldKind::kDate},
                                                                         {"time", FieldKind::kTime},
                                                                         {"unit", FieldKind::kUnit}};
  if (schema.contains("enum")) return FieldKind::kChoice;
  if (type == "number") return FieldKind::kNumber;
  if (type == "integer") return FieldKind::kInteger;
  if (type != "string" && !type.empty()) {
    return wrong(ErrorCode::kUnsupported, place + "/type",
                 "a field is a string, a number or an integer, but this is \"{}\"", utf8::printable(type));
  }
  if (const auto found = kFormats.find(format); found != kFormats.end()) return found->second;
  return wrong(ErrorCode::kUnsupported, place + "/format", "the formats are date, time and unit, not \"{}\"",
               utf8::printable(format));
}

Result<Field> parse_field(const std::string& name, const Json& property, std::string place) {
  LINNET_TRY(std::string type, type_of(property, place));
  if (type == "array" && property.contains("items")) {  // of values that are found one by one
    LINNET_CHECK(check_keywords(property, place, {"type", "items"}));
    return parse_field(name, property["items"], place + "/items");
  }
  LINNET_CHECK(
      check_keywords(property, place, {"type", "enum", "format", "x-linnet-source", "x-linnet-from"}));
  Field field;
  field.name = name;
  LINNET_TRY(field.description, string_at(property, "description", place));
  LINNET_TRY(field.kind, kind_of(property, type, place));
  LINNET_TRY(const std::string source, string_at(property, "x-linnet-source", place));
  if (!source.empty() && source != "span") {
    return wrong(ErrorCode::kUnsupported, place + "/x-linnet-source",
                 "the one source is \"span\", not \"{}\"", utf8::printable(source));
  }
  if (field.kind == FieldKind::kChoice) {
    if (!source.empty() || property.contains("x-linnet-from")) {
      return wrong(ErrorCode::kInvalidArgument, place, "an enum is told of the whole text and has no span");
    }
    LINNET_TRY(field.choices, choices_of(property["enum"], place + "/enum"));
  }
  return field;
}

Result<void> parse_from(const Json& properties, const std::string& place, RecordSchema& schema) {
  for (Field& field : schema.fields) {
    const Json& property = properties[field.name];
    const std::string here = place + grammar::pointer_step(field.name);
    LINNET_TRY(const std::string from, string_at(property, "x-linnet-from", here));
    if (from.empty()) continue;
    const std::size_t source = schema.find(from);
    if (source == schema.fields.size() || !schema.fields[source].has_span() ||
        properties[from].contains("x-linnet-from")) {
      return wrong(ErrorCode::kInvalidArgument, here + "/x-linnet-from",
                   "\"{}\" is no field with words of its own", utf8::printable(from));
    }
    field.from = source;
  }
  return {};
}

Result<void> parse_required(const Json& record, const std::string& place, RecordSchema& schema) {
  const auto found = record.find("required");
  if (found == record.end()) return {};
  const std::string here = place + "/required";
  if (!found->is_array()) return wrong(ErrorCode::kInvalidArgument, here, "this must be an array of names");
  for (const Json& name : *found) {
    const std::size_t i = name.is_string() ? schema.find(name.get<std::string>()) : schema.fields.size();
    if (i == schema.fields.size())
      return wrong(ErrorCode::kInvalidArgument, here, "{} is no property", name.dump());
    schema.fields[i].is_required = true;
  }
  return {};
}

Result<RecordSchema> parse_record(const Json& record, const std::string& place) {
  LINNET_TRY(const std::string type, type_of(record, place));
  if (type != "object" && !(type.empty() && record.contains("properties"))) {
    return wrong(ErrorCode::kInvalidArgument, place, "a record must be an object with properties");
  }
  LINNET_CHECK(check_keywords(record, place, {"type", "properties", "required", "additionalProperties"}));
  const auto properties = record.find("properties");
  if (properties == record.end() || !properties->is_object() || properties->empty()) {
    return wrong(ErrorCode::kInvalidArgument, place + "/properties",
                 "a record must have at least one property");
  }
  if (properties->size() > kMaxFields) {
    return wrong(ErrorCode::kUnsupported, place + "/properties", "{} properties; at most {} are possible",
                 properties->size(), kMaxFields);
  }
  RecordSchema schema;
  for (const auto& [name, property] : properties->items()) {
    LINNET_TRY(Field field, parse_field(name, property, place + "/properties" + grammar::pointer_step(name)));
    schema.fields.push_back(std::move(field));
  }
  LINNET_CHECK(parse_from(*properties, place + "/properties", schema));
  LINNET_CHECK(parse_required(record, place, schema));
  return schema;
}

Result<RecordSchema> parse_list(const Json& list, const std::string& place) {
  LINNET_CHECK(check_keywords(list, place, {"type", "items", "minItems", "maxItems"}));
  if (!list.contains("items"))
    return wrong(ErrorCode::kInvalidArgument, place, "an array must say what its items are");
  LINNET_TRY(RecordSchema schema, parse_record(list["items"], place + "/items"));
  LINNET_TRY(const std::size_t least, count_at(list, "minItems", place, 0));
  if (least > 0) {
    return wrong(ErrorCode::kUnsupported, place + "/minItems",
                 "{} cannot be promised: a text may hold fewer records, and none is made up; leave it out",
                 least);
  }
  LINNET_TRY(schema.max_records, count_at(list, "maxItems", place, schema.max_records));
  return schema;
}

// The one property that is an array of objects, if there is just that.
const Json* only_list(const Json& root) {
  const auto properties = root.find("properties");
  if (properties == root.end() || !properties->is_object() || properties->size() != 1) return nullptr;
  const Json& property = properties->front();
  if (!property.is_object() || property.value("type", Json()) != "array" || !property.contains("items"))
    return nullptr;
  const Json& items = property["items"];
  return items.is_object() && items.contains("properties") ? &property : nullptr;
}

}  // namespace

std::size_t RecordSchema::find(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::ranges::find(fields, name, &Field::name) - fields.begin());
}

Result<RecordSchema> parse_schema(std::string_view text) {
  const std::optional<Json> parsed = parse_json(text);
  if (!parsed) {
    return fail(ErrorCode::kInvalidArgument, "the schema is not JSON, or deeper than {} levels",
                kMaxJsonDepth);
  }
  const Json& root = *parsed;
  LINNET_TRY(const std::string type, type_of(root, ""));
  if (type == "array") return parse_list(root, "");
  if (const Json* list = only_list(root); list != nullptr) {
    LINNET_CHECK(check_keywords(root, "", {"type", "properties", "required", "additionalProperties"}));
    return parse_list(*list, "/properties" + grammar::pointer_step(root["properties"].begin().key()));
  }
  return parse_record(root, "");
}

}  // namespace linnet::tasks
