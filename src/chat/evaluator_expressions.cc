// Expressions (of Evaluator).
#include <algorithm>

#include "chat/arithmetic.h"
#include "chat/evaluator.h"
#include "chat/json.h"
#include "chat/value_ops.h"

namespace linnet::chat {

Result<Value> Evaluator::eval(const ast::Expr& expr) {
  const Runtime::Level level(runtime_);
  auto result = [&]() -> Result<Value> {
    LINNET_CHECK(runtime_.charge(1));
    LINNET_CHECK(runtime_.check_depth());
    LINNET_TRY(Value value, std::visit([this](const auto& node) { return eval_node(node); }, expr.node));
    if (value.depth() <= kMaxValueDepth) return value;
    return fail(ErrorCode::kInvalidArgument, "a value nested deeper than {} levels", kMaxValueDepth);
  }();
  if (!result && error_line_ == 0) error_line_ = expr.line;
  return result;
}

Result<Value> Evaluator::eval_or_none(const ast::ExprPtr& expr) { return expr ? eval(expr) : Value::none(); }

Result<std::vector<Value>> Evaluator::eval_all(const std::vector<ast::ExprPtr>& list) {
  std::vector<Value> out;
  out.reserve(list.size());
  for (const ast::ExprPtr& expr : list) {
    LINNET_TRY(Value value, eval(expr));
    out.push_back(std::move(value));
  }
  return out;
}

Result<Value> Evaluator::eval_node(const ast::Name& node) {
  constexpr std::size_t kNamesPerStep = 16;
  for (const Scope* scope = scope_.get(); scope != nullptr; scope = scope->parent.get()) {
    LINNET_CHECK(runtime_.charge(scope->names.size() / kNamesPerStep));
    const auto found = std::find_if(scope->names.begin(), scope->names.end(),
                                    [&](const auto& entry) { return entry.first == node.name; });
    if (found != scope->names.end()) return found->second;
  }
  if (const Value* global = globals_.as_dict()->find(node.name)) return *global;
  const Builtin* function = find_function(node.name);
  if (function == nullptr) return Value::undefined(fmt::format("'{}' is undefined", node.name));
  LINNET_TRY(BuiltinObject* const object, runtime_.make<BuiltinObject>(*function, Value()));
  return Value::object(object);
}

Result<Value> Evaluator::eval_node(const ast::ListDisplay& node) {
  LINNET_TRY(std::vector<Value> items, eval_all(node.items));
  return Value::list(std::move(items));
}

Result<Value> Evaluator::eval_node(const ast::TupleDisplay& node) {
  LINNET_TRY(std::vector<Value> items, eval_all(node.items));
  return Value::tuple(std::move(items));
}

Result<Value> Evaluator::eval_node(const ast::DictDisplay& node) {
  Value::Entries entries;
  for (const auto& [key_expr, value_expr] : node.entries) {
    LINNET_TRY(Value key, eval(key_expr));
    LINNET_TRY(Value value, eval(value_expr));
    if (!is_hashable(key)) return fail(ErrorCode::kInvalidArgument, "unhashable type: '{}'", key.type_name());
    entries.emplace_back(std::move(key), std::move(value));
  }
  return Value::dict_of(std::move(entries));
}

Result<Value> Evaluator::eval_node(const ast::Sign& node) {
  LINNET_TRY(const Value operand, eval(node.operand));
  return signed_value(operand, node.negative);
}

Result<Value> Evaluator::eval_node(const ast::Not& node) {
  LINNET_TRY(const Value operand, eval(node.operand));
  return Value::boolean(!truthy(operand));
}

Result<Value> Evaluator::eval_node(const ast::Arithmetic& node) {
  LINNET_TRY(Value result, eval(node.first));
  for (const auto& [op, operand_expr] : node.rest) {
    LINNET_TRY(const Value operand, eval(operand_expr));
    LINNET_TRY(result, arithmetic(runtime_, op, result, operand));
  }
  return result;
}

Result<bool> Evaluator::compare_pair(std::string_view op, const Value& a, const Value& b) {
  if (op == "in" || op == "not in") {
    LINNET_CHECK(runtime_.charge(b.weight()));
    LINNET_TRY(const bool found, contains(b, a));
    return found == (op == "in");
  }
  LINNET_CHECK(runtime_.charge(std::min(a.weight(), b.weight())));
  if (op == "==") return equal(a, b);
  if (op == "!=") return !equal(a, b);
  LINNET_TRY(const std::partial_ordering order, compare(a, b, op));
  if (op == "<") return order < 0;
  if (op == "<=") return order <= 0;
  if (op == ">") return order > 0;
  return order >= 0;
}

Result<Value> Evaluator::eval_node(const ast::Comparison& node) {
  LINNET_TRY(Value left, eval(node.first));
  for (const auto& [op, operand_expr] : node.rest) {
    LINNET_TRY(Value right, eval(operand_expr));
    LINNET_TRY(const bool holds, compare_pair(op, left, right));
    if (!holds) return Value::boolean(false);
    left = std::move(right);
  }
  return Value::boolean(true);
}

Result<Value> Evaluator::eval_node(const ast::Concat& node) {
  Text out;
  for (const ast::ExprPtr& expr : node.operands) {
    LINNET_TRY(const Value value, eval(expr));
    LINNET_CHECK(runtime_.charge(value.weight()));
    const Text piece = to_text(value);
    LINNET_CHECK(runtime_.charge_text(out.size() + piece.size()));
    out.append(piece);
  }
  return Value::text(std::move(out));
}

Result<Value> Evaluator::eval_node(const ast::Logic& node) {
  Value value;
  for (const ast::ExprPtr& expr : node.operands) {
    LINNET_TRY(value, eval(expr));
    if (truthy(value) == node.is_or) break;
  }
  return value;
}

Result<Value> Evaluator::eval_node(const ast::Conditional& node) {
  LINNET_TRY(const Value test, eval(node.test));
  if (truthy(test)) return eval(node.then);
  if (node.otherwise) return eval(node.otherwise);
  return Value::undefined("the inline if-expression evaluated to false and no else section was defined.");
}

Result<Value> Evaluator::eval_node(const ast::Attribute& node) {
  LINNET_TRY(const Value object, eval(node.object));
  return runtime_.get_attribute(object, node.name);
}

Result<Value> Evaluator::eval_node(const ast::Item& node) {
  LINNET_TRY(const Value object, eval(node.object));
  LINNET_TRY(const Value index, eval(node.index));
  return runtime_.get_item(object, index);
}

Result<Value> Evaluator::eval_node(const ast::Slice& node) {
  LINNET_TRY(const Value object, eval(node.object));
  LINNET_TRY(const Value start, eval_or_none(node.start));
  LINNET_TRY(const Value stop, eval_or_none(node.stop));
  LINNET_TRY(const Value step, eval_or_none(node.step));
  return runtime_.get_slice(object, start, stop, step);
}

Result<Arguments> Evaluator::eval_arguments(const ast::CallArguments& written) {
  Arguments out;
  LINNET_TRY(out.positional, eval_all(written.positional));
  for (const auto& [name, expr] : written.named) {
    LINNET_TRY(Value value, eval(expr));
    out.named.emplace_back(name, std::move(value));
  }
  if (written.star) {
    LINNET_TRY(const Value value, eval(written.star));
    LINNET_TRY(const Value::SequencePtr items, iterate(value));
    LINNET_CHECK(runtime_.charge_items(items->items.size()));
    out.positional.insert(out.positional.end(), items->items.begin(), items->items.end());
  }
  if (written.double_star) {
    LINNET_TRY(const Value value, eval(written.double_star));
    const Dict* dict = value.as_dict();
    if (dict == nullptr) return fail(ErrorCode::kInvalidArgument, "argument after ** must be a mapping");
    LINNET_CHECK(runtime_.charge_items(dict->entries.size()));
    for (const auto& [key, item] : dict->entries) {
      const Text* name = key.as_text();
      if (name == nullptr) return fail(ErrorCode::kInvalidArgument, "keywords must be strings");
      out.named.emplace_back(name->bytes(), item);
    }
  }
  return out;
}

Result<Value> Evaluator::eval_node(const ast::Call& node) {
  // A method that is called at once needs no object of its own.
  if (const auto* attribute = std::get_if<ast::Attribute>(&node.callee->node)) {
    LINNET_TRY(const Value owner, eval(attribute->object));
    if (const Builtin* method = find_method(owner, attribute->name)) {
      LINNET_TRY(const Arguments arguments, eval_arguments(node.arguments));
      return call_builtin(runtime_, *method, owner, arguments);
    }
    LINNET_TRY(const Value callee, runtime_.get_attribute(owner, attribute->name));
    LINNET_TRY(const Arguments arguments, eval_arguments(node.arguments));
    return runtime_.call(callee, arguments);
  }
  LINNET_TRY(const Value callee, eval(node.callee));
  LINNET_TRY(const Arguments arguments, eval_arguments(node.arguments));
  return runtime_.call(callee, arguments);
}

Result<Value> Evaluator::eval_node(const ast::Filter& node) {
  Value operand = block_text_ != nullptr ? *block_text_ : Value();
  if (node.operand) {
    LINNET_TRY(operand, eval(node.operand));
  }
  if (node.builtin == nullptr) return fail(ErrorCode::kInvalidArgument, "No filter named '{}'.", node.name);
  LINNET_TRY(const Arguments arguments, eval_arguments(node.arguments));
  return call_builtin(runtime_, *node.builtin, operand, arguments);
}

Result<Value> Evaluator::eval_node(const ast::Test& node) {
  LINNET_TRY(const Value operand, eval(node.operand));
  if (node.builtin == nullptr) return fail(ErrorCode::kInvalidArgument, "No test named '{}'.", node.name);
  LINNET_TRY(const Arguments arguments, eval_arguments(node.arguments));
  return call_builtin(runtime_, *node.builtin, operand, arguments);
}

}  // namespace linnet::chat
