// The same rounding for everybody: a host may have set flush-to-zero or another rounding mode for its own
// arithmetic.
#pragma once

#include <cfenv>

namespace linnet {

/// Sets the default floating-point environment (nearest even, subnormals kept) for a scope, then the caller's
/// again.
class FloatEnvironment {
 public:
  FloatEnvironment() noexcept {
    std::fegetenv(&saved_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~FloatEnvironment() { std::fesetenv(&saved_); }
  FloatEnvironment(const FloatEnvironment&) = delete;
  FloatEnvironment& operator=(const FloatEnvironment&) = delete;

 private:
  std::fenv_t saved_;
};

}  // namespace linnet
