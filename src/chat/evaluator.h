// Walks a parsed template and makes its text. One evaluator is one rendering, on one thread; the tree and the
// globals must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "chat/ast.h"
#include "chat/runtime.h"
#include "chat/value.h"

namespace linnet::chat {

/// Names set in one block of the template; lookups go on in the parent.
struct Scope {
  std::shared_ptr<Scope> parent;
  std::vector<std::pair<std::string_view, Value>> names;
};
using ScopePtr = std::shared_ptr<Scope>;

class Evaluator {
 public:
  Evaluator(const Value& globals, const RenderClock& clock);
  /// Errors carry the line of the innermost expression or statement at work.
  Result<Text> run(const ast::Body& body);

  Runtime& runtime() { return runtime_; }
  /// A macro's or caller's text, in a scope inside the one that it was defined in.
  Result<Value> call_macro(std::string_view name, const ast::Signature& signature, const ast::Body& body,
                           const ScopePtr& defined_in, const Arguments& arguments);
  /// The text of a loop's body over `items`, for loop(items) in a recursive loop.
  Result<Value> call_loop(const ast::For& loop, const ScopePtr& defined_in, const Value& items,
                          std::int64_t depth0);

 private:
  enum class Flow : std::uint8_t { kNext, kBreak, kContinue };
  class Inside;

  Result<Flow> exec(const ast::Body& body);
  Result<Flow> exec(const ast::Statement& statement);
  Result<Flow> exec_node(const ast::Data& node);
  Result<Flow> exec_node(const ast::Output& node);
  Result<Flow> exec_node(const ast::If& node);
  Result<Flow> exec_node(const ast::For& node);
  Result<Flow> exec_node(const ast::Set& node);
  Result<Flow> exec_node(const ast::SetBlock& node);
  Result<Flow> exec_node(const ast::Macro& node);
  Result<Flow> exec_node(const ast::CallBlock& node);
  Result<Flow> exec_node(const ast::FilterBlock& node);
  Result<Flow> exec_node(const ast::With& node);
  Result<Flow> exec_node(const ast::Generation& node);
  Result<Flow> exec_node(const ast::Break&) { return Flow::kBreak; }
  Result<Flow> exec_node(const ast::Continue&) { return Flow::kContinue; }

  Result<void> emit(const Text& text);
  /// What `body` writes, in a scope of its own.
  Result<Text> capture(const ast::Body& body);
  Result<Value> filtered(const ast::ExprPtr& filter, Text text);
  Result<void> assign(const ast::Target& target, const Value& value);
  void set_name(std::string_view name, Value value);
  Result<Flow> run_loop(const ast::For& node, const Value& iterable, std::int64_t depth0);
  Result<Value::SequencePtr> loop_items(const ast::For& node, const Value& iterable);
  Result<void> bind(std::string_view name, const ast::Signature& signature, const Arguments& arguments);

  Result<Value> eval(const ast::Expr& expr);
  Result<Value> eval(const ast::ExprPtr& expr) { return eval(*expr); }
  Result<Value> eval_or_none(const ast::ExprPtr& expr);
  Result<std::vector<Value>> eval_all(const std::vector<ast::ExprPtr>& list);
  Result<Value> eval_node(const ast::Literal& node) { return node.value; }
  Result<Value> eval_node(const ast::Name& node);
  Result<Value> eval_node(const ast::ListDisplay& node);
  Result<Value> eval_node(const ast::TupleDisplay& node);
  Result<Value> eval_node(const ast::DictDisplay& node);
  Result<Value> eval_node(const ast::Sign& node);
  Result<Value> eval_node(const ast::Not& node);
  Result<Value> eval_node(const ast::Arithmetic& node);
  Result<Value> eval_node(const ast::Comparison& node);
  Result<Value> eval_node(const ast::Concat& node);
  Result<Value> eval_node(const ast::Logic& node);
  Result<Value> eval_node(const ast::Conditional& node);
  Result<Value> eval_node(const ast::Attribute& node);
  Result<Value> eval_node(const ast::Item& node);
  Result<Value> eval_node(const ast::Slice& node);
  Result<Value> eval_node(const ast::Call& node);
  Result<Value> eval_node(const ast::Filter& node);
  Result<Value> eval_node(const ast::Test& node);
  Result<bool> compare_pair(std::string_view op, const Value& a, const Value& b);
  Result<Arguments> eval_arguments(const ast::CallArguments& arguments);

  Runtime runtime_;
  const Value& globals_;
  ScopePtr scope_;
  Text* out_ = nullptr;
  const Value* block_text_ = nullptr;  ///< What a block's filter works on.
  std::uint32_t error_line_ = 0;
};

}  // namespace linnet::chat
