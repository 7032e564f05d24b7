// Makes a grammar of the sets of values that schemas describe. Belongs to one thread.
#pragma once

#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "grammar/grammar.h"
#include "grammar/json_normalize.h"
#include "grammar/json_schema.h"
#include "grammar/json_tracker.h"

namespace linnet::grammar {

class Emitter {
 public:
  /// Both must outlive this.
  Emitter(Normalizer& normalizer, const JsonOptions& options);

  /// The texts of all values that satisfy `root`.
  Result<GrammarPtr> emit(ExpressionId root);

 private:
  /// Members of one object, as they are found.
  struct Members {
    MemberPlan plan{};
    std::vector<NodeId> nodes{};
    std::vector<const MemberRule*> wanted{};  // those which any of several names can serve
  };
  /// Names that a schema does not tell apart.
  struct Cell {
    DfaPtr names{};
    std::vector<PatternId> patterns{};  // those that they are in
  };

  // json_emitter.cc
  Result<NodeId> value(ExpressionId id);
  Result<NodeId> texts(const ValueSet& set);
  Result<NodeId> scalars(const ValueSet& set);
  Result<NodeId> number(const NumberSet& set);
  Result<NodeId> string(const StringSet& set);
  NodeId literal_string(const std::string& content);
  /// With the pointer of the first of `keywords` in the schema that is being emitted, or of the schema
  /// itself.
  Error refused(std::initializer_list<std::string_view> keywords, std::string_view why) const;
  NodeId list(std::string_view open, std::vector<NodeId> members, TrackerPtr tracker, std::string_view close);
  NodeId punctuation(std::string_view mark);

  // json_emit_array.cc
  Result<NodeId> array(const ArraySet& set);
  Result<NodeId> counted_array(ArraySet set);
  Result<NodeId> unique_array(const ArraySet& set);
  std::optional<std::vector<ExpressionId>> listed_values(const ValueSet& set);
  Result<NodeId> items(const std::vector<ExpressionId>& values, TrackerPtr tracker);

  // json_emit_object.cc
  Result<NodeId> object(const ObjectSet& set);
  Result<void> check_size(const ObjectSet& set, std::size_t n_names, std::size_t n_wanted) const;
  Result<std::vector<Cell>> cells(const std::vector<std::string>& names,
                                  const std::vector<PatternId>& patterns);
  template <class IsIn>
  Result<void> add_members(NodeId key, std::uint32_t name, const std::vector<ExpressionId>& values,
                           const IsIn& is_in, Members& members);

  Normalizer& normalizer_;
  Expressions& expressions_;
  const JsonOptions& options_;
  Builder builder_;
  NodeId space_;  // wherever white space is free
  std::deque<JsonValue> constants_;
  std::map<ExpressionId, NodeId> nodes_;
  std::vector<std::pair<ExpressionId, RuleId>> pending_;
  ExpressionId current_ = kAlways;  // what is being made, for messages
};

}  // namespace linnet::grammar
