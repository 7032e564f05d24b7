#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <linnet/tasks.h>

#include "base/guard.h"
#include "base/utf8.h"
#include "tasks/label_scorer.h"
#include "tasks/state_scorer.h"

namespace linnet {

using tasks::HeadReader;
using tasks::HeadWriter;
using tasks::LabelScorer;
using tasks::Scorer;
using tasks::StateScorer;

struct LINNET_LOCAL Classifier::Impl {
  Model model;
  ClassifierOptions options;
  std::vector<std::string> labels;
  std::unique_ptr<Scorer> scorer;

  Result<std::vector<Classification>> classify(std::span<const std::string> texts);
  Classification judge(std::span<const double> scores) const;
};

namespace {

constexpr std::string_view kKind = "classifier";  // of head files

Result<void> check_threshold(const ClassifierOptions& options) {
  if (options.threshold >= 0 && options.threshold <= 1) return {};
  return fail(ErrorCode::kInvalidArgument, "a threshold of {}; 0 to 1 are possible", options.threshold);
}

Result<void> check_labels(std::span<const std::string> labels) {
  for (const std::string& label : labels) {
    if (label.empty()) return fail(ErrorCode::kInvalidArgument, "a label is empty");
    if (!utf8::is_valid(label)) return fail(ErrorCode::kInvalidArgument, "a label is not UTF-8");
  }
  if (labels.size() < 2) {
    return fail(ErrorCode::kInvalidArgument, "{} label{} given; there is something to decide from two on",
                labels.size(), labels.size() == 1 ? " was" : "s were");
  }
  return {};
}

// Each once, in the order in which they come first.
std::vector<std::string> labels_of(std::span<const LabelledText> examples) {
  std::vector<std::string> labels;
  std::set<std::string_view> known;
  for (const LabelledText& example : examples) {
    if (example.label && known.insert(*example.label).second) labels.push_back(*example.label);
  }
  return labels;
}

}  // namespace

Classification Classifier::Impl::judge(std::span<const double> scores) const {
  const std::vector<double> p = tasks::probabilities(scores, scorer->calibration());
  Classification result;
  result.none = p.back();
  result.ranked.resize(labels.size());
  for (std::size_t k = 0; k < labels.size(); ++k) result.ranked[k] = {k, p[k]};
  std::ranges::stable_sort(result.ranked, std::greater<>(), &RankedLabel::probability);
  const RankedLabel& best = result.ranked.front();
  if (best.probability >= options.threshold && best.probability >= result.none) result.label = best.label;
  return result;
}

Result<std::vector<Classification>> Classifier::Impl::classify(std::span<const std::string> texts) {
  std::vector<Classification> results(texts.size());
  std::size_t n_done = 0;
  bool is_finite = true;
  const auto take = [&](std::size_t index, std::span<const double> scores) {
    is_finite = std::ranges::all_of(scores, [](double score) { return std::isfinite(score); });
    if (!is_finite) return false;
    results[index] = judge(scores);
    const double fraction = static_cast<double>(++n_done) / static_cast<double>(texts.size());
    return !options.progress || options.progress(fraction);
  };
  const Result<void> scored = scorer->score(texts, take);
  if (!is_finite)
    return fail(ErrorCode::kCorrupt, "the scores are no numbers: the model, or the head, is damaged");
  LINNET_CHECK(scored);
  return results;
}

Classifier::Classifier(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;
Classifier::~Classifier() = default;

Result<Classifier> Classifier::train(const Model& model, std::span<const LabelledText> examples,
                                     const ClassifierOptions& options) {
  return guard([&]() -> Result<Classifier> {
    LINNET_CHECK(check_threshold(options));
    std::vector<std::string> labels = labels_of(examples);
    LINNET_CHECK(check_labels(labels));
    LINNET_TRY(auto scorer, StateScorer::train(model, examples, labels, options));
    return Classifier(std::unique_ptr<Impl>(new Impl{model, options, std::move(labels), std::move(scorer)}));
  });
}

Result<Classifier> Classifier::from_labels(const Model& model, std::span<const Label> labels,
                                           const ClassifierOptions& options) {
  return guard([&]() -> Result<Classifier> {
    LINNET_CHECK(check_threshold(options));
    std::vector<std::string> names;
    for (const Label& label : labels) names.push_back(label.name);
    LINNET_CHECK(check_labels(names));
    LINNET_TRY(auto scorer, LabelScorer::create(model, labels, options));
    return Classifier(std::unique_ptr<Impl>(new Impl{model, options, std::move(names), std::move(scorer)}));
  });
}

Result<Classifier> Classifier::load(const Model& model, const std::filesystem::path& path,
                                    const ClassifierOptions& options) {
  return guard([&]() -> Result<Classifier> {
    LINNET_CHECK(check_threshold(options));
    LINNET_TRY(HeadReader reader, HeadReader::open(path, kKind, model));
    LINNET_TRY(const std::uint64_t n_labels, reader.number());
    std::vector<std::string> labels;
    for (std::uint64_t i = 0; i < n_labels; ++i) {  // ends with the file, whatever number it gives
      LINNET_TRY(labels.emplace_back(), reader.text());
    }
    if (!check_labels(labels)) return reader.corrupt("its labels cannot be");
    LINNET_TRY(auto scorer, StateScorer::read(model, reader, labels.size(), options));
    return Classifier(std::unique_ptr<Impl>(new Impl{model, options, std::move(labels), std::move(scorer)}));
  });
}

Result<void> Classifier::save(const std::filesystem::path& path) const {
  return guard([&]() -> Result<void> {
    HeadWriter writer(kKind, impl_->model);
    writer.number(impl_->labels.size());
    for (const std::string& label : impl_->labels) writer.text(label);
    LINNET_CHECK(impl_->scorer->write(writer));
    return writer.write(path);
  });
}

std::span<const std::string> Classifier::labels() const noexcept { return impl_->labels; }

Result<Classification> Classifier::classify(std::string_view text) {
  return guard([&]() -> Result<Classification> {
    const std::string one(text);
    LINNET_TRY(std::vector<Classification> results, impl_->classify({&one, 1}));
    return std::move(results.front());
  });
}

Result<std::vector<Classification>> Classifier::classify(std::span<const std::string> texts) {
  return guard([&] { return impl_->classify(texts); });
}

}  // namespace linnet
