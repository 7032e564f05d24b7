// linnet inside a host with threads of its own: a worker answers, the main thread stays free and has a cancel
// button. Here the button is pressed after a second. The model is shared; each worker has a session of its
// own.
//
//     host_threads MODEL.gguf
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include <linnet/linnet.h>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: host_threads MODEL.gguf\n";
    return 2;
  }
  auto model = linnet::Model::load(argv[1]);
  if (!model) {
    std::cerr << "host_threads: " << model.error().message << '\n';
    return 1;
  }
  // One thread for the model leaves the other cores to the host.
  auto chat = linnet::Chat::open(*model, {.session = {.n_threads = 1}});
  if (!chat) {
    std::cerr << "host_threads: " << chat.error().message << '\n';
    return 1;
  }
  std::mutex mutex;
  std::condition_variable is_over;
  bool over = false;
  std::string text;

  std::thread worker([&] {
    chat->user("Tell me a very long story about a linnet.");
    const auto reply = chat->reply(
        [&](std::string_view piece) {  // on this thread: hand the text over to the host's own
          const std::lock_guard lock(mutex);
          text += piece;
          return true;
        },
        {.max_tokens = 2000});
    const std::lock_guard lock(mutex);
    text +=
        reply ? "\n[" + std::string(to_string(reply->finish)) + "]\n" : "\n" + reply.error().message + "\n";
    over = true;
    is_over.notify_one();
  });

  std::unique_lock lock(mutex);
  if (!is_over.wait_for(lock, std::chrono::seconds(1), [&] { return over; })) chat->cancel();
  is_over.wait(lock, [&] { return over; });
  worker.join();
  std::cout << text;
}
