#include "tasks/label_scorer.h"

#include <algorithm>

#include "base/math.h"
#include "base/utf8.h"
#include "engine/model_impl.h"
#include "tasks/texts.h"

namespace linnet::tasks {
namespace {

// A label is what a model answers, not an essay.
constexpr std::size_t kMaxLabelTokens = 64;

std::string instructions(std::span<const Label> labels) {
  std::string text = "Which label fits the text? The labels are:\n";
  for (const Label& label : labels) {
    text += fmt::format("- {}{}{}\n", label.name, label.description.empty() ? "" : ": ", label.description);
  }
  return text + "\nText: ";
}

Result<LabelTrie> make_trie(const Model& model, std::span<const Label> labels) {
  const Tokenizer& tokenizer = *model.impl()->tokenizer;
  // Ends each label, so that none is another's beginning.
  const Token end = tokenizer.special().eos;
  if (end == kNoToken) {
    return fail(ErrorCode::kUnsupported, "{}: the model has no token that ends an answer",
                model.impl()->file->name());
  }
  LabelTrie trie;
  for (std::uint32_t i = 0; i < labels.size(); ++i) {
    std::vector<Token> tokens;
    LINNET_CHECK(tokenizer.encode(labels[i].name, /*parse_special=*/false, tokens));
    if (tokens.size() > kMaxLabelTokens) {
      return fail(ErrorCode::kInvalidArgument, "label {} has {} tokens; at most {} are possible", i + 1,
                  tokens.size(), kMaxLabelTokens);
    }
    tokens.push_back(end);
    if (!trie.add(tokens, i)) {
      return fail(ErrorCode::kInvalidArgument, "label '{}' is there twice", labels[i].name);
    }
  }
  return trie;
}

// Log-probabilities among the labels alone.
void normalize(std::span<double> logprobs) {
  const double best = *std::ranges::max_element(logprobs);
  double sum = 0;
  for (const double x : logprobs) sum += math::exp(x - best);
  for (double& x : logprobs) x -= best + math::log(sum);
}

}  // namespace

LabelScorer::LabelScorer(TaskPrompt prompt, std::unique_ptr<LabelReader> reader)
    : prompt_(std::move(prompt)), reader_(std::move(reader)), prior_(reader_->n_labels(), 0.0) {}

Result<std::unique_ptr<LabelScorer>> LabelScorer::create(const Model& model, std::span<const Label> labels,
                                                         const ClassifierOptions& options) {
  for (const Label& label : labels) {
    if (!utf8::is_valid(label.description)) {
      return fail(ErrorCode::kInvalidArgument, "the description of label '{}' is not UTF-8", label.name);
    }
  }
  LINNET_TRY(LabelTrie trie, make_trie(model, labels));
  LINNET_TRY(TaskPrompt prompt,
             TaskPrompt::make(model, instructions(labels), "\n\nAnswer with the label alone."));
  LINNET_TRY(auto reader,
             LabelReader::create(model, prompt.prefix(), std::move(trie), labels.size(), options));
  std::unique_ptr<LabelScorer> scorer(new LabelScorer(std::move(prompt), std::move(reader)));
  LINNET_CHECK(scorer->learn(labels, options));
  return scorer;
}

Result<void> LabelScorer::learn(std::span<const Label> labels, const ClassifierOptions& options) {
  std::vector<std::string> texts;
  ScoredRows rows{labels.size(), {}, {}};
  for (std::uint32_t k = 0; k < labels.size(); ++k) {
    for (const std::string& example : labels[k].examples) {
      if (auto tokens = prompt_.text(example); !tokens) {
        return fail(tokens.error().code, "an example of label '{}': {}", labels[k].name,
                    tokens.error().message);
      }
      texts.push_back(example);
      rows.labels.push_back(k);
    }
  }
  const std::vector<std::string> empty_texts = {"N/A", "-", "..."};
  std::size_t n_done = 0;
  const auto go_on = [&] {
    const double n_all = static_cast<double>(empty_texts.size() + texts.size());
    return !options.progress || options.progress(static_cast<double>(++n_done) / n_all);
  };
  std::vector<double> sums(prior_.size(), 0.0);
  LINNET_CHECK(score(empty_texts, [&](std::size_t, std::span<const double> scores) {
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += math::exp(scores[k]);
    return go_on();
  }));
  for (std::size_t k = 0; k < sums.size(); ++k) {
    prior_[k] = math::log(sums[k] / static_cast<double>(empty_texts.size()));
  }
  if (texts.empty()) return {};
  rows.scores.resize(texts.size() * labels.size());
  LINNET_CHECK(score(texts, [&](std::size_t index, std::span<const double> scores) {
    std::ranges::copy(scores, rows.scores.begin() + static_cast<std::ptrdiff_t>(index * labels.size()));
    return go_on();
  }));
  calibration_.scale = fit_scale(rows);
  calibration_.none = fit_none(rows, {}, calibration_.scale);
  return {};
}

Result<void> LabelScorer::score(std::span<const std::string> texts, const ScoresCallback& callback) {
  LINNET_TRY(const auto sequences,
             tokenize_texts(texts, reader_->max_tokens(),
                            [this](std::string_view text) { return prompt_.text_and_rest(text); }));
  std::vector<double> scores;
  return reader_->read(sequences, [&](std::size_t index, std::span<const double> logprobs) {
    scores.assign(logprobs.begin(), logprobs.end());
    normalize(scores);
    for (std::size_t k = 0; k < scores.size(); ++k) scores[k] -= prior_[k];
    return callback(index, scores);
  });
}

Result<void> LabelScorer::write(HeadWriter&) const {
  return fail(ErrorCode::kUnsupported, "a classifier that asks the model has learned nothing to save");
}

}  // namespace linnet::tasks
