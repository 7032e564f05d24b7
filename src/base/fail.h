// Errors from a format string, and the one macro that passes them on.
#pragma once

#include <fmt/format.h>

#include <linnet/result.h>

namespace linnet {

/// An Error whose message is formatted as by fmt::format. Runs out of memory only if the heap does; callers
/// at the public interface turn that into kOutOfMemory (see guard.h).
template <class... Args>
Error fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return Error{code, fmt::format(format, std::forward<Args>(args)...)};
}

}  // namespace linnet

#define LINNET_CONCAT_(a, b) a##b
#define LINNET_CONCAT(a, b) LINNET_CONCAT_(a, b)

/// LINNET_TRY(auto x, f());  declares x from f()'s value, or returns f()'s error from the enclosing function.
#define LINNET_TRY(declaration, expression)                                                                  \
  auto LINNET_CONCAT(linnet_try_, __LINE__) = (expression);                                                  \
  if (!LINNET_CONCAT(linnet_try_, __LINE__)) return std::move(LINNET_CONCAT(linnet_try_, __LINE__)).error(); \
  declaration = *std::move(LINNET_CONCAT(linnet_try_, __LINE__))  // NOLINT(bugprone-macro-parentheses)

/// LINNET_CHECK(f());  the same for a Result<void>.
#define LINNET_CHECK(expression)                                                                       \
  do {                                                                                                 \
    if (auto linnet_checked = (expression); !linnet_checked) return std::move(linnet_checked).error(); \
  } while (false)
