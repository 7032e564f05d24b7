// The program's streams: data on stdout, all else on stderr, decoration only where a person looks.
#pragma once

#include <string>
#include <string_view>

namespace linnet::cli {

bool stdin_is_terminal() noexcept;
bool stdout_is_terminal() noexcept;
bool stderr_is_terminal() noexcept;

/// Writes to stdout. Throws linnet::Exception (kIo) if that fails: a full disk, a closed pipe.
void print(std::string_view text);
/// Writes what stdout still holds back. Throws as print().
void flush();
/// Writes a line to stderr.
void note(std::string_view line);
/// `text` in the terminal's escape sequence `code` ("1" bold, "2" faint, "31" red) if stderr is a terminal
/// that wants colours (NO_COLOR is unset), else as it is.
std::string styled(std::string_view code, std::string_view text);

/// A bar on stderr while something lasts, if that is a terminal; wiped when it ends.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// fraction: 0 to 1. `detail` stands behind the bar.
  void show(double fraction, std::string_view detail = {});

 private:
  std::string what_;
  int shown_ = -1;  // per cent
};

}  // namespace linnet::cli
