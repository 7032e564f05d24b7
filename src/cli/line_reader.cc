#include "cli/line_reader.h"

#include <histedit.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

constexpr int kHistorySize = 1000;

std::filesystem::path history_path() {
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state != '\0') return std::filesystem::path(state) / "linnet" / "history";
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  return std::filesystem::path(home) / ".local" / "state" / "linnet" / "history";
}

// Bound to Ctrl-C, which the terminal passes on as a character while a line is edited.
unsigned char discard_line(EditLine* editor, int) {
  const LineInfo* const line = el_line(editor);
  el_cursor(editor, static_cast<int>(line->lastchar - line->cursor));
  el_deletestr(editor, static_cast<int>(line->lastchar - line->buffer));
  return CC_REFRESH;
}

}  // namespace

struct LineReader::Editor {
  std::string prompt;
  std::filesystem::path history_file = history_path();
  EditLine* edit = nullptr;
  History* history = nullptr;
  HistEvent event = {};

  explicit Editor(std::string text) : prompt(std::move(text)) {
    edit = el_init("linnet", stdin, stdout, stderr);
    history = history_init();
    if (edit == nullptr || history == nullptr)
      fail(ErrorCode::kIo, "the terminal does not allow line editing");
    ::history(history, &event, H_SETSIZE, kHistorySize);
    ::history(history, &event, H_SETUNIQUE, 1);
    if (!history_file.empty()) ::history(history, &event, H_LOAD, history_file.c_str());
    el_set(edit, EL_CLIENTDATA, this);
    el_set(
        edit, EL_PROMPT, +[](EditLine* editor) {
          void* self = nullptr;
          el_get(editor, EL_CLIENTDATA, &self);
          return static_cast<Editor*>(self)->prompt.data();
        });
    el_set(edit, EL_EDITOR, "emacs");
    el_set(edit, EL_HIST, &::history, history);
    el_set(edit, EL_ADDFN, "discard-line", "throw the line away", &discard_line);
    el_set(edit, EL_BIND, "^C", "discard-line", nullptr);
    el_set(edit, EL_SETTY, "-d", "-isig", nullptr);
  }

  ~Editor() {
    if (!history_file.empty()) save();
    history_end(history);
    el_end(edit);
  }

  void save() {
    std::error_code error;
    std::filesystem::create_directories(history_file.parent_path(), error);
    const mode_t before = umask(S_IRWXG | S_IRWXO);
    if (!error) ::history(history, &event, H_SAVE, history_file.c_str());
    umask(before);
  }
};

LineReader::LineReader(std::string prompt) {
  if (stdin_is_terminal()) editor_ = std::make_unique<Editor>(std::move(prompt));
}

LineReader::~LineReader() = default;

std::optional<std::string> LineReader::read() {
  if (editor_ == nullptr) return read_stdin_line();
  // Before the prompt is shown, so that no key meets a terminal that still treats Ctrl-C and Ctrl-D itself.
  el_set(editor_->edit, EL_PREP_TERM, 1);
  int n = 0;
  const char* const text = el_gets(editor_->edit, &n);
  if (text == nullptr || n <= 0) {
    note("");  // ends the prompt's line
    return std::nullopt;
  }
  std::string line(text, static_cast<std::size_t>(n));
  if (line.ends_with('\n')) line.pop_back();
  if (!line.empty()) history(editor_->history, &editor_->event, H_ENTER, line.c_str());
  return line;
}

}  // namespace linnet::cli
