// Text and tokens that the user gives: as an argument, in a file, or on standard input.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace linnet::cli {

/// All of standard input. Throws linnet::Exception: kIo; kInvalidArgument, more than 256 MiB.
std::string read_stdin();
/// The next line of standard input without its end; nothing after the last one. Throws as read_stdin().
std::optional<std::string> read_stdin_line();
/// A whole file. Throws linnet::Exception: kNotFound, or as read_stdin().
std::string read_file(const std::string& path);
/// Whether a line has nothing but blanks.
bool is_blank(std::string_view line) noexcept;
/// Calls take(line, number) for each line of a text that is not blank, without its end; the first is line 1.
void for_each_line(std::string_view text,
                   const std::function<void(const std::string& line, std::size_t number)>& take);
/// "1 2 3" or "1,2,3". Throws UsageError for anything else.
std::vector<Token> parse_tokens(const std::string& text);

/// The flags of commands that turn text into tokens.
struct TextFlags {
  std::optional<std::string> text;
  std::optional<std::string> file;
  bool no_special = false;
  bool no_bos = false;

  void add(CLI::App& app);
  /// The argument, the file's text, or standard input for "-" and for nothing at all. Throws UsageError if
  /// that would wait for a terminal.
  std::string read() const;
  TokenizeOptions options() const { return {.parse_special = !no_special, .add_bos = !no_bos}; }
};

}  // namespace linnet::cli
