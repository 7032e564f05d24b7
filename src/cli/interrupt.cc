#include "cli/interrupt.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/command.h"

namespace linnet::cli {
namespace {

// The handler may do next to nothing, so it passes a byte to the watcher, which may do anything.
int event_pipe[2] = {-1, -1};
std::atomic<int> signals{0};
static_assert(std::atomic<int>::is_always_lock_free, "a handler may not wait for a lock");
constexpr char kSignal = 's', kQuit = 'q';
constexpr int kPatience = 2;  // presses; the second is often one of impatience, while the first takes effect

void tell(char what) noexcept {
  while (write(event_pipe[1], &what, 1) < 0 && errno == EINTR) {
  }
}

void handle(int) {
  const int before = errno;
  if (++signals > kPatience) _exit(kInterrupted);
  tell(kSignal);
  errno = before;
}

}  // namespace

Interrupt::Interrupt(std::function<void()> on_interrupt) : on_interrupt_(std::move(on_interrupt)) {
  if (pipe(event_pipe) != 0) fail(ErrorCode::kIo, "cannot make a pipe: too many open files?");
  signals = 0;
  try {
    watcher_ = std::thread([this] { watch(); });
  } catch (const std::system_error&) {
    fail(ErrorCode::kOutOfMemory, "the system starts no more threads");
  }
  struct sigaction action = {};
  action.sa_handler = handle;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &before_);
}

void Interrupt::watch() {
  char what = 0;
  for (;;) {
    const ssize_t n = read(event_pipe[0], &what, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n != 1 || what == kQuit) return;
    const bool is_first = !happened_.exchange(true);
    if (is_first && on_interrupt_) on_interrupt_();
  }
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &before_, nullptr);
  tell(kQuit);
  watcher_.join();
  close(event_pipe[0]);
  close(event_pipe[1]);
}

}  // namespace linnet::cli
