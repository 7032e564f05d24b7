// Statements, macros and loops (of Evaluator); evaluator_expressions.cc has the rest.
#include "chat/evaluator.h"

#include <algorithm>

#include "chat/evaluator_guards.h"
#include "chat/loop.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

constexpr std::uint64_t kStepsPerIteration = 4;  // an empty loop makes a scope and sets two names each time

/// A macro, or the body of a call block, with the scope that it was defined in.
class Macro : public Object {
 public:
  Macro(Evaluator& evaluator, std::string_view name, const ast::Signature& signature, const ast::Body& body,
        ScopePtr scope)
      : evaluator_(evaluator), name_(name), signature_(signature), body_(body), scope_(std::move(scope)) {}
  std::string_view type_name() const noexcept override { return "Macro"; }
  bool callable() const noexcept override { return true; }
  Result<Value> call(Runtime&, const Arguments& arguments) override {
    return evaluator_.call_macro(name_, signature_, body_, scope_, arguments);
  }

 private:
  Evaluator& evaluator_;
  std::string_view name_;
  const ast::Signature& signature_;
  const ast::Body& body_;
  ScopePtr scope_;
};

/// Takes the argument of that name out of the list.
bool take(std::vector<std::pair<std::string, Value>>& named, std::string_view name, Value& out) {
  const auto found =
      std::find_if(named.begin(), named.end(), [&](const auto& entry) { return entry.first == name; });
  if (found == named.end()) return false;
  out = std::move(found->second);
  named.erase(found);
  return true;
}

}  // namespace

Evaluator::Evaluator(const Value& globals, const RenderClock& clock)
    : runtime_(clock), globals_(globals), scope_(std::make_shared<Scope>()) {}

Result<Text> Evaluator::run(const ast::Body& body) {
  Text text;
  out_ = &text;
  const auto flow = exec(body);
  if (flow) return text;
  return fail(flow.error().code, "chat template, line {}: {}", error_line_, flow.error().message);
}

Result<Evaluator::Flow> Evaluator::exec(const ast::Body& body) {
  for (const ast::Statement& statement : body) {
    LINNET_TRY(const Flow flow, exec(statement));
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Result<Evaluator::Flow> Evaluator::exec(const ast::Statement& statement) {
  const Runtime::Level level(runtime_);
  auto result = [&]() -> Result<Flow> {
    LINNET_CHECK(runtime_.charge(1));
    return std::visit([this](const auto& node) { return exec_node(node); }, statement.node);
  }();
  if (!result && error_line_ == 0) error_line_ = statement.line;
  return result;
}

Result<void> Evaluator::emit(const Text& text) {
  LINNET_CHECK(runtime_.charge(text.size() / 64));
  if (out_->size() + text.size() > kMaxTextBytes) {
    return fail(ErrorCode::kInvalidArgument, "more than {} bytes of output", kMaxTextBytes);
  }
  out_->append(text);
  return {};
}

Result<Text> Evaluator::capture(const ast::Body& body) {
  Text text;
  const Inside inside(*this, scope_, &text);
  LINNET_CHECK(exec(body));
  return text;
}

Result<Evaluator::Flow> Evaluator::exec_node(const ast::Data& node) {
  LINNET_CHECK(emit(Text(node.text, false)));
  return Flow::kNext;
}

Result<Evaluator::Flow> Evaluator::exec_node(const ast::Output& node) {
  LINNET_TRY(const Value value, eval(node.value));
  LINNET_CHECK(runtime_.charge(value.weight()));
  LINNET_CHECK(emit(to_text(value)));
  return Flow::kNext;
}

Result<Evaluator::Flow> Evaluator::exec_node(const ast::If& node) {
  for (const auto& [test, body] : node.branches) {
    LINNET_TRY(const Value value, eval(test));
    if (truthy(value)) return exec(body);
  }
  return exec(node.otherwise);
}

Result<Value::SequencePtr> Evaluator::loop_items(const ast::For& node, const Value& iterable) {
  LINNET_CHECK(runtime_.charge(iterable.as_text() != nullptr ? iterable.as_text()->size() : 1));
  LINNET_TRY(Value::SequencePtr all, iterate(iterable));
  if (!node.test) return all;
  std::vector<Value> kept;
  for (const Value& item : all->items) {
    LINNET_CHECK(runtime_.charge(kStepsPerIteration));
    const Inside inside(*this, scope_);
    LINNET_CHECK(assign(node.target, item));
    LINNET_TRY(const Value keep, eval(node.test));
    if (truthy(keep)) kept.push_back(item);
  }
  return Value::list(std::move(kept)).share_sequence();
}

Result<Evaluator::Flow> Evaluator::run_loop(const ast::For& node, const Value& iterable,
                                            std::int64_t depth0) {
  LINNET_TRY(const Value::SequencePtr items, loop_items(node, iterable));
  if (items->items.empty()) {
    const Inside inside(*this, scope_);
    return exec(node.otherwise);
  }
  LINNET_TRY(Loop* const loop, runtime_.make<Loop>(*this, node, scope_, items, depth0));
  for (std::size_t i = 0; i < items->items.size(); ++i) {
    LINNET_CHECK(runtime_.charge(kStepsPerIteration));
    loop->move_to(i);
    const Inside inside(*this, scope_);
    set_name("loop", Value::object(loop));
    LINNET_CHECK(assign(node.target, items->items[i]));
    LINNET_TRY(const Flow flow, exec(node.body));
    if (flow == Flow::kBreak) break;
  }
  return Flow::kNext;
}

Result<Evaluator::Flow> Evaluator::exec_node(const ast::For& node) {
  LINNET_TRY(const Value iterable, eval(node.iterable));
  return run_loop(node, iterable, 0);
}

Result<Value> Evaluator::call_loop(const ast::For& node, const ScopePtr& defined_in, const Value& items,
                                   std::int64_t depth0) {
  Text text;
  const Inside inside(*this, defined_in, &text);
  LINNET_CHECK(run_loop(node, items, depth0));
  return Value::text(std::move(text));
}

void Evaluator::set_name(std::string_view name, Value value) {
  auto& names = scope_->names;
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.first == name; });
  if (found != names.end())
    found->second = std::move(value);
  else
    names.emplace_back(name, std::move(value));
}

Result<void> Evaluator::assign(const ast::Target& target, const Value& value) {
  if (target.is_tuple) {
    LINNET_TRY(const Value::SequencePtr parts, iterate(value));
    const std::size_t wanted = target.parts.size(), got = parts->items.size();
    if (got < wanted) {
      return fail(ErrorCode::kInvalidArgument, "not enough values to unpack (expected {}, got {})", wanted,
                  got);
    }
    if (got > wanted)
      return fail(ErrorCode::kInvalidArgument, "too many values to unpack (expected {})", wanted);
    for (std::size_t i = 0; i < wanted; ++i) LINNET_CHECK(assign(target.parts[i], parts->items[i]));
    return {};
  }
  LINNET_CHECK(runtime_.charge(scope_->names.size() / 16));
  if (target.attribute.empty()) return set_name(target.name, value), Result<void>();
  LINNET_TRY(const Value owner, eval_node(ast::Name{target.name}));
  Object* const object = owner.as_object();
  if (object == nullptr) {
    return fail(ErrorCode::kInvalidArgument, "cannot assign attribute on non-namespace object");
  }
  return object->set_attribute(target.attribute, value);
}

Result<Evaluator::Flow> Evaluator::exec_node(const ast::Set& node) {
  LINNET_TRY(const Value value, eval(node.value));
  LINNET_CHECK(assign(node.target, value));
  return Flow::kNext;
}

Result<Value> Evaluator::filtered(const ast::ExprPtr& filter, Text text) {
  const Value value = Value::text(std::move(text));
  if (!filter) return value;
  const Value* const outer = std::exchange(block_text_, &value);
  auto result = eval(filter);
  block_text_ = outer;
  return result;
}

Result<Evaluator::Flow> Evaluator::exec_node(const ast::SetBlock& node) {
  LINNET_TRY(Text text, capture(node.body));
  LINNET_TRY(const Value value, filtered(node.filter, std::move(text)));
  LINNET_CHECK(assign(node.target, value));
  return Flow::kNext;
}

Result<Evaluator::Flow> Evaluator::exec_node(const ast::FilterBlock& node) {
  LINNET_TRY(Text text, capture(node.body));
  LINNET_TRY(const Value value, filtered(node.filter, std::move(text)));
  LINNET_CHECK(emit(to_text(value)));
  return Flow::kNext;
}

Result<Evaluator::Flow> Evaluator::exec_node(const ast::With& node) {
  std::vector<Value> values;
  for (const auto& binding : node.bindings) {
    LINNET_TRY(Value value, eval(binding.second));
    values.push_back(std::move(value));
  }
  const Inside inside(*this, scope_);
  for (std::size_t i = 0; i < values.size(); ++i) LINNET_CHECK(assign(node.bindings[i].first, values[i]));
  return exec(node.body);
}

Result<Evaluator::Flow> Evaluator::exec_node(const ast::Generation& node) {
  const Inside inside(*this, scope_);
  return exec(node.body);
}

Result<Evaluator::Flow> Evaluator::exec_node(const ast::Macro& node) {
  LINNET_TRY(Macro* const macro, runtime_.make<Macro>(*this, node.name, node.signature, node.body, scope_));
  LINNET_CHECK(runtime_.charge(scope_->names.size() / 16));
  set_name(node.name, Value::object(macro));
  return Flow::kNext;
}

Result<Evaluator::Flow> Evaluator::exec_node(const ast::CallBlock& node) {
  const auto& call = std::get<ast::Call>(node.call->node);
  LINNET_TRY(const Value callee, eval(call.callee));
  LINNET_TRY(Arguments arguments, eval_arguments(call.arguments));
  LINNET_TRY(Macro* const caller, runtime_.make<Macro>(*this, "caller", node.signature, node.body, scope_));
  arguments.named.emplace_back("caller", Value::object(caller));
  LINNET_TRY(const Value value, runtime_.call(callee, arguments));
  LINNET_CHECK(emit(to_text(value)));
  return Flow::kNext;
}

Result<void> Evaluator::bind(std::string_view name, const ast::Signature& signature,
                             const Arguments& arguments) {
  const std::size_t n = signature.names.size(), given = arguments.positional.size();
  auto named = arguments.named;
  const std::size_t first_default = n - signature.defaults.size();
  bool has_caller = false;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string& parameter = signature.names[i];
    has_caller = has_caller || parameter == "caller";
    Value value;
    if (i < given)
      value = arguments.positional[i];
    else if (take(named, parameter, value)) {
    } else if (i < first_default)
      value = Value::undefined(fmt::format("parameter '{}' was not provided", parameter));
    else {
      LINNET_TRY(value, eval(signature.defaults[i - first_default]));
    }
    set_name(parameter, std::move(value));
  }
  if (signature.takes_caller && !has_caller) {
    Value caller = Value::undefined("No caller defined");
    take(named, "caller", caller);
    set_name("caller", std::move(caller));
  }
  if (signature.takes_kwargs) {
    Value::Entries entries;
    for (auto& [key, value] : named) entries.emplace_back(Value::string(key), std::move(value));
    set_name("kwargs", Value::dict_of(std::move(entries)));
  } else if (!named.empty()) {
    return fail(ErrorCode::kInvalidArgument, "macro '{}' takes no keyword argument '{}'", name,
                named.front().first);
  }
  if (signature.takes_varargs) {
    const auto& all = arguments.positional;
    set_name("varargs", Value::tuple(given > n ? std::vector<Value>(
                                                     all.begin() + static_cast<std::ptrdiff_t>(n), all.end())
                                               : std::vector<Value>()));
  } else if (given > n) {
    return fail(ErrorCode::kInvalidArgument, "macro '{}' takes not more than {} argument(s)", name, n);
  }
  return {};
}

Result<Value> Evaluator::call_macro(std::string_view name, const ast::Signature& signature,
                                    const ast::Body& body, const ScopePtr& defined_in,
                                    const Arguments& arguments) {
  Text text;
  const Inside inside(*this, defined_in, &text);
  LINNET_CHECK(bind(name, signature, arguments));
  LINNET_CHECK(exec(body));
  return Value::text(std::move(text));
}

}  // namespace linnet::chat
