#include "chat/loop.h"

#include "chat/json.h"
#include "chat/value_ops.h"

namespace linnet::chat {

Loop::Loop(Evaluator& evaluator, const ast::For& node, ScopePtr defined_in, Value::SequencePtr items,
           std::int64_t depth0)
    : evaluator_(evaluator),
      node_(node),
      defined_in_(std::move(defined_in)),
      items_(std::move(items)),
      depth0_(depth0),
      cycle_(*this, &Loop::cycle),
      changed_(*this, &Loop::changed) {}

const Value* Loop::attribute(std::string_view name) {
  const auto number = [](std::size_t n) { return Value::integer(static_cast<std::int64_t>(n)); };
  const std::size_t size = items_->items.size();
  if (name == "index0")
    answer_ = number(index_);
  else if (name == "index")
    answer_ = number(index_ + 1);
  else if (name == "first")
    answer_ = Value::boolean(index_ == 0);
  else if (name == "last")
    answer_ = Value::boolean(index_ + 1 == size);
  else if (name == "length")
    answer_ = number(size);
  else if (name == "revindex0")
    answer_ = number(size - index_ - 1);
  else if (name == "revindex")
    answer_ = number(size - index_);
  else if (name == "depth0")
    answer_ = Value::integer(depth0_);
  else if (name == "depth")
    answer_ = Value::integer(depth0_ + 1);
  else if (name == "previtem" && index_ == 0)
    answer_ = Value::undefined("there is no previous item");
  else if (name == "previtem")
    answer_ = items_->items[index_ - 1];
  else if (name == "nextitem" && index_ + 1 == size)
    answer_ = Value::undefined("there is no next item");
  else if (name == "nextitem")
    answer_ = items_->items[index_ + 1];
  else if (name == "cycle")
    answer_ = Value::object(&cycle_);
  else if (name == "changed")
    answer_ = Value::object(&changed_);
  else
    return nullptr;
  return &answer_;
}

Result<Value> Loop::cycle(const Arguments& arguments) {
  const auto& items = arguments.positional;
  if (items.empty()) return fail(ErrorCode::kInvalidArgument, "no items for cycling given");
  return items[index_ % items.size()];
}

Result<Value> Loop::changed(const Arguments& arguments) {
  Value now = Value::tuple(arguments.positional);
  if (now.depth() > kMaxValueDepth)
    return fail(ErrorCode::kInvalidArgument, "loop.changed: a value nested too deep");
  LINNET_CHECK(evaluator_.runtime().charge(now.weight()));
  const bool changed = !equal(now, last_changed_);
  last_changed_ = std::move(now);
  return Value::boolean(changed);
}

Result<Value> Loop::call(Runtime&, const Arguments& arguments) {
  if (!node_.recursive) {
    return fail(ErrorCode::kInvalidArgument,
                "The loop must have the 'recursive' marker to be called recursively.");
  }
  if (arguments.positional.size() != 1 || !arguments.named.empty()) {
    return fail(ErrorCode::kInvalidArgument, "loop() takes one argument");
  }
  return evaluator_.call_loop(node_, defined_in_, arguments.positional.front(), depth0_ + 1);
}

}  // namespace linnet::chat
