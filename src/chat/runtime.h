// One rendering: its bounds, its clock, the objects it made and the way back into the evaluator for builtins
// that call filters, tests or macros. Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "chat/builtins.h"
#include "chat/clock.h"
#include "chat/object.h"
#include "chat/value.h"

namespace linnet::chat {

/// What a template may use up before it is stopped.
inline constexpr std::uint64_t kMaxSteps = 5'000'000;  ///< A node visited, a value made, 64 bytes copied.
inline constexpr std::size_t kMaxTextBytes = std::size_t{16} << 20;  ///< One string, and the whole output.
inline constexpr std::size_t kMaxItems = 1'000'000;                  ///< One list that an operation makes.
inline constexpr std::uint32_t kMaxLevels = 300;   ///< Of recursion: up to 1 MB of stack, unoptimized.
inline constexpr std::size_t kMaxRange = 100'000;  ///< range(), as Jinja's sandbox has it.

class Runtime {
 public:
  explicit Runtime(const RenderClock& clock) : clock_(clock) {}

  const RenderClock& clock() const { return clock_; }

  /// One level of recursion, while it lives: an expression in another, a macro's body, a builtin that calls
  /// another.
  class Level {
   public:
    explicit Level(Runtime& runtime) : runtime_(runtime) { ++runtime_.depth_; }
    ~Level() { --runtime_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Runtime& runtime_;
  };
  /// Error: too many levels.
  Result<void> check_depth() const;

  /// Error: the rendering took too many steps.
  Result<void> charge(std::uint64_t steps);
  /// For text that an operation is about to make. Error: too long, or too many steps.
  Result<void> charge_text(std::size_t bytes);
  /// For a list that an operation is about to make. Error: too long, or too many steps.
  Result<void> charge_items(std::size_t n_items);
  std::uint64_t steps_left() const { return steps_left_; }

  /// Makes an object that lives as long as the rendering.
  template <class T, class... Args>
  Result<T*> make(Args&&... args) {
    LINNET_CHECK(charge(kStepsPerObject));
    auto object = std::make_unique<T>(std::forward<Args>(args)...);
    T* const raw = object.get();
    objects_.push_back(std::move(object));
    return raw;
  }

  /// `value.name` and `value[key]` as Jinja has them: attributes first or elements first; undefined if
  /// neither is there.
  Result<Value> get_attribute(const Value& value, std::string_view name);
  Result<Value> get_item(const Value& value, const Value& key);
  /// value[start:stop:step]; None or undefined where a bound is absent.
  Result<Value> get_slice(const Value& value, const Value& start, const Value& stop, const Value& step);
  /// Calls a function, a method, a macro.
  Result<Value> call(const Value& callee, const Arguments& arguments);

 private:
  static constexpr std::uint64_t kStepsPerObject = 20;

  RenderClock clock_;
  std::uint64_t steps_left_ = kMaxSteps;
  std::uint32_t depth_ = 0;
  std::vector<std::unique_ptr<Object>> objects_;
};

/// A builtin, with the owner if it is a method, as a value.
class BuiltinObject : public Object {
 public:
  BuiltinObject(const Builtin& builtin, Value self) : builtin_(builtin), self_(std::move(self)) {}
  std::string_view type_name() const noexcept override { return "builtin_function_or_method"; }
  bool callable() const noexcept override { return true; }
  Result<Value> call(Runtime& runtime, const Arguments& arguments) override;

 private:
  const Builtin& builtin_;
  Value self_;
};

/// What namespace() makes: the one thing that templates can change.
class Namespace : public Object {
 public:
  std::string_view type_name() const noexcept override { return "Namespace"; }
  const Value* attribute(std::string_view name) override;
  Result<void> set_attribute(std::string_view name, Value value) override;

 private:
  std::vector<std::pair<std::string, Value>> attributes_;
};

}  // namespace linnet::chat
