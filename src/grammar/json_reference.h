// The documents of a JSON Schema: which resource each subschema belongs to, what references lead to.
// JSON Schema draft 2020-12, core, sections 8 and 9. Belongs to one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/fail.h"
#include "grammar/json_value.h"

namespace linnet::grammar {

/// A schema document, or a part of one with an $id of its own, from 0.
using ResourceId = std::uint32_t;
/// The dynamic anchors that are in force, from 0 (none): what $dynamicRef depends on.
using ScopeId = std::uint32_t;

class SchemaDocuments {
 public:
  /// `others`: texts of further documents by URI, which are read when something refers to them. It must
  /// outlive this.
  explicit SchemaDocuments(const std::map<std::string, std::string>& others) : others_(others) {}

  /// Reads the schema that everything starts from. Errors: kInvalidArgument.
  Result<const JsonValue*> read_root(std::string_view text);

  /// What `reference` in `schema` leads to. Errors: kInvalidArgument, with the reason: there is no such
  /// place.
  Result<const JsonValue*> resolve(const JsonValue& schema, std::string_view reference);
  /// The same for a $dynamicRef in the scope `scope`.
  Result<const JsonValue*> resolve_dynamic(const JsonValue& schema, std::string_view reference,
                                           ScopeId scope);
  /// The scope inside `schema`, reached in the scope `scope`: the outermost of equal dynamic anchors wins.
  ScopeId enter(ScopeId scope, const JsonValue& schema);

  /// Where a schema stands, for messages: a JSON pointer, behind the URI if it is not in the root document.
  std::string place(const JsonValue& schema) const;
  /// The text of a further document, or null.
  const std::string* find_document(const std::string& uri) const;

 private:
  using Anchors = std::map<std::string, const JsonValue*, std::less<>>;
  struct Resource {
    std::string uri;
    const JsonValue* root = nullptr;
    Anchors anchors;
    Anchors dynamic_anchors;
  };
  struct Place {
    ResourceId resource = 0;
    std::string pointer;  // from the document's root, the document's URI in front
  };
  struct Target {
    const JsonValue* schema = nullptr;
    ResourceId resource = 0;
    std::string fragment;
  };

  Result<ResourceId> read(const std::string& uri, std::string_view text);
  Result<void> enrol(const JsonValue& schema, Place place);
  Result<void> enrol_identity(const JsonValue& schema, Place& place);
  Result<Target> find(const JsonValue& schema, std::string_view reference);
  Result<const JsonValue*> walk(ResourceId resource, std::string_view pointer);

  const std::map<std::string, std::string>& others_;
  std::deque<JsonValue> documents_;
  std::vector<Resource> resources_;
  std::map<std::string, ResourceId, std::less<>> by_uri_;
  std::unordered_map<const JsonValue*, Place> places_;
  std::vector<Anchors> scopes_ = std::vector<Anchors>(1);
  std::map<Anchors, ScopeId> scope_ids_ = {{{}, 0}};
};

}  // namespace linnet::grammar
