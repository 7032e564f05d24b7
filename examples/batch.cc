// Many questions at once: every weight is read once for all of them, and what their prompts have in common is
// computed and kept once. Each answer is the one that it would get alone.
//
//     batch MODEL < questions.txt        one question a line, answers in the same order
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <linnet/linnet.h>

namespace {

// The prompt that a chat of its own would make of the question.
linnet::Result<std::vector<linnet::Token>> prompt_of(const linnet::Model& model,
                                                     const std::string& question) {
  auto chat = linnet::Chat::open(model, {.session = {.n_ctx = 512, .n_threads = 1}});
  if (!chat) return chat.error();
  chat->user(question);
  return chat->prompt_tokens();
}

linnet::Result<void> answer_all(const char* path) {
  const auto model = linnet::Model::load(path);
  if (!model) return model.error();
  auto batch = linnet::Batch::open(*model, {.n_ctx = 512, .n_requests = 8});
  if (!batch) return batch.error();

  std::vector<std::pair<std::string, linnet::RequestId>> requests;
  for (std::string question; std::getline(std::cin, question);) {
    const auto prompt = prompt_of(*model, question);
    if (!prompt) return prompt.error();
    const auto request = batch->submit(*prompt, {.max_tokens = 64});
    if (!request) return request.error();
    requests.emplace_back(question, *request);
  }
  if (const auto done = batch->run(); !done) return done.error();
  for (const auto& [question, request] : requests) {
    const auto answer = batch->take(request);
    std::cout << question << "\n  " << (answer ? answer->text : answer.error().message) << "\n";
  }
  std::cerr << batch->stats().n_shared << " tokens of prompts were shared\n";
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: batch MODEL < questions.txt\n", 2;
  const auto done = answer_all(argv[1]);
  if (!done) std::cerr << done.error().message << "\n";
  return done ? 0 : 1;
}
