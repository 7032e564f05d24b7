// clang-format off
#include <iostream>
#include <linnet/linnet.h>
int main(int argc, char** argv) {
  auto model = linnet::Model::load(argv[1]).value();
  auto chat = linnet::Chat::open(model).value();
  chat.user("What is the capital of France?");
  chat.reply([](std::string_view piece) { std::cout << piece << std::flush; return true; }).value();
}
