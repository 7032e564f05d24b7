// Routes messages after a few examples, and none where it is not sure: example_classify MODEL.gguf < messages
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <linnet/linnet.h>

namespace {

const std::vector<linnet::LabelledText> kExamples = {
    {"Turn the lamp in the kitchen on.", "light"},
    {"It is too dark in here.", "light"},
    {"Dim the bedroom a little.", "light"},
    {"Lights off, please.", "light"},
    {"Play something quiet.", "music"},
    {"Louder!", "music"},
    {"Skip this song.", "music"},
    {"Put on my running playlist.", "music"},
    {"Wake me at half past six.", "alarm"},
    {"Ten more minutes.", "alarm"},
    {"Remind me in an hour.", "alarm"},
    {"Cancel tomorrow's alarm.", "alarm"},
    {"What is the tallest mountain?", std::nullopt},
    {"I had soup for lunch.", std::nullopt},
};

int run(const char* path) {
  const auto model = linnet::Model::load(path).value();
  linnet::ClassifierOptions options;
  options.threshold = 0.5;
  auto classifier = linnet::Classifier::train(model, kExamples, options).value();
  std::vector<std::string> texts;
  for (std::string line; std::getline(std::cin, line);) {
    if (!line.empty()) texts.push_back(line);
  }
  const auto results = classifier.classify(texts).value();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const linnet::Classification& result = results[i];
    const char* label = result.label ? classifier.labels()[*result.label].c_str() : "-";
    std::printf("%-6s %.2f  %s\n", label, result.ranked[0].probability, texts[i].c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: example_classify MODEL.gguf < messages\n");
    return 2;
  }
  try {
    return run(argv[1]);
  } catch (const linnet::Exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
