/// \file
/// Constraint: what a text must look like. While text is made, tokens that would leave the constraint cannot
/// be picked, and the others keep the probabilities that the model gives them relative to each other.
/// Immutable, so any number of threads may share one. A Constraint is a handle: copies are cheap. One that
/// was moved from may only be assigned to or destroyed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <linnet/result.h>

namespace linnet {

/// How JSON is written.
struct JsonOptions {
  /// White space between the parts of a text.
  enum class Whitespace : std::uint8_t {
    kSpaced,   ///< One space after each comma and colon, no other.
    kCompact,  ///< None.
    kFree,     ///< Wherever the standard allows it.
  };
  /// Properties of an object.
  enum class Order : std::uint8_t {
    kListed,  ///< As the schema lists them, those that it does not list last.
    kFree,    ///< Any.
  };
  Whitespace whitespace = Whitespace::kSpaced;  ///< See there.
  Order order = Order::kListed;                 ///< See there.
  /// Whether characters of names and constants may be escaped where they need not be.
  bool any_escapes = false;
  /// Whether "format" is enforced, and not only a note as the standard has it by default.
  bool check_formats = true;
  /// Schemas that others may refer to: URI and text. Nothing is fetched.
  std::vector<std::pair<std::string, std::string>> documents{};
};

/// What match() found.
struct ConstraintMatch {
  bool matches = false;     ///< Whether the text is one that the constraint allows.
  std::size_t n_bytes = 0;  ///< Bytes up to where it went wrong: all, if only its end is missing.
};

/// A set of texts; see the top of this page. Making one takes bounded time and memory; the last ones made are
/// remembered, so that making them again costs little.
class LINNET_API Constraint {
 public:
  /// One of some texts. Errors: kInvalidArgument, no text or an empty one.
  static Result<Constraint> choices(std::span<const std::string> texts);
  /// A regular expression as in ECMAScript with the flag u. It is anchored as written: "a" allows every text
  /// with an a in it. Errors: kInvalidArgument, naming the byte; kUnsupported, backreferences and what takes
  /// too large an automaton.
  static Result<Constraint> regex(std::string_view pattern);
  /// A grammar in GBNF, the notation of llama.cpp, from its rule "root" on. Errors: kInvalidArgument, naming
  /// line and column or the rule; kUnsupported.
  static Result<Constraint> gbnf(std::string_view grammar);
  /// Any JSON value.
  static Result<Constraint> json(const JsonOptions& options = {});
  /// JSON that a schema of draft 2020-12 holds valid, all of it: what cannot be enforced while writing from
  /// left to right is refused. Errors: kInvalidArgument, not a schema; kUnsupported, a keyword that cannot
  /// be enforced; both with a JSON pointer to the place.
  static Result<Constraint> json_schema(std::string_view schema, const JsonOptions& options = {});
  /// Any run of whole words of a text, at most max_words, which is 1,024 at most, verbatim. Error:
  /// kInvalidArgument, no word.
  static Result<Constraint> spans(std::string_view text, std::size_t max_words = 64);

  /// Free text in which each `trigger` is followed by a text of this constraint, after which it is free
  /// again: for tool calls. Error: kInvalidArgument, an empty trigger.
  Result<Constraint> after(std::string_view trigger) const;

  /// Whether the constraint allows a text. Errors: kUnsupported, so many readings are open that they are not
  /// followed further; kOutOfMemory.
  Result<ConstraintMatch> match(std::string_view text) const;

  /// \cond internal
  struct LINNET_LOCAL Impl;
  explicit Constraint(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  const std::shared_ptr<const Impl>& impl() const noexcept { return impl_; }
  /// \endcond

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace linnet
