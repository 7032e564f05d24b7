// What a command is. A new command is a file that defines a Command and a row in main.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <linnet/linnet.h>
#include <CLI/CLI.hpp>

#include "cli/constraint_flags.h"

namespace linnet::cli {

/// The program's exit codes, as `linnet --help` tells them.
enum ExitCode : int { kOk = 0, kFailure = 1, kUsage = 2, kInterrupted = 130 };

/// A command line that cannot be meant: exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a command does once its flags are read. Failures are exceptions: linnet::Exception (out of
/// Result::value()) and UsageError; main() prints them as one line.
using Action = std::function<ExitCode()>;

struct Command {
  const char* name;
  const char* summary;   ///< One line.
  const char* examples;  ///< Shown by --help, a command a line.
  /// Declares the flags and returns the action that reads them.
  Action (*configure)(CLI::App& app);
};

/// Throws a linnet::Exception.
[[noreturn]] void fail(ErrorCode code, std::string message);

/// Flags that several commands share. Each add_ declares them on `app`, bound to the struct, which must live
/// until the action has run.
struct ModelFlags {
  std::string model;
  std::string isa;
  unsigned n_threads = 0;

  void add(CLI::App& app);
  /// Loads the model, with a progress bar on a terminal; Ctrl-C gives up with kCancelled.
  Model load() const;
};

struct SessionFlags {
  SessionOptions options;
  std::string context_help = "Tokens that fit";
  std::string context_default = "the model's, at most 4096";  ///< What n_ctx = 0 means.
  std::size_t least_context = 1;

  void add(CLI::App& app);
  /// Without --cache: for a command that takes several.
  void add_sizes(CLI::App& app);
  /// With the threads of `model_flags`.
  SessionOptions with(const ModelFlags& model_flags) const;
};

struct GenerateFlags {
  /// Stop texts, limits, constraints, guessing and sampling: a flag for each of sampler_parameters().
  GenerateOptions options;
  ConstraintFlags constraint;
  std::string draft_model;

  void add(CLI::App& app);
  /// With the constraint, and the session that guesses, opened into `draft`, if a model for it was named.
  /// Throws UsageError for a constraint that is refused.
  GenerateOptions with(const ModelFlags& model_flags, const SessionFlags& session_flags,
                       std::optional<Session>& draft) const;
};

/// The whole number from `low` to `high`, or the number, that all of `text` is. Throws CLI::ValidationError
/// in the name of `flag`.
std::uint64_t parse_whole(const std::string& flag, const std::string& text, std::uint64_t low,
                          std::uint64_t high);
double parse_real(const std::string& flag, const std::string& text);

/// Declares a flag for a whole number from `low` to `high`; its help shows the value that it has now, unless
/// that is 0.
template <class T>
CLI::Option* add_number(CLI::App& app, const std::string& flags, T& value, std::string help,
                        std::type_identity_t<T> low, std::type_identity_t<T> high) {
  if (value != T{}) help += " (default: " + std::to_string(value) + ")";
  const std::string name = flags.substr(flags.rfind(',') + 1);
  return app
      .add_option_function<std::string>(
          flags,
          [&value, name, low, high](const std::string& text) {
            value = static_cast<T>(parse_whole(name, text, low, high));
          },
          std::move(help))
      ->option_text("N");
}

/// "1 token", "2 tokens".
std::string counted(std::size_t n, std::string_view noun);
/// Tokens, seconds and tokens a second, as people read them.
std::string format_rate(const Rate& rate);

}  // namespace linnet::cli
