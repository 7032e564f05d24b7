// What an Evaluator puts back when it leaves a block.
#pragma once

#include "chat/evaluator.h"

namespace linnet::chat {

/// A fresh scope inside `parent`, and optionally another place to write to.
class Evaluator::Inside {
 public:
  Inside(Evaluator& evaluator, ScopePtr parent, Text* out = nullptr)
      : evaluator_(evaluator), scope_(evaluator.scope_), out_(evaluator.out_) {
    evaluator_.scope_ = std::make_shared<Scope>(Scope{std::move(parent), {}});
    if (out != nullptr) evaluator_.out_ = out;
  }
  ~Inside() {
    evaluator_.scope_ = std::move(scope_);
    evaluator_.out_ = out_;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  Evaluator& evaluator_;
  ScopePtr scope_;
  Text* out_;
};

}  // namespace linnet::chat
