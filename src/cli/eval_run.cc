#include "cli/eval_run.h"

#include <chrono>
#include <optional>

#include "cli/interrupt.h"
#include "cli/terminal.h"

namespace linnet::cli {
namespace {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

AnswerLines classify_all(const Model& model, const ClassifierFlags& flags, unsigned n_threads,
                         const std::vector<std::string>& texts) {
  const Interrupt interrupt;
  std::optional<Progress> bar("learning");
  Classifier classifier = flags.make(model, n_threads, [&](double fraction) {
    bar->show(fraction);
    return !interrupt.happened();
  });
  bar.emplace("classifying");
  const Stopwatch watch;
  const std::vector<Classification> results = classifier.classify(texts).value();
  AnswerLines lines{.text = {}, .seconds = watch.seconds()};
  for (const Classification& result : results) lines.text += to_line(to_json(result, classifier.labels()));
  return lines;
}

AnswerLines extract_all(const Model& model, const ExtractorFlags& flags, unsigned n_threads,
                        const std::vector<std::string>& texts) {
  Extractor extractor = Extractor::create(model, flags.read(n_threads)).value();
  const Interrupt interrupt;
  Progress bar("extracting");
  AnswerLines lines;
  const Stopwatch watch;
  extractor
      .extract(texts,
               [&](std::size_t i, const std::vector<Record>& records) {
                 lines.text += to_line(records);
                 bar.show(static_cast<double>(i + 1) / static_cast<double>(texts.size()));
                 return !interrupt.happened();
               })
      .value();
  lines.seconds = watch.seconds();
  return lines;
}

}  // namespace linnet::cli
