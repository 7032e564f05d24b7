// A conversation on standard input, the answers streaming, errors as values.
//
//     streaming_chat MODEL.gguf
#include <iostream>
#include <string>

#include <linnet/linnet.h>

namespace {

int complain(const linnet::Error& error) {
  std::cerr << "streaming_chat: " << error.message << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: streaming_chat MODEL.gguf\n";
    return 2;
  }
  auto model = linnet::Model::load(argv[1]);
  if (!model) return complain(model.error());
  auto chat = linnet::Chat::open(*model);
  if (!chat) return complain(chat.error());
  chat->system("Answer in one short sentence.");

  linnet::GenerateOptions options{.max_tokens = 100};
  options.sampling.temperature = 0.7f;
  options.sampling.top_p = 0.95f;
  options.sampling.seed = 42;

  const auto show = [](std::string_view piece) {
    std::cout << piece << std::flush;
    return true;  // false would end the answer
  };
  for (std::string line; std::getline(std::cin, line);) {
    chat->user(line);
    const auto reply = chat->reply(show, options);
    std::cout << '\n';
    if (!reply) return complain(reply.error());
    std::cerr << reply->stats.decode.tokens_per_second() << " tokens/s, ended by " << to_string(reply->finish)
              << '\n';
  }
}
