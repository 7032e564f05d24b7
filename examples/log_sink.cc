// What linnet would say, were it not silent: messages and loading progress go where the host wants them.
//
//     log_sink MODEL.gguf
#include <iostream>

#include <linnet/linnet.h>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: log_sink MODEL.gguf\n";
    return 2;
  }
  linnet::LoadOptions options;
  options.log = [](linnet::LogLevel level, std::string_view message) {
    std::cout << to_string(level) << ": " << message << '\n';
  };
  options.progress = [](double fraction) {
    std::cerr << "\rloading " << static_cast<int>(100 * fraction) << "%" << std::flush;
    return true;  // false would give up
  };
  const auto model = linnet::Model::load(argv[1], options);
  std::cerr << '\n';
  if (!model) {
    std::cerr << "log_sink: " << model.error().message << '\n';
    return 1;
  }
  const auto& info = model->info();
  std::cout << info.name << ": " << info.architecture << ", " << info.n_parameters << " parameters, "
            << info.format << ", kernels for " << info.isa << '\n';
}
