// Loads a model that is not there and succeeds if linnet says so: headers, library and exceptions work.
#include <iostream>

#include <linnet/linnet.h>

int main() {
  try {
    linnet::Model::load("no-such-model.gguf").value();
  } catch (const linnet::Exception& exception) {
    std::cout << "linnet " << linnet::version() << ": " << exception.what() << "\n";
    const bool same = linnet::version() == LINNET_VERSION_STRING;
    return same && exception.error().code == linnet::ErrorCode::kNotFound ? 0 : 1;
  }
  return 1;
}
