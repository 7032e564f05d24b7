// Values with an identity: namespaces, loops, macros, functions, bound methods. They belong to the rendering
// that made them (runtime.h keeps them) or are static, and are used by its thread alone.
#pragma once

#include <string_view>

#include "base/fail.h"
#include "chat/value.h"

namespace linnet::chat {

struct Arguments;
class Runtime;

class Object {
 public:
  virtual ~Object() = default;
  /// Python's name of the type.
  virtual std::string_view type_name() const noexcept = 0;
  /// nullptr if there is no such attribute; valid until the next call on this object.
  virtual const Value* attribute(std::string_view name);
  /// Error: kInvalidArgument, it has no attributes that may be set.
  virtual Result<void> set_attribute(std::string_view name, Value value);
  virtual bool callable() const noexcept { return false; }
  virtual Result<Value> call(Runtime& runtime, const Arguments& arguments);
};

}  // namespace linnet::chat
