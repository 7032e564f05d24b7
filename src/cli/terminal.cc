#include "cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "cli/command.h"

namespace linnet::cli {
namespace {

constexpr int kBarWidth = 30;
constexpr std::string_view kWipe = "\r\x1b[K";

[[noreturn]] void fail_to_print(int error) {
  fail(ErrorCode::kIo, fmt::format("cannot write to standard output: {}", std::strerror(error)));
}

}  // namespace

bool stdin_is_terminal() noexcept { return isatty(STDIN_FILENO) != 0; }
bool stdout_is_terminal() noexcept { return isatty(STDOUT_FILENO) != 0; }
bool stderr_is_terminal() noexcept { return isatty(STDERR_FILENO) != 0; }

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail_to_print(errno);
}

void flush() {
  if (std::fflush(stdout) != 0) fail_to_print(errno);
}

void note(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

std::string styled(std::string_view code, std::string_view text) {
  static const bool wanted = stderr_is_terminal() && std::getenv("NO_COLOR") == nullptr;
  return wanted ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

Progress::Progress(std::string what) : what_(std::move(what)) {}

Progress::~Progress() {
  if (shown_ >= 0) fmt::print(stderr, "{}", kWipe);
}

void Progress::show(double fraction, std::string_view detail) {
  if (!stderr_is_terminal()) return;
  const int percent = std::clamp(static_cast<int>(fraction * 100), 0, 100);
  if (percent == shown_ && detail.empty()) return;
  shown_ = percent;
  const int full = percent * kBarWidth / 100;
  fmt::print(stderr, "{}{} [{:#>{}}{:.>{}}] {:3}% {}", kWipe, what_, "", full, "", kBarWidth - full, percent,
             detail);
  std::fflush(stderr);
}

}  // namespace linnet::cli
