// The wall that exceptions do not pass: every public function that may allocate runs its body through
// guard().
#pragma once

#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>

#include "base/fail.h"

namespace linnet {

/// body()'s Result; an exception out of it becomes an Error. Throws only where memory for the message is
/// wanting.
template <class Body>
auto exceptions_as_errors(Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::length_error&) {
    throw std::bad_alloc();
  } catch (const Exception& exception) {
    return exception.error();
  } catch (const std::system_error& error) {
    const bool is_thread = error.code() == std::errc::resource_unavailable_try_again;
    return is_thread ? Error{ErrorCode::kOutOfMemory, "the system starts no more threads"}
                     : Error{ErrorCode::kInternal, error.what()};
  } catch (const std::exception& exception) {
    return Error{ErrorCode::kInternal, exception.what()};
  } catch (...) {
    return Error{ErrorCode::kInternal, "unknown exception"};
  }
}

/// body()'s Result; an exception out of it becomes kOutOfMemory or kInternal.
template <class Body>
auto guard(Body&& body) noexcept -> decltype(body()) {
  try {
    return exceptions_as_errors(std::forward<Body>(body));
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kOutOfMemory, "out of memory"};  // short enough to need no allocation
  }
}

}  // namespace linnet
