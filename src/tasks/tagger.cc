#include "tasks/tagger.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/math.h"
#include "tasks/lbfgs.h"

namespace linnet::tasks {
namespace {

// Chosen on sentences of linnet's own and looked at on public ones: scaled states have about this length, so
// that with these penalties they outweigh what a word looks like.
constexpr float kStateLength = 4;
constexpr float kStatePenalty = 0.3f, kCuePenalty = 1, kBiasPenalty = 0.01f, kTransitionPenalty = 0.1f;
// A cue that few words share says nothing of other texts.
constexpr std::size_t kLeastWords = 2;
// Parts of the gradient below this are left out: most words are surely not in most fields.
constexpr float kNegligible = 1e-6f;

// 16 sums side by side, so that the loop becomes vector code.
float dot(const float* a, const float* b, std::size_t n) {
  std::array<float, 16> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= n; i += sums.size()) {
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (; i < n; ++i) sums[0] += a[i] * b[i];
  for (std::size_t half = sums.size() / 2; half > 0; half /= 2) {
    for (std::size_t k = 0; k < half; ++k) sums[k] += sums[k + half];
  }
  return sums[0];
}

}  // namespace

class Tagger::Training {
 public:
  Training(Tagger& tagger, std::span<const TaggedText> texts) : tagger_(tagger), texts_(texts) {
    fit_scale();
    choose_cues();
    for (const TaggedText& text : texts_) {
      states_.push_back(tagger_.scaled(text.features.states));
      cues_.push_back(tagger_.known(text.features.cues));
    }
  }

  void run() {
    tagger_.parameters_.assign(tagger_.n_parameters(), 0);
    minimize([this](auto x, auto gradient) { return value(x, gradient); }, tagger_.parameters_);
  }

 private:
  // The mean of all words' states, and the scale that brings them to kStateLength.
  void fit_scale() {
    const std::size_t d = tagger_.mean_.size();
    std::vector<double> sums(d);
    std::size_t n = 0;
    double squares = 0;
    for (const TaggedText& text : texts_) {
      const std::vector<float>& states = text.features.states;
      for (std::size_t i = 0; i < states.size(); ++i) {
        sums[i % d] += double{states[i]};
        squares += double{states[i]} * double{states[i]};
      }
      n += text.features.n_words();
    }
    if (n == 0 || d == 0) return;
    for (std::size_t c = 0; c < d; ++c) {
      const double mean = sums[c] / static_cast<double>(n);
      tagger_.mean_[c] = static_cast<float>(mean);
      squares -= static_cast<double>(n) * mean * mean;
    }
    const double variance = std::max(squares / static_cast<double>(n), 1e-12);
    tagger_.scale_ = kStateLength * static_cast<float>(math::pow(variance, -0.5));
  }

  void choose_cues() {
    std::map<std::uint64_t, std::size_t> n_words;
    for (const TaggedText& text : texts_) {
      for (const auto& word : text.features.cues) {
        for (const std::uint64_t cue : word) ++n_words[cue];
      }
    }
    for (const auto& [cue, n] : n_words) {
      if (n >= kLeastWords) tagger_.cues_.push_back(cue);
    }
  }

  double value(std::span<const float> x, std::span<float> gradient) {
    std::ranges::fill(gradient, 0.0f);
    const Transitions transitions(tagger_.n_fields_, x.subspan(tagger_.transitions_at()));
    std::vector<double> transition_gradient(Transitions::size(tagger_.n_fields_));
    double loss = 0;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const Lattice lattice(transitions, tagger_.scores(states_[i], cues_[i], x));
      std::vector<float> scores(lattice.n_words() * lattice.n_tags());
      loss -= lattice.log_likelihood(texts_[i].spans, scores, transition_gradient);
      add_gradient(i, scores, gradient);
    }
    for (std::size_t k = 0; k < transition_gradient.size(); ++k) {
      gradient[tagger_.transitions_at() + k] += static_cast<float>(transition_gradient[k]);
    }
    return loss + penalize(x, gradient);
  }

  // `scores`: the gradient by the scores of text i.
  void add_gradient(std::size_t i, std::span<const float> scores, std::span<float> gradient) const {
    const std::size_t d = tagger_.mean_.size(), n_tags = tagger_.n_tags();
    const auto add_row = [&](std::size_t at, const float* row) {
      for (std::size_t tag = 0; tag < n_tags; ++tag) gradient[at + tag] += row[tag];
    };
    for (std::size_t t = 0; t < cues_[i].size(); ++t) {
      const float* const row = scores.data() + t * n_tags;
      for (std::size_t tag = 0; tag < n_tags; ++tag) {
        if (std::abs(row[tag]) < kNegligible) continue;
        float* const sum = gradient.data() + tag * d;
        const float* const state = states_[i].data() + t * d;
        for (std::size_t c = 0; c < d; ++c) sum[c] += row[tag] * state[c];
      }
      for (const std::uint32_t cue : cues_[i][t]) add_row(tagger_.cues_at() + cue * n_tags, row);
      add_row(tagger_.bias_at(), row);
    }
  }

  double penalize(std::span<const float> x, std::span<float> gradient) const {
    const std::size_t ends[] = {tagger_.cues_at(), tagger_.bias_at(), tagger_.transitions_at(), x.size()};
    constexpr float kPenalties[] = {kStatePenalty, kCuePenalty, kBiasPenalty, kTransitionPenalty};
    double loss = 0;
    std::size_t i = 0;
    for (std::size_t part = 0; part < std::size(ends); ++part) {
      double squares = 0;
      for (; i < ends[part]; ++i) {
        squares += double{x[i]} * double{x[i]};
        gradient[i] += kPenalties[part] * x[i];
      }
      loss += 0.5 * double{kPenalties[part]} * squares;
    }
    return loss;
  }

  Tagger& tagger_;
  std::span<const TaggedText> texts_;
  std::vector<std::vector<float>> states_;  // of each text, scaled
  std::vector<KnownCues> cues_;
};

Tagger Tagger::train(std::span<const TaggedText> texts, std::size_t n_fields, std::size_t d_state) {
  Tagger tagger;
  tagger.n_fields_ = n_fields;
  tagger.mean_.resize(d_state);
  Training(tagger, texts).run();
  tagger.transitions_ =
      Transitions(n_fields, std::span<const float>(tagger.parameters_).subspan(tagger.transitions_at()));
  return tagger;
}

std::vector<float> Tagger::scaled(std::span<const float> states) const {
  std::vector<float> out(states.begin(), states.end());
  for (std::size_t begin = 0; begin < out.size(); begin += mean_.size()) {
    for (std::size_t c = 0; c < mean_.size(); ++c) out[begin + c] = (out[begin + c] - mean_[c]) * scale_;
  }
  return out;
}

Tagger::KnownCues Tagger::known(const std::vector<std::vector<std::uint64_t>>& cues) const {
  KnownCues known(cues.size());
  for (std::size_t t = 0; t < cues.size(); ++t) {
    for (const std::uint64_t cue : cues[t]) {
      const auto found = std::ranges::lower_bound(cues_, cue);
      if (found == cues_.end() || *found != cue) continue;
      known[t].push_back(static_cast<std::uint32_t>(found - cues_.begin()));
    }
  }
  return known;
}

std::vector<float> Tagger::scores(std::span<const float> scaled, const KnownCues& cues,
                                  std::span<const float> parameters) const {
  const std::size_t d = mean_.size();
  std::vector<float> out(cues.size() * n_tags());
  for (std::size_t t = 0; t < cues.size(); ++t) {
    float* const row = out.data() + t * n_tags();
    const auto add = [&](std::size_t at) {
      for (std::size_t tag = 0; tag < n_tags(); ++tag) row[tag] += parameters[at + tag];
    };
    for (std::size_t tag = 0; tag < n_tags(); ++tag) {
      row[tag] = dot(parameters.data() + tag * d, scaled.data() + t * d, d);
    }
    add(bias_at());
    for (const std::uint32_t cue : cues[t]) add(cues_at() + cue * n_tags());
  }
  return out;
}

Lattice Tagger::lattice(const WordFeatures& features) const {
  return {transitions_, scores(scaled(features.states), known(features.cues), parameters_)};
}

void Tagger::save(HeadWriter& writer) const {
  writer.number(n_fields_);
  writer.array<float>(mean_);
  writer.array<float>({&scale_, 1});
  writer.array<std::uint64_t>(cues_);
  writer.array<float>(parameters_);
}

Result<Tagger> Tagger::load(HeadReader& reader) {
  Tagger tagger;
  LINNET_TRY(tagger.n_fields_, reader.number(kMaxFields));
  LINNET_TRY(tagger.mean_, reader.array<float>());
  LINNET_TRY(const std::vector<float> scale, reader.array<float>(1));
  tagger.scale_ = scale[0];
  LINNET_TRY(tagger.cues_, reader.array<std::uint64_t>());
  LINNET_TRY(tagger.parameters_, reader.array<float>(tagger.n_parameters()));
  if (!std::ranges::is_sorted(tagger.cues_)) return reader.corrupt("its cues are not in order");
  tagger.transitions_ = Transitions(
      tagger.n_fields_, std::span<const float>(tagger.parameters_).subspan(tagger.transitions_at()));
  return tagger;
}

}  // namespace linnet::tasks
