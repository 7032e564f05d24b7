#include "tasks/linker.h"

#include <algorithm>

#include "base/math.h"
#include "tasks/lbfgs.h"

namespace linnet::tasks {
namespace {

// Where training starts from, and what it is held to: near values belong together, nearest ones most.
constexpr LinkFeatures kPrior = {1, -1, 0, 0, -1, -1, 1, 1, 0, -0.5f, 0};
constexpr float kPenalty = 1;

// Words between two spans.
std::size_t gap(const TaggedSpan& a, const TaggedSpan& b) {
  return a.begin < b.begin ? b.begin - std::min(a.end, b.begin) : a.begin - std::min(b.end, a.begin);
}

// That no other value of b's field is nearer to a.
bool is_nearest(std::span<const TaggedSpan> spans, const TaggedSpan& a, const TaggedSpan& b) {
  return std::ranges::none_of(
      spans, [&](const TaggedSpan& other) { return other.field == b.field && gap(a, other) < gap(a, b); });
}

double logistic(double x) { return 1 / (1 + math::exp(-x)); }

double weigh(std::span<const float> weights, const LinkFeatures& features) {
  double sum = 0;
  for (std::size_t i = 0; i < features.size(); ++i) sum += double{weights[i]} * double{features[i]};
  return sum;
}

}  // namespace

LinkFeatures link_features(std::string_view text, const std::vector<ByteSpan>& words,
                           std::span<const TaggedSpan> spans, std::size_t a, std::size_t b) {
  const TaggedSpan &first = spans[std::min(a, b)], &second = spans[std::max(a, b)];
  float same_as_a = 0, same_as_b = 0;
  for (std::size_t i = std::min(a, b) + 1; i < std::max(a, b); ++i) {
    same_as_a += spans[i].field == spans[a].field ? 1.0f : 0.0f;
    same_as_b += spans[i].field == spans[b].field ? 1.0f : 0.0f;
  }
  bool comma = false, stop = false, bracket = false;
  for (std::size_t w = first.end; w < second.begin; ++w) {
    const char c = text[words[w].begin];
    comma |= c == ',';
    stop |= c == ';' || c == '.';
    bracket |= c == '(' || c == ')';
  }
  const auto flag = [](bool value) { return value ? 1.0f : 0.0f; };
  const auto distance = static_cast<float>(math::log(1.0 + static_cast<double>(gap(first, second))));
  const float b_first = flag(b < a);
  return {1,
          distance,
          b_first,
          b_first * distance,
          std::min(same_as_a, 3.0f),
          std::min(same_as_b, 3.0f),
          flag(is_nearest(spans, spans[b], spans[a])),
          flag(is_nearest(spans, spans[a], spans[b])),
          flag(comma),
          flag(stop),
          flag(bracket)};
}

Linker::Linker() : weights_(kPrior) {}

Linker Linker::train(std::span<const LinkSample> samples) {
  Linker linker;
  const auto objective = [&](std::span<const float> x, std::span<float> gradient) {
    double loss = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      gradient[i] = kPenalty * (x[i] - kPrior[i]);
      loss += 0.5 * double{gradient[i]} * double{x[i] - kPrior[i]};
    }
    for (const LinkSample& sample : samples) {
      const double p = logistic(weigh(x, sample.features));
      loss -= math::log(std::max(sample.belong_together ? p : 1 - p, 1e-300));
      const double error = p - (sample.belong_together ? 1 : 0);
      for (std::size_t i = 0; i < x.size(); ++i)
        gradient[i] += static_cast<float>(error) * sample.features[i];
    }
    return loss;
  };
  minimize(objective, linker.weights_);
  return linker;
}

double Linker::probability(const LinkFeatures& features) const { return logistic(weigh(weights_, features)); }

Result<Linker> Linker::load(HeadReader& reader) {
  Linker linker;
  LINNET_TRY(const std::vector<float> weights, reader.array<float>(linker.weights_.size()));
  std::ranges::copy(weights, linker.weights_.begin());
  return linker;
}

}  // namespace linnet::tasks
