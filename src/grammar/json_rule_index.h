// Rules about members by the names that they speak of: objects of thousands of members have one for each.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "grammar/json_pattern.h"
#include "grammar/json_sets.h"

namespace linnet::grammar {

class RuleIndex {
 public:
  /// Both must outlive this, and stay as they are.
  RuleIndex(const std::vector<MemberRule>& rules, const Patterns& patterns) : patterns_(patterns) {
    for (const MemberRule& rule : rules) {
      if (const std::string* name = rule.keys.name())
        of_name_[*name].push_back(&rule);
      else
        others_.push_back(&rule);
    }
  }

  /// Appends what the rules say of a member called `name`.
  void add_values(const std::string& name, std::vector<ExpressionId>& values) const {
    add_named_values(name, values);
    for (const MemberRule* rule : others_)
      if (patterns_.contains(rule->keys, name)) values.push_back(rule->value);
  }
  /// The same of those rules that speak of this name alone.
  void add_named_values(const std::string& name, std::vector<ExpressionId>& values) const {
    if (const auto own = of_name_.find(name); own != of_name_.end())
      for (const MemberRule* rule : own->second) values.push_back(rule->value);
  }

 private:
  const Patterns& patterns_;
  std::unordered_map<std::string, std::vector<const MemberRule*>> of_name_;
  std::vector<const MemberRule*> others_;
};

}  // namespace linnet::grammar
