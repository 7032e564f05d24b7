// `loop`, as a for block sees it.
#pragma once

#include <string_view>

#include "chat/evaluator.h"

namespace linnet::chat {

class Loop : public Object {
 public:
  Loop(Evaluator& evaluator, const ast::For& node, ScopePtr defined_in, Value::SequencePtr items,
       std::int64_t depth0);

  void move_to(std::size_t index) { index_ = index; }

  std::string_view type_name() const noexcept override { return "LoopContext"; }
  const Value* attribute(std::string_view name) override;
  bool callable() const noexcept override { return true; }
  /// loop(items) in a recursive loop.
  Result<Value> call(Runtime& runtime, const Arguments& arguments) override;

 private:
  /// loop.cycle and loop.changed.
  class Method : public Object {
   public:
    using Body = Result<Value> (Loop::*)(const Arguments& arguments);
    Method(Loop& loop, Body body) : loop_(loop), body_(body) {}
    std::string_view type_name() const noexcept override { return "method"; }
    bool callable() const noexcept override { return true; }
    Result<Value> call(Runtime&, const Arguments& arguments) override { return (loop_.*body_)(arguments); }

   private:
    Loop& loop_;
    Body body_;
  };

  Result<Value> cycle(const Arguments& arguments);
  Result<Value> changed(const Arguments& arguments);

  Evaluator& evaluator_;
  const ast::For& node_;
  ScopePtr defined_in_;
  Value::SequencePtr items_;
  std::int64_t depth0_;
  std::size_t index_ = 0;
  Method cycle_, changed_;
  Value last_changed_ = Value::undefined("");
  Value answer_;  ///< Of the latest attribute().
};

}  // namespace linnet::chat
