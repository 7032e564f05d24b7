/// \file
/// Errors as values. linnet throws nothing across its interface, never aborts and never prints: every
/// call that can fail returns a Result. A Result owns its value or its error; like any value it belongs to
/// one thread at a time. Every header of linnet includes this one, so it also holds what marks their names:
/// LINNET_API those that the shared library exports; everything else is hidden, and so is what LINNET_LOCAL
/// marks inside an exported class.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#if defined(__GNUC__)
#define LINNET_API __attribute__((visibility("default")))
#define LINNET_LOCAL __attribute__((visibility("hidden")))
#else
#define LINNET_API
#define LINNET_LOCAL
#endif

namespace linnet {

/// What kind of failure it was, for programs; Error::message is for people.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,  ///< The caller passed something that cannot be meant: NaN, contradictory options, bad
                     ///< UTF-8.
  kNotFound,         ///< A file, a tensor, a key or a name that is not there.
  kIo,               ///< The system refused to open, read or write.
  kCorrupt,          ///< A file contradicts itself or ends too early.
  kUnsupported,      ///< Well-formed, but linnet lacks the architecture, format or feature.
  kOutOfMemory,      ///< Memory could not be had; nothing was kept.
  kContextFull,      ///< The tokens do not fit into the session's context.
  kCancelled,        ///< A callback or another thread asked to stop.
  kInternal,         ///< A defect of linnet; please report it.
};

/// The code's name as it is written above without the k, e.g. "NotFound". Never fails.
LINNET_API std::string_view to_string(ErrorCode code) noexcept;

/// A failure: a code for programs and a sentence that says what was found, where, and what to do.
struct Error {
  ErrorCode code = ErrorCode::kInternal;  ///< For programs.
  std::string message;                    ///< For people, without a line end.
};

/// What Result::value() throws for those who prefer exceptions; linnet itself never lets one out.
class LINNET_API Exception : public std::runtime_error {
 public:
  /// what() is the error's message.
  explicit Exception(Error error);
  /// The failure that the Result held.
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

/// A value or an Error, in the manner of C++23's std::expected.
///
///     auto model = linnet::Model::load(path);
///     if (!model) return complain(model.error().message);
///     use(*model);
template <class T>
class [[nodiscard]] Result {
 public:
  /// What it holds if all went well.
  using value_type = T;

  /// Success: `return value;` in a function that returns a Result.
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  /// Failure: `return Error{...};`.
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  /// Whether there is a value.
  bool has_value() const noexcept { return state_.index() == 0; }
  /// The same: `if (result)`.
  explicit operator bool() const noexcept { return has_value(); }

  /// \{
  /// The value; throws Exception if there is an error instead. Of a temporary it is moved out, so that
  /// `for (auto& x : f().value())` is safe.
  T& value() & { return require(), std::get<0>(state_); }
  const T& value() const& { return require(), std::get<0>(state_); }
  T value() && { return require(), std::get<0>(std::move(state_)); }
  /// \}

  /// \{
  /// The value, unchecked: only after `if (result)`.
  T& operator*() & noexcept { return *std::get_if<0>(&state_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() noexcept { return std::get_if<0>(&state_); }
  const T* operator->() const noexcept { return std::get_if<0>(&state_); }
  /// \}

  /// \{
  /// The error, unchecked: only after `if (!result)`.
  const Error& error() const& noexcept { return *std::get_if<1>(&state_); }
  Error&& error() && noexcept { return std::move(*std::get_if<1>(&state_)); }
  /// \}

 private:
  void require() const {
    if (!has_value()) throw Exception(error());
  }
  std::variant<T, Error> state_;
};

/// Success or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  /// Nothing.
  using value_type = void;

  /// Success: `return {};`.
  Result() = default;
  /// Failure: `return Error{...};`.
  Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT(google-explicit-constructor)

  /// Whether all went well.
  bool has_value() const noexcept { return ok_; }
  /// The same: `if (result)`.
  explicit operator bool() const noexcept { return ok_; }
  /// Throws Exception if there is an error.
  void value() const {
    if (!ok_) throw Exception(error_);
  }
  /// \{
  /// The error, unchecked: only after `if (!result)`.
  const Error& error() const& noexcept { return error_; }
  Error&& error() && noexcept { return std::move(error_); }
  /// \}

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace linnet
