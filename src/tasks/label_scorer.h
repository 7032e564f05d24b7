// Scores by asking: the exact log-probability of each whole label as the model's answer. Labels form a trie,
// of which each node is computed once; several texts walk it together, so that weights are read once for all.
#pragma once

#include <memory>
#include <vector>

#include "tasks/label_reader.h"
#include "tasks/scorer.h"
#include "tasks/task_prompt.h"

namespace linnet::tasks {

class LabelScorer final : public Scorer {
 public:
  /// Errors: those of Classifier::from_labels(), for labels that are checked to be several, different and not
  /// empty.
  static Result<std::unique_ptr<LabelScorer>> create(const Model& model, std::span<const Label> labels,
                                                     const ClassifierOptions& options);

  Result<void> score(std::span<const std::string> texts, const ScoresCallback& callback) override;
  const Calibration& calibration() const noexcept override { return calibration_; }
  Result<void> write(HeadWriter& writer) const override;

 private:
  LabelScorer(TaskPrompt prompt, std::unique_ptr<LabelReader> reader);
  /// What each label gets where the text says nothing: contextual calibration (Zhao et al. 2021,
  /// arXiv:2102.09690). And the scale that fits the labels' examples.
  Result<void> learn(std::span<const Label> labels, const ClassifierOptions& options);

  TaskPrompt prompt_;
  std::unique_ptr<LabelReader> reader_;
  std::vector<double> prior_;  // (n_labels), logarithms
  Calibration calibration_;
};

}  // namespace linnet::tasks
