#include "tasks/state_scorer.h"

#include <algorithm>
#include <functional>

#include "engine/model_impl.h"
#include "tasks/label_text.h"

namespace linnet::tasks {
namespace {

// Where a text's topic shows: from after the first layers to just beyond the middle. The end of a model is
// about the next token. Measured in docs/classify.md.
std::vector<std::size_t> default_layers(std::size_t n_layers) {
  std::vector<std::size_t> layers;
  for (const std::size_t fifteenths : {2, 4, 6, 8}) {
    const std::size_t layer = std::max<std::size_t>(1, (n_layers * fifteenths + 7) / 15);
    if (layers.empty() || layer > layers.back()) layers.push_back(layer);
  }
  return layers;
}

}  // namespace

Result<TextPooler> TextPooler::create(const Model& model, const ClassifierOptions& options) {
  StateOptions state_options;
  state_options.layers = options.layers.empty() ? default_layers(model.info().n_layers) : options.layers;
  state_options.n_ctx = options.n_ctx;
  state_options.n_threads = options.n_threads;
  state_options.wipe = options.wipe;
  LINNET_TRY(auto reader, StateReader::create(model, state_options));
  LINNET_TRY(TaskPrompt prompt, TaskPrompt::make(model, "", ""));
  LINNET_CHECK(reader->set_prefix(prompt.prefix()));
  return TextPooler(std::move(prompt), std::move(state_options.layers), std::move(reader));
}

TokenizeText TextPooler::tokenizer() const {
  return [this](std::string_view text) { return prompt_.text(text); };
}

Result<void> TextPooler::check(std::string_view text) const {
  LINNET_CHECK(tokenize_text(text, reader_->max_tokens(), tokenizer()));
  return {};
}

Result<void> TextPooler::read(
    std::span<const std::string> texts,
    const std::function<bool(std::size_t index, std::span<const float> mean)>& callback) {
  LINNET_TRY(const auto sequences, tokenize_texts(texts, reader_->max_tokens(), tokenizer()));
  std::vector<float> mean(reader_->d_row());
  return reader_->read(sequences, [&](const SequenceStates& states) {
    mean_of_rows(states, 0, states.n_tokens, mean);
    return callback(states.index, mean);
  });
}

Result<std::unique_ptr<StateScorer>> StateScorer::train(const Model& model,
                                                        std::span<const LabelledText> examples,
                                                        std::span<const std::string> labels,
                                                        const ClassifierOptions& options) {
  // In the order that LinearHead::fit() wants: labelled texts, the labels' own, texts that fit none.
  std::vector<std::string> texts;
  std::vector<std::uint32_t> right;
  for (const LabelledText& example : examples) {
    if (!example.label) continue;
    texts.push_back(example.text);
    right.push_back(static_cast<std::uint32_t>(std::ranges::find(labels, *example.label) - labels.begin()));
  }
  for (const std::string& label : labels) texts.push_back(label_text(label));
  for (const LabelledText& example : examples) {
    if (!example.label) texts.push_back(example.text);
  }
  LINNET_TRY(TextPooler pooler, TextPooler::create(model, options));
  for (std::size_t i = 0; i < examples.size(); ++i) {  // while their places are as the caller knows them
    if (auto checked = pooler.check(examples[i].text); !checked) {
      return fail(checked.error().code, "example {}: {}", i, checked.error().message);
    }
  }
  PooledTexts pooled{pooler.layers().size(), model.info().d_model, {}};
  pooled.rows.resize(texts.size() * pooler.d_row());
  std::size_t n_done = 0;
  LINNET_CHECK(pooler.read(texts, [&](std::size_t index, std::span<const float> mean) {
    std::ranges::copy(mean, pooled.rows.begin() + static_cast<std::ptrdiff_t>(index * pooler.d_row()));
    const double fraction = static_cast<double>(++n_done) / static_cast<double>(texts.size());
    return !options.progress || options.progress(fraction);
  }));
  const unsigned n_threads = options.n_threads == 0 ? default_threads() : options.n_threads;
  LINNET_TRY(LinearHead head, LinearHead::fit(pooled, right, labels.size(), n_threads));
  return std::make_unique<StateScorer>(std::move(pooler), std::move(head));
}

Result<void> StateScorer::write(HeadWriter& writer) const {
  writer.array<std::uint64_t>(std::vector<std::uint64_t>(pooler_.layers().begin(), pooler_.layers().end()));
  head_.write(writer);
  return {};
}

Result<std::unique_ptr<StateScorer>> StateScorer::read(const Model& model, HeadReader& reader,
                                                       std::size_t n_labels,
                                                       const ClassifierOptions& options) {
  LINNET_TRY(const std::vector<std::uint64_t> layers, reader.array<std::uint64_t>());
  ClassifierOptions with_layers = options;
  with_layers.layers.assign(layers.begin(), layers.end());
  if (!are_layers(with_layers.layers, model.info().n_layers)) {
    return reader.corrupt("its layers are not the model's");
  }
  LINNET_TRY(LinearHead head, LinearHead::read(reader, layers.size(), model.info().d_model, n_labels));
  LINNET_TRY(TextPooler pooler, TextPooler::create(model, with_layers));
  return std::make_unique<StateScorer>(std::move(pooler), std::move(head));
}

Result<void> StateScorer::score(std::span<const std::string> texts, const ScoresCallback& callback) {
  return pooler_.read(texts, [&](std::size_t index, std::span<const float> mean) {
    return callback(index, head_.scores(mean));
  });
}

}  // namespace linnet::tasks
