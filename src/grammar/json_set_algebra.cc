#include "grammar/json_set_algebra.h"

#include <algorithm>
#include <iterator>

#include "grammar/json_rule_index.h"

namespace linnet::grammar {
namespace {

template <class T>
bool have_common(const std::vector<T>& a, const std::vector<T>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const T& x) { return std::find(b.begin(), b.end(), x) != b.end(); });
}

/// What is outside of `range`: below it, above it.
std::vector<CountRange> outside(const CountRange& range) {
  std::vector<CountRange> out;
  if (range.min > 0) out.push_back({.min = 0, .max = range.min - 1});
  if (range.max != kNoMaximum) out.push_back({.min = range.max + 1});
  return out;
}

std::vector<std::string> united(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> out;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

}  // namespace

void KeySet::unite(const KeySet& other) {
  if (is_everything()) return;
  if (other.is_everything()) {
    *this = other;
    return;
  }
  for (const std::string& name : other.names) add_once(names, name);
  for (const PatternId pattern : other.patterns) add_once(patterns, pattern);
}

template <class Set>
void SetAlgebra::append(std::vector<Set>& into, Set set) {
  spend(into.size());
  if (into.size() >= kMaxTerms || ++n_made_ > kMaxMade) is_exhausted_ = true;
  if (!is_exhausted_) add_once(into, set);
}

template <class Set>
std::vector<Set> SetAlgebra::intersect_each(const std::vector<Set>& a, const std::vector<Set>& b) {
  std::vector<Set> out;
  for (const Set& x : a) {
    for (const Set& y : b) {
      if (is_exhausted_) return out;
      Set both = x;
      if (intersect(both, y)) append(out, std::move(both));
    }
  }
  return out;
}

/// Terms that have nothing in common with what is taken away stay as they are, so that a choice between
/// evidently different things costs nothing.
template <class Set>
std::vector<Set> SetAlgebra::subtract_each(const std::vector<Set>& a, const std::vector<Set>& b) {
  std::vector<Set> left = a;
  for (const Set& taken : b) {
    const std::vector<Set> others = complement(taken);
    std::vector<Set> out;
    for (const Set& x : left) {
      Set both = x;
      if (!intersect(both, taken))
        append(out, x);
      else
        for (Set& rest : intersect_each({x}, others)) append(out, std::move(rest));
      if (is_exhausted_) return out;
    }
    left = std::move(out);
  }
  return left;
}

ValueSet SetAlgebra::intersection(const ValueSet& a, const ValueSet& b) {
  return {.has_null = a.has_null && b.has_null,
          .has_true = a.has_true && b.has_true,
          .has_false = a.has_false && b.has_false,
          .numbers = intersect_each(a.numbers, b.numbers),
          .strings = intersect_each(a.strings, b.strings),
          .arrays = intersect_each(a.arrays, b.arrays),
          .objects = intersect_each(a.objects, b.objects)};
}

ValueSet SetAlgebra::difference(const ValueSet& a, const ValueSet& b) {
  return {.has_null = a.has_null && !b.has_null,
          .has_true = a.has_true && !b.has_true,
          .has_false = a.has_false && !b.has_false,
          .numbers = subtract_each(a.numbers, b.numbers),
          .strings = subtract_each(a.strings, b.strings),
          .arrays = subtract_each(a.arrays, b.arrays),
          .objects = subtract_each(a.objects, b.objects)};
}

void SetAlgebra::unite(ValueSet& into, const ValueSet& other) {
  into.has_null |= other.has_null;
  into.has_true |= other.has_true;
  into.has_false |= other.has_false;
  for (const auto& set : other.numbers) append(into.numbers, set);
  for (const auto& set : other.arrays) append(into.arrays, set);
  for (const auto& set : other.objects) append(into.objects, set);
  for (const auto& set : other.strings) {
    const auto list =
        std::find_if(into.strings.begin(), into.strings.end(), [](const auto& s) { return s.one_of; });
    if (set.one_of && list != into.strings.end())
      list->one_of = united(*list->one_of, *set.one_of);
    else
      append(into.strings, set);
  }
}

bool SetAlgebra::intersect(StringSet& into, const StringSet& other) const {
  if (!into.length.intersect(other.length)) return false;
  if (into.one_of && other.one_of) {
    std::vector<std::string> both;
    std::set_intersection(into.one_of->begin(), into.one_of->end(), other.one_of->begin(),
                          other.one_of->end(), std::back_inserter(both));
    into.one_of = std::move(both);
  } else if (other.one_of) {
    into.one_of = other.one_of;
  }
  into.none_of = united(into.none_of, other.none_of);
  for (const PatternId id : other.patterns) add_once(into.patterns, id);
  for (const PatternId id : other.not_patterns) add_once(into.not_patterns, id);
  if (have_common(into.patterns, into.not_patterns)) return false;
  if (!into.one_of) return true;
  StringSet conditions = into;
  conditions.one_of.reset();
  std::vector<std::string> left = *into.one_of;
  std::erase_if(left, [&](const std::string& text) { return !patterns_.contains(conditions, text); });
  into = {.one_of = std::move(left)};
  return !into.one_of->empty();
}

bool SetAlgebra::intersect(ArraySet& into, const ArraySet& other) {
  const std::size_t n = std::max(into.prefix.size(), other.prefix.size());
  spend(n);
  std::vector<ExpressionId> prefix;
  for (std::size_t i = 0; i < n; ++i) prefix.push_back(expressions_.all({into.at(i), other.at(i)}));
  into.prefix = std::move(prefix);
  into.rest = expressions_.all({into.rest, other.rest});
  if (!into.length.intersect(other.length)) return false;
  for (const ItemCount& count : other.counts) {
    const auto same = std::find_if(into.counts.begin(), into.counts.end(), [&](const ItemCount& c) {
      return c.value == count.value && c.from == count.from;
    });
    if (same == into.counts.end())
      into.counts.push_back(count);
    else if (!same->range.intersect(count.range))
      return false;
  }
  if (into.unique == nullptr) into.unique = other.unique;
  if (into.not_unique == nullptr) into.not_unique = other.not_unique;
  into.evaluated.n = std::max(into.evaluated.n, other.evaluated.n);
  for (const ExpressionId value : other.evaluated.values) add_once(into.evaluated.values, value);
  return (into.unique == nullptr || into.not_unique == nullptr) && shorten(into) && tidy_counts(into);
}

/// Ends the array in front of the first item that cannot be.
bool SetAlgebra::shorten(ArraySet& set) {
  for (std::size_t i = 0; i <= set.prefix.size() && i < set.length.max; ++i)
    if (is_never_(set.at(i))) set.length.max = i;
  if (set.length.max < set.prefix.size()) set.prefix.resize(static_cast<std::size_t>(set.length.max));
  if (set.length.max == set.prefix.size()) set.rest = kNever;
  while (!set.prefix.empty() && set.prefix.back() == set.rest) set.prefix.pop_back();
  return set.length.min <= set.length.max;
}

bool SetAlgebra::tidy_counts(ArraySet& set) {
  for (const ItemCount& count : set.counts) {
    if (count.value == kAlways) {  // counts all items from there on: a length
      CountRange length;
      if (count.range.min > 0) length.min = count.from + count.range.min;
      if (count.range.max != kNoMaximum) length.max = count.from + count.range.max;
      if (!set.length.intersect(length)) return false;
    }
    if (count.range.min == 0) continue;
    if (set.length.max < count.from || set.length.max - count.from < count.range.min) return false;
    bool is_possible = false;
    for (std::uint64_t i = count.from;
         !is_possible && i <= std::max<std::uint64_t>(count.from, set.prefix.size()); ++i)
      is_possible = !is_never_(expressions_.all({count.value, set.at(i)}));
    if (!is_possible) return false;
  }
  std::erase_if(set.counts, [](const ItemCount& count) {
    const bool is_free = count.range.min == 0 && (count.range.max == kNoMaximum || count.value == kNever);
    return is_free || count.value == kAlways;
  });
  return true;
}

bool SetAlgebra::intersect(ObjectSet& into, const ObjectSet& other) {
  if (!into.n_members.intersect(other.n_members)) return false;
  into.evaluated.unite(other.evaluated);
  for (const MemberRule& rule : other.rules)
    if (!add_rule(into, rule)) return false;
  for (const MemberRule& wanted : other.wanted) add_wanted(into, wanted);
  return into.n_members.min <= into.n_members.max && is_possible(into);
}

/// Returns false if no member may be, but one must.
bool SetAlgebra::add_rule(ObjectSet& set, const MemberRule& rule) {
  if (rule.value == kAlways && rule.keys.name() == nullptr) return true;
  if (rule.value == kNever && rule.keys.is_everything()) set.n_members.max = 0;
  spend(set.rules.size());
  if (is_exhausted_) return false;
  const auto same = std::find_if(set.rules.begin(), set.rules.end(),
                                 [&](const MemberRule& known) { return known.keys == rule.keys; });
  if (same == set.rules.end())
    set.rules.push_back(rule);
  else
    same->value = expressions_.all({same->value, rule.value});
  return set.n_members.min <= set.n_members.max;
}

void SetAlgebra::add_wanted(ObjectSet& set, const MemberRule& wanted) {
  if (wanted.value == kAlways && wanted.keys.is_everything()) {
    set.n_members.min = std::max<std::uint64_t>(set.n_members.min, 1);
    return;
  }
  spend(set.wanted.size());
  if (is_exhausted_) return;
  if (wanted.keys.name() != nullptr) {  // there is only one member of a name
    for (MemberRule& known : set.wanted) {
      if (known.keys != wanted.keys) continue;
      known.value = expressions_.all({known.value, wanted.value});
      return;
    }
  }
  add_once(set.wanted, wanted);
}

bool SetAlgebra::is_possible(const ObjectSet& set) {
  std::uint64_t n_named = 0;
  const RuleIndex rules(set.rules, patterns_);
  for (const MemberRule& wanted : set.wanted) {
    std::vector<ExpressionId> values = {wanted.value};
    if (const std::string* name = wanted.keys.name()) {
      ++n_named;
      rules.add_values(*name, values);
    } else {
      for (const MemberRule& rule : set.rules)
        if (rule.keys.is_everything() || rule.keys == wanted.keys) values.push_back(rule.value);
    }
    if (is_never_(expressions_.all(std::move(values)))) return false;
  }
  return n_named <= set.n_members.max && (set.wanted.empty() || set.n_members.max > 0);
}

std::vector<NumberSet> SetAlgebra::complement(const NumberSet& set) {
  std::vector<NumberSet> out;
  if (set.lower) out.push_back({.upper = Bound{set.lower->value, !set.lower->is_exclusive}});
  if (set.upper) out.push_back({.lower = Bound{set.upper->value, !set.upper->is_exclusive}});
  if (set.is_integer) out.push_back({.is_integer = !*set.is_integer});
  for (const Decimal& m : set.multiples) out.push_back({.not_multiples = {m}});
  for (const Decimal& m : set.not_multiples) out.push_back({.multiples = {m}});
  return out;
}

std::vector<StringSet> SetAlgebra::complement(const StringSet& set) {
  std::vector<StringSet> out;
  for (const CountRange& length : outside(set.length)) out.push_back({.length = length});
  if (set.one_of) out.push_back({.none_of = *set.one_of});
  if (!set.none_of.empty()) out.push_back({.one_of = set.none_of});
  for (const PatternId id : set.patterns) out.push_back({.not_patterns = {id}});
  for (const PatternId id : set.not_patterns) out.push_back({.patterns = {id}});
  return out;
}

std::vector<ArraySet> SetAlgebra::complement(const ArraySet& set) {
  std::vector<ArraySet> out;
  for (const CountRange& length : outside(set.length)) out.push_back({.length = length});
  for (std::size_t i = 0; i < set.prefix.size() && !is_exhausted_; ++i) {
    if (set.prefix[i] == kAlways) continue;
    spend(24 * (i + 1));  // here, and where what is made goes
    ArraySet& piece = out.emplace_back();
    piece.length.min = i + 1;
    piece.prefix.resize(i + 1, kAlways);
    piece.prefix.back() = expressions_.negation(set.prefix[i]);
  }
  if (set.rest != kAlways)
    out.push_back({.counts = {{expressions_.negation(set.rest), set.prefix.size(), {.min = 1}}}});
  for (const ItemCount& count : set.counts)
    for (const CountRange& range : outside(count.range))
      out.push_back({.counts = {{count.value, count.from, range}}});
  if (set.unique != nullptr) out.push_back({.not_unique = set.unique});
  if (set.not_unique != nullptr) out.push_back({.unique = set.not_unique});
  return out;
}

std::vector<ObjectSet> SetAlgebra::complement(const ObjectSet& set) {
  std::vector<ObjectSet> out;
  for (const CountRange& n_members : outside(set.n_members)) out.push_back({.n_members = n_members});
  for (const MemberRule& rule : set.rules)
    if (rule.value != kAlways) out.push_back({.wanted = {{rule.keys, expressions_.negation(rule.value)}}});
  for (const MemberRule& wanted : set.wanted)
    out.push_back({.rules = {{wanted.keys, expressions_.negation(wanted.value)}}});
  return out;
}

template void SetAlgebra::restrict(std::vector<NumberSet>&, const std::vector<NumberSet>&);
template void SetAlgebra::restrict(std::vector<StringSet>&, const std::vector<StringSet>&);
template void SetAlgebra::restrict(std::vector<ArraySet>&, const std::vector<ArraySet>&);
template void SetAlgebra::restrict(std::vector<ObjectSet>&, const std::vector<ObjectSet>&);

}  // namespace linnet::grammar
