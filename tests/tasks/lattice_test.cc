#include "tasks/lattice.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace linnet::tasks {
namespace {

constexpr std::size_t kFields = 2, kWords = 4, kTags = 2 * kFields + 1;

struct Case {
  std::vector<float> scores, logs;

  explicit Case(std::uint64_t seed) : scores(kWords * kTags), logs(Transitions::size(kFields)) {
    Rng rng(seed);
    for (auto* values : {&scores, &logs}) {
      for (float& value : *values) value = static_cast<float>(4 * rng.next_double() - 2);
    }
  }

  // Calls each(tags, e to the score) for every way to tag the words.
  template <class Each>
  void for_all_ways(Each each) const {
    std::vector<std::size_t> tags(kWords);
    for (std::size_t code = 0; code < kTags * kTags * kTags * kTags; ++code) {
      double score = 0;
      bool possible = true;
      std::size_t rest = code, before = 0;
      for (std::size_t t = 0; t < kWords; ++t, rest /= kTags) {
        const std::size_t tag = tags[t] = rest % kTags, kind = (tag + 1) / 2;
        const bool further = tag != 0 && tag % 2 == 0;
        possible &= !further || before == kind;
        score += double{scores[t * kTags + tag]};
        score += double{logs[further ? Transitions::stay_at(kFields, kind - 1)
                                     : Transitions::enter_at(kFields, before, kind)]};
        before = kind;
      }
      if (possible) each(tags, std::exp(score));
    }
  }
};

std::vector<TaggedSpan> spans_of(const std::vector<std::size_t>& tags) {
  std::vector<TaggedSpan> spans;
  for (std::size_t t = 0; t < tags.size(); ++t) {
    if (tags[t] % 2 == 1) spans.push_back({(tags[t] - 1) / 2, t, t + 1});
    if (tags[t] != 0 && tags[t] % 2 == 0) spans.back().end = t + 1;
  }
  return spans;
}

TEST(Lattice, AgreesWithAllWaysCounted) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    const Case c(seed);
    double sum = 0, none = 0, best = 0;
    std::vector<TaggedSpan> best_spans;
    std::map<std::vector<std::size_t>, double> of_span;
    c.for_all_ways([&](const std::vector<std::size_t>& tags, double weight) {
      sum += weight;
      const auto spans = spans_of(tags);
      if (spans.empty()) none += weight;
      for (const TaggedSpan& span : spans) of_span[{span.field, span.begin, span.end}] += weight;
      if (weight > best) best = weight, best_spans = spans;
    });
    const Transitions transitions(kFields, c.logs);
    const Lattice lattice(transitions, c.scores);
    EXPECT_EQ(lattice.best(), best_spans) << seed;
    EXPECT_NEAR(lattice.probability_of_none(), none / sum, 1e-9);
    for (const auto& [span, weight] : of_span) {
      EXPECT_NEAR(lattice.probability({span[0], span[1], span[2]}), weight / sum, 1e-9);
    }
    std::vector<float> scores(c.scores.size());
    std::vector<double> logs(c.logs.size());
    EXPECT_NEAR(lattice.log_likelihood(best_spans, scores, logs), std::log(best / sum), 1e-9);
  }
}

TEST(Lattice, GradientIsTheSlopeOfTheLikelihood) {
  Case c(7);
  const std::vector<TaggedSpan> spans = {{1, 0, 2}, {0, 2, 3}};
  const auto likelihood = [&](std::vector<float>& scores, std::vector<double>& logs) {
    const Transitions transitions(kFields, c.logs);
    return Lattice(transitions, c.scores).log_likelihood(spans, scores, logs);
  };
  std::vector<float> score_gradient(c.scores.size()), ignored(c.scores.size());
  std::vector<double> log_gradient(c.logs.size()), ignored_logs(c.logs.size());
  likelihood(score_gradient, log_gradient);
  constexpr float kStep = 1.0f / 1024;
  const auto slope = [&](float& x) {
    const float middle = x;
    x = middle + kStep;
    const double above = likelihood(ignored, ignored_logs);
    x = middle - kStep;
    const double below = likelihood(ignored, ignored_logs);
    x = middle;
    return (above - below) / (2 * double{kStep});
  };
  for (std::size_t i = 0; i < c.scores.size(); ++i)
    EXPECT_NEAR(slope(c.scores[i]), -double{score_gradient[i]}, 1e-4);
  for (std::size_t i = 0; i < c.logs.size(); ++i) EXPECT_NEAR(slope(c.logs[i]), -log_gradient[i], 1e-4);
}

TEST(Lattice, ABonusFindsMore) {
  const std::vector<float> scores = {0, -1, -1, 0, -2, -2};
  const std::vector<float> logs(Transitions::size(1));
  const Transitions transitions(1, logs);
  const Lattice lattice(transitions, scores);
  EXPECT_TRUE(lattice.best().empty());
  EXPECT_EQ(lattice.best(1.5), (std::vector<TaggedSpan>{{0, 0, 1}}));
}

}  // namespace
}  // namespace linnet::tasks
