// Intersection, union and difference of sets of JSON values. Belongs to one thread.
#pragma once

#include <functional>
#include <vector>

#include "grammar/json_expression.h"
#include "grammar/json_pattern.h"
#include "grammar/json_sets.h"

namespace linnet::grammar {

class SetAlgebra {
 public:
  /// What the unions of one type may hold at most, what all operations may make in all, and how often they
  /// may compare or copy a part of what they make.
  static constexpr std::size_t kMaxTerms = 8192, kMaxMade = 30'000, kMaxSteps = 300'000'000;

  /// `is_never` tells whether no value satisfies an expression; false if in doubt. All must outlive this.
  SetAlgebra(Expressions& expressions, const Patterns& patterns, std::function<bool(ExpressionId)> is_never)
      : expressions_(expressions), patterns_(patterns), is_never_(std::move(is_never)) {}

  ValueSet intersection(const ValueSet& a, const ValueSet& b);
  ValueSet difference(const ValueSet& a, const ValueSet& b);
  void unite(ValueSet& into, const ValueSet& other);

  /// Replaces the part of one type by what is in one of `terms` too.
  template <class Set>
  void restrict(std::vector<Set>& terms_of_type, const std::vector<Set>& terms) {
    terms_of_type = intersect_each(terms_of_type, terms);
  }

  /// Whether a bound was hit: results since then mean nothing.
  bool is_exhausted() const noexcept { return is_exhausted_; }

 private:
  template <class Set>
  std::vector<Set> intersect_each(const std::vector<Set>& a, const std::vector<Set>& b);
  template <class Set>
  std::vector<Set> subtract_each(const std::vector<Set>& a, const std::vector<Set>& b);
  template <class Set>
  void append(std::vector<Set>& into, Set set);

  // Each leaves what is in both in `into`; false if that is evidently nothing.
  static bool intersect(NumberSet& into, const NumberSet& other) { return into.intersect(other); }
  bool intersect(StringSet& into, const StringSet& other) const;
  bool intersect(ArraySet& into, const ArraySet& other);
  bool intersect(ObjectSet& into, const ObjectSet& other);

  // Each gives sets whose union is all values of the type that are not in `set`.
  static std::vector<NumberSet> complement(const NumberSet& set);
  static std::vector<StringSet> complement(const StringSet& set);
  std::vector<ArraySet> complement(const ArraySet& set);
  std::vector<ObjectSet> complement(const ObjectSet& set);

  bool shorten(ArraySet& set);
  bool tidy_counts(ArraySet& set);
  bool add_rule(ObjectSet& set, const MemberRule& rule);
  void add_wanted(ObjectSet& set, const MemberRule& wanted);
  bool is_possible(const ObjectSet& set);

  void spend(std::size_t n_steps) {
    n_steps_ += n_steps;
    if (n_steps_ > kMaxSteps) is_exhausted_ = true;
  }

  Expressions& expressions_;
  const Patterns& patterns_;
  std::function<bool(ExpressionId)> is_never_;
  std::size_t n_made_ = 0;
  std::size_t n_steps_ = 0;
  bool is_exhausted_ = false;
};

}  // namespace linnet::grammar
