// Ctrl-C as an event instead of the end of the program.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include <signal.h>

namespace linnet::cli {

/// While one exists, the first SIGINT calls `on_interrupt` on a thread of its own; a third SIGINT ends the
/// program at once. One at a time.
class Interrupt {
 public:
  explicit Interrupt(std::function<void()> on_interrupt = {});
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Whether SIGINT came. Any thread.
  bool happened() const noexcept { return happened_; }

 private:
  void watch();

  std::atomic<bool> happened_{false};
  std::function<void()> on_interrupt_;
  struct sigaction before_ = {};
  std::thread watcher_;
};

}  // namespace linnet::cli
