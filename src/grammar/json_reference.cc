#include "grammar/json_reference.h"

#include <array>
#include <charconv>

#include "base/utf8.h"
#include "grammar/json_uri.h"

namespace linnet::grammar {
namespace {

constexpr std::array<std::string_view, 11> kSchemaKeywords = {"additionalProperties",
                                                              "items",
                                                              "contains",
                                                              "not",
                                                              "if",
                                                              "then",
                                                              "else",
                                                              "propertyNames",
                                                              "unevaluatedItems",
                                                              "unevaluatedProperties",
                                                              "contentSchema"};
constexpr std::array<std::string_view, 4> kListKeywords = {"allOf", "anyOf", "oneOf", "prefixItems"};
constexpr std::array<std::string_view, 5> kMapKeywords = {"$defs", "definitions", "properties",
                                                          "patternProperties", "dependentSchemas"};

template <std::size_t N>
bool is_one_of(std::string_view keyword, const std::array<std::string_view, N>& keywords) {
  return std::find(keywords.begin(), keywords.end(), keyword) != keywords.end();
}

}  // namespace

Result<const JsonValue*> SchemaDocuments::read_root(std::string_view text) {
  LINNET_TRY(const ResourceId resource, read("", text));
  return resources_[resource].root;
}

Result<ResourceId> SchemaDocuments::read(const std::string& uri, std::string_view text) {
  LINNET_TRY(documents_.emplace_back(), parse_json(text));
  const JsonValue& root = documents_.back();
  const auto resource = static_cast<ResourceId>(resources_.size());
  resources_.push_back({.uri = uri, .root = &root, .anchors = {}, .dynamic_anchors = {}});
  by_uri_[uri] = resource;
  LINNET_CHECK(enrol(root, {.resource = resource, .pointer = uri}));
  return resource;
}

Result<void> SchemaDocuments::enrol_identity(const JsonValue& schema, Place& place) {
  for (const std::string_view keyword : {"$id", "$anchor", "$dynamicAnchor"}) {
    const JsonValue* name = schema.find(keyword);
    if (name == nullptr) continue;
    if (name->kind != JsonKind::kString)
      return fail(ErrorCode::kInvalidArgument, "{}/{}: this is {}, not a string", place.pointer, keyword,
                  to_string(name->kind));
    if (keyword != "$id") {
      Resource& resource = resources_[place.resource];
      resource.anchors[name->text] = &schema;
      if (keyword == "$dynamicAnchor") resource.dynamic_anchors[name->text] = &schema;
      continue;
    }
    const std::string uri = split_fragment(resolve_uri(resources_[place.resource].uri, name->text)).first;
    if (resources_[place.resource].root == &schema) {
      resources_[place.resource].uri = uri;
    } else {
      place.resource = static_cast<ResourceId>(resources_.size());
      resources_.push_back({.uri = uri, .root = &schema, .anchors = {}, .dynamic_anchors = {}});
    }
    by_uri_.try_emplace(uri, place.resource);
  }
  return {};
}

/// Notes the place of `schema` and of the schemas in it.
Result<void> SchemaDocuments::enrol(const JsonValue& schema, Place place) {
  if (schema.kind == JsonKind::kObject) LINNET_CHECK(enrol_identity(schema, place));
  places_.insert_or_assign(&schema, place);
  if (schema.kind != JsonKind::kObject) return {};
  for (std::size_t i = 0; i < schema.names.size(); ++i) {
    const std::string& keyword = schema.names[i];
    const JsonValue& value = schema.items[i];
    const std::string pointer = place.pointer + pointer_step(keyword);
    if (is_one_of(keyword, kSchemaKeywords)) LINNET_CHECK(enrol(value, {place.resource, pointer}));
    const bool is_list = value.kind == JsonKind::kArray && is_one_of(keyword, kListKeywords);
    const bool is_map = value.kind == JsonKind::kObject && is_one_of(keyword, kMapKeywords);
    for (std::size_t j = 0; (is_list || is_map) && j < value.items.size(); ++j) {
      const std::string step = is_map ? pointer_step(value.names[j]) : fmt::format("/{}", j);
      LINNET_CHECK(enrol(value.items[j], {place.resource, pointer + step}));
    }
  }
  return {};
}

Result<SchemaDocuments::Target> SchemaDocuments::find(const JsonValue& schema, std::string_view reference) {
  const ResourceId from = places_.at(&schema).resource;
  auto [uri, fragment] = split_fragment(resolve_uri(resources_[from].uri, reference));
  auto found = by_uri_.find(uri);
  if (found == by_uri_.end()) {
    const std::string* text = find_document(uri);
    if (text == nullptr)
      return fail(ErrorCode::kUnsupported, "the document \"{}\" was not given", utf8::printable(uri));
    if (auto resource = read(uri, *text); !resource)
      return fail(ErrorCode::kInvalidArgument, "in the document \"{}\": {}", utf8::printable(uri),
                  resource.error().message);
    found = by_uri_.find(uri);
  }
  const ResourceId resource = found->second;
  Target target{resources_[resource].root, resource, std::move(fragment)};
  if (target.fragment.starts_with('/')) {
    LINNET_TRY(target.schema, walk(resource, target.fragment));
  } else if (!target.fragment.empty()) {
    const Anchors& anchors = resources_[resource].anchors;
    const auto anchor = anchors.find(target.fragment);
    if (anchor == anchors.end())
      return fail(ErrorCode::kInvalidArgument, "there is no anchor \"{}\"", utf8::printable(target.fragment));
    target.schema = anchor->second;
  }
  return target;
}

Result<const JsonValue*> SchemaDocuments::walk(ResourceId resource, std::string_view pointer) {
  const JsonValue* at = resources_[resource].root;
  Place place = places_.at(at);
  for (const std::string& token : pointer_tokens(pointer)) {
    const JsonValue* next = at->find(token);
    if (at->kind == JsonKind::kArray) {
      std::size_t index = 0;
      const auto read = std::from_chars(token.data(), token.data() + token.size(), index);
      if (read.ec == std::errc() && read.ptr == token.data() + token.size() && index < at->items.size())
        next = &at->items[index];
    }
    if (next == nullptr)
      return fail(ErrorCode::kInvalidArgument, "nothing is at \"{}\"", utf8::printable(pointer));
    at = next;
    place.pointer += pointer_step(token);
    if (const auto known = places_.find(at); known != places_.end()) place = known->second;
  }
  // Inside a keyword that this program does not know: a schema only because something refers to it.
  if (!places_.contains(at)) LINNET_CHECK(enrol(*at, place));
  return at;
}

Result<const JsonValue*> SchemaDocuments::resolve(const JsonValue& schema, std::string_view reference) {
  LINNET_TRY(const Target target, find(schema, reference));
  return target.schema;
}

Result<const JsonValue*> SchemaDocuments::resolve_dynamic(const JsonValue& schema, std::string_view reference,
                                                          ScopeId scope) {
  LINNET_TRY(const Target target, find(schema, reference));
  const Anchors& anchors = resources_[target.resource].dynamic_anchors;
  if (target.fragment.empty() || !anchors.contains(target.fragment)) return target.schema;
  const auto outermost = scopes_[scope].find(target.fragment);
  return outermost == scopes_[scope].end() ? target.schema : outermost->second;
}

ScopeId SchemaDocuments::enter(ScopeId scope, const JsonValue& schema) {
  const Anchors& added = resources_[places_.at(&schema).resource].dynamic_anchors;
  if (added.empty()) return scope;
  Anchors anchors = scopes_[scope];
  anchors.insert(added.begin(), added.end());
  const auto [entry, is_new] = scope_ids_.try_emplace(anchors, static_cast<ScopeId>(scopes_.size()));
  if (is_new) scopes_.push_back(std::move(anchors));
  return entry->second;
}

std::string SchemaDocuments::place(const JsonValue& schema) const {
  const auto found = places_.find(&schema);
  return found == places_.end() ? "" : found->second.pointer;
}

const std::string* SchemaDocuments::find_document(const std::string& uri) const {
  const auto found = others_.find(uri);
  return found == others_.end() ? nullptr : &found->second;
}

}  // namespace linnet::grammar
