// Scores by a trained head on the model's pooled states.
#pragma once

#include <memory>
#include <vector>

#include "engine/state_reader.h"
#include "tasks/linear_head.h"
#include "tasks/scorer.h"
#include "tasks/task_prompt.h"
#include "tasks/texts.h"

namespace linnet::tasks {

/// The states of texts in a user's message, averaged over the text.
class TextPooler {
 public:
  /// The layers are those of the options, or the default ones. Errors: those of StateReader and TaskPrompt.
  static Result<TextPooler> create(const Model& model, const ClassifierOptions& options);

  /// What read() would say of a text before anything is computed.
  Result<void> check(std::string_view text) const;
  /// Calls back with each text's mean states, (n_blocks * d_block); false gives up. Errors: those of
  /// Classifier::classify().
  Result<void> read(std::span<const std::string> texts,
                    const std::function<bool(std::size_t index, std::span<const float> mean)>& callback);

  const std::vector<std::size_t>& layers() const noexcept { return layers_; }
  std::size_t d_row() const noexcept { return reader_->d_row(); }

 private:
  TextPooler(TaskPrompt prompt, std::vector<std::size_t> layers, std::unique_ptr<StateReader> reader)
      : prompt_(std::move(prompt)), layers_(std::move(layers)), reader_(std::move(reader)) {}

  TokenizeText tokenizer() const;

  TaskPrompt prompt_;
  std::vector<std::size_t> layers_;
  std::unique_ptr<StateReader> reader_;
};

class StateScorer final : public Scorer {
 public:
  StateScorer(TextPooler pooler, LinearHead head) : pooler_(std::move(pooler)), head_(std::move(head)) {}

  /// The head of Classifier::train(), whose errors it has. The labels are those of `labels`, and each example
  /// has one of them or none.
  static Result<std::unique_ptr<StateScorer>> train(const Model& model,
                                                    std::span<const LabelledText> examples,
                                                    std::span<const std::string> labels,
                                                    const ClassifierOptions& options);
  /// What write() wrote. Options' layers do not count. Errors: kCorrupt.
  static Result<std::unique_ptr<StateScorer>> read(const Model& model, HeadReader& reader,
                                                   std::size_t n_labels, const ClassifierOptions& options);

  Result<void> score(std::span<const std::string> texts, const ScoresCallback& callback) override;
  const Calibration& calibration() const noexcept override { return head_.calibration(); }
  Result<void> write(HeadWriter& writer) const override;

 private:
  TextPooler pooler_;
  LinearHead head_;
};

}  // namespace linnet::tasks
