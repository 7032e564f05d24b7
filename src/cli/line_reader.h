// Lines that a person types, with editing and history; or lines of a file, if standard input is no terminal.
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace linnet::cli {

class LineReader {
 public:
  /// The history is kept in $XDG_STATE_HOME/linnet/history (~/.local/state/linnet/history), readable by its
  /// owner only.
  explicit LineReader(std::string prompt);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// The next line without its end; nothing at the end of input (Ctrl-D). Ctrl-C throws the typed line away.
  /// Throws linnet::Exception (kIo) if standard input cannot be read.
  std::optional<std::string> read();

 private:
  struct Editor;
  std::unique_ptr<Editor> editor_;  // null if standard input is no terminal
};

}  // namespace linnet::cli
