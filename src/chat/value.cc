#include "chat/value.h"

#include <limits>

#include "chat/object.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

constexpr std::size_t kBytesPerWeight = 64;
constexpr std::size_t kIndexFrom = 9;  // entries from which a hash beats a scan

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) noexcept {
  const std::uint64_t sum = a + b;
  return sum < a ? std::numeric_limits<std::uint64_t>::max() : sum;
}

Value::SequencePtr make_sequence(Sequence::Kind kind, std::string_view name, std::vector<Value> items) {
  Extent extent;
  for (const Value& item : items) extent.add(item);
  return std::make_shared<const Sequence>(Sequence{kind, name, std::move(items), extent});
}

bool is_kind(const Sequence* sequence, Sequence::Kind kind) noexcept {
  return sequence != nullptr && sequence->kind == kind;
}

}  // namespace

void Extent::add(const Value& child) noexcept {
  depth = std::max(depth, child.depth() + 1);
  weight = saturating_add(weight, child.weight());
  any_input = any_input || child.any_input();
}

Value Value::text(Text value) { return Value(Storage(std::make_shared<const Text>(std::move(value)))); }

Value Value::list(std::vector<Value> items) {
  return Value(Storage(make_sequence(Sequence::Kind::kList, "", std::move(items))));
}

Value Value::tuple(std::vector<Value> items) {
  return Value(Storage(make_sequence(Sequence::Kind::kTuple, "", std::move(items))));
}

Value Value::view(std::string_view name, std::vector<Value> items) {
  return Value(Storage(make_sequence(Sequence::Kind::kView, name, std::move(items))));
}

Value Value::dict(std::vector<std::pair<std::string, Value>> entries) {
  Entries converted;
  converted.reserve(entries.size());
  for (auto& [key, value] : entries) converted.emplace_back(string(std::move(key)), std::move(value));
  return dict_of(std::move(converted));
}

Value Value::dict_of(Entries entries) {
  auto dict = std::make_shared<Dict>();
  dict->entries.reserve(entries.size());
  const bool indexed = entries.size() >= kIndexFrom;
  for (auto& [key, value] : entries) {
    if (const Value* earlier = dict->find(key)) {
      *const_cast<Value*>(earlier) = std::move(value);  // `dict` is still ours alone
      continue;
    }
    if (indexed) dict->index.emplace(hash(key), dict->entries.size());
    dict->entries.emplace_back(std::move(key), std::move(value));
  }
  for (const auto& [key, value] : dict->entries) {
    dict->extent.add(key);
    dict->extent.add(value);
  }
  return Value(Storage(DictPtr(std::move(dict))));
}

Value Value::undefined(std::string message) {
  return Value(Storage(std::make_shared<const Undefined>(Undefined{std::move(message)})));
}

bool Value::is_list() const noexcept { return is_kind(as_sequence(), Sequence::Kind::kList); }
bool Value::is_tuple() const noexcept { return is_kind(as_sequence(), Sequence::Kind::kTuple); }
bool Value::is_view() const noexcept { return is_kind(as_sequence(), Sequence::Kind::kView); }

bool Value::as_int(std::int64_t& out) const noexcept {
  if (const std::int64_t* value = as_exact_int())
    out = *value;
  else if (const bool* flag = as_bool())
    out = *flag ? 1 : 0;
  else
    return false;
  return true;
}

bool Value::as_number(double& out) const noexcept {
  std::int64_t whole = 0;
  if (const double* value = as_float())
    out = *value;
  else if (as_int(whole))
    out = static_cast<double>(whole);
  else
    return false;
  return true;
}

const Text* Value::as_text() const noexcept {
  const auto* pointer = std::get_if<TextPtr>(&storage_);
  return pointer != nullptr ? pointer->get() : nullptr;
}

const Sequence* Value::as_sequence() const noexcept {
  const auto* pointer = std::get_if<SequencePtr>(&storage_);
  return pointer != nullptr ? pointer->get() : nullptr;
}

Value::SequencePtr Value::share_sequence() const noexcept {
  const auto* pointer = std::get_if<SequencePtr>(&storage_);
  return pointer != nullptr ? *pointer : nullptr;
}

const Dict* Value::as_dict() const noexcept {
  const auto* pointer = std::get_if<DictPtr>(&storage_);
  return pointer != nullptr ? pointer->get() : nullptr;
}

const Undefined* Value::as_undefined() const noexcept {
  const auto* pointer = std::get_if<UndefinedPtr>(&storage_);
  return pointer != nullptr ? pointer->get() : nullptr;
}

Object* Value::as_object() const noexcept {
  const auto* pointer = std::get_if<Object*>(&storage_);
  return pointer != nullptr ? *pointer : nullptr;
}

std::string_view Value::type_name() const noexcept {
  struct Name {
    std::string_view operator()(std::monostate) const { return "NoneType"; }
    std::string_view operator()(bool) const { return "bool"; }
    std::string_view operator()(std::int64_t) const { return "int"; }
    std::string_view operator()(double) const { return "float"; }
    std::string_view operator()(const TextPtr&) const { return "str"; }
    std::string_view operator()(const SequencePtr& sequence) const {
      if (sequence->kind == Sequence::Kind::kView) return sequence->view_name;
      return sequence->kind == Sequence::Kind::kList ? "list" : "tuple";
    }
    std::string_view operator()(const DictPtr&) const { return "dict"; }
    std::string_view operator()(const UndefinedPtr&) const { return "Undefined"; }
    std::string_view operator()(const Object* object) const { return object->type_name(); }
  };
  return std::visit(Name{}, storage_);
}

std::size_t Value::depth() const noexcept {
  if (const Sequence* sequence = as_sequence()) return sequence->extent.depth;
  if (const Dict* dict = as_dict()) return dict->extent.depth;
  return 0;
}

std::uint64_t Value::weight() const noexcept {
  if (const Sequence* sequence = as_sequence()) return sequence->extent.weight;
  if (const Dict* dict = as_dict()) return dict->extent.weight;
  if (const Text* text = as_text()) return 1 + text->size() / kBytesPerWeight;
  return 1;
}

bool Value::any_input() const noexcept {
  if (const Sequence* sequence = as_sequence()) return sequence->extent.any_input;
  if (const Dict* dict = as_dict()) return dict->extent.any_input;
  if (const Text* text = as_text()) return text->any_input();
  return false;
}

const Value* Dict::find(const Value& key) const noexcept {
  if (index.empty()) {
    for (const auto& [candidate, value] : entries) {
      if (equal(candidate, key)) return &value;
    }
    return nullptr;
  }
  const auto [first, last] = index.equal_range(hash(key));
  for (auto it = first; it != last; ++it) {
    if (equal(entries[it->second].first, key)) return &entries[it->second].second;
  }
  return nullptr;
}

const Value* Dict::find(std::string_view key) const noexcept {
  const auto matches = [&](const Value& candidate) {
    const Text* text = candidate.as_text();
    return text != nullptr && text->bytes() == key;
  };
  if (index.empty()) {
    for (const auto& [candidate, value] : entries) {
      if (matches(candidate)) return &value;
    }
    return nullptr;
  }
  const auto [first, last] = index.equal_range(hash(key));
  for (auto it = first; it != last; ++it) {
    if (matches(entries[it->second].first)) return &entries[it->second].second;
  }
  return nullptr;
}

}  // namespace linnet::chat
