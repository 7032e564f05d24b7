#include "tasks/lattice.h"

#include <algorithm>
#include <limits>

#include "base/math.h"

namespace linnet::tasks {
namespace {

std::size_t first_tag(std::size_t field) { return 1 + 2 * field; }
std::size_t further_tag(std::size_t field) { return 2 + 2 * field; }
std::size_t kind_of(std::size_t tag) { return (tag + 1) / 2; }

}  // namespace

Transitions::Transitions(std::size_t n_fields, std::span<const float> logs)
    : n_fields_(n_fields), logs_(logs.begin(), logs.end()), factors_(logs.size()) {
  std::ranges::transform(logs_, factors_.begin(), [](float value) { return math::exp(double{value}); });
}

Lattice::Lattice(const Transitions& transitions, std::vector<float> scores)
    : transitions_(&transitions),
      n_words_(scores.size() / (2 * transitions.n_fields() + 1)),
      scores_(std::move(scores)),
      potentials_(scores_.size()),
      forward_(scores_.size()),
      backward_(scores_.size()),
      scales_(n_words_) {
  for (std::size_t t = 0; t < n_words_; ++t) {
    const std::span<const float> row(scores_.data() + t * n_tags(), n_tags());
    const double largest = double{*std::ranges::max_element(row)};
    for (std::size_t tag = 0; tag < n_tags(); ++tag) {
      cell(potentials_, t, tag) = math::exp(double{row[tag]} - largest);
    }
    log_sum_ += largest;
  }
  run_forward();
  run_backward();
}

// The share of the ways up to the word before `word` that end in a kind; the text begins outside.
double Lattice::kind_before(std::size_t word, std::size_t kind) const {
  if (word == 0) return kind == 0 ? 1 : 0;
  if (kind == 0) return cell(forward_, word - 1, 0);
  return cell(forward_, word - 1, first_tag(kind - 1)) + cell(forward_, word - 1, further_tag(kind - 1));
}

void Lattice::run_forward() {
  std::vector<double> before(n_fields() + 1);
  for (std::size_t t = 0; t < n_words_; ++t) {
    for (std::size_t kind = 0; kind < before.size(); ++kind) before[kind] = kind_before(t, kind);
    double sum = 0;
    for (std::size_t to = 0; to < before.size(); ++to) {
      double entered = 0;
      for (std::size_t from = 0; from < before.size(); ++from)
        entered += before[from] * transitions_->enter(from, to);
      const std::size_t tag = to == 0 ? 0 : first_tag(to - 1);
      sum += cell(forward_, t, tag) = entered * cell(potentials_, t, tag);
      if (to == 0) continue;
      const std::size_t further = further_tag(to - 1);
      sum += cell(forward_, t, further) =
          before[to] * transitions_->stay(to - 1) * cell(potentials_, t, further);
    }
    sum =
        std::max(sum, std::numeric_limits<double>::min());  // where everything underflowed, nothing is found
    for (std::size_t tag = 0; tag < n_tags(); ++tag) cell(forward_, t, tag) /= sum;
    scales_[t] = sum;
    log_sum_ += math::log(sum);
  }
}

// The ways on from word `word` - 1, of that kind, that do not stay in its value; over all that there are.
double Lattice::go_on_outside(std::size_t word, std::size_t kind) const {
  if (word == n_words_) return 1;
  double sum = 0;
  for (std::size_t to = 0; to <= n_fields(); ++to) {
    const std::size_t tag = to == 0 ? 0 : first_tag(to - 1);
    sum += transitions_->enter(kind, to) * cell(potentials_, word, tag) * cell(backward_, word, tag);
  }
  return sum / scales_[word];
}

void Lattice::run_backward() {
  for (std::size_t t = n_words_; t-- > 0;) {
    for (std::size_t kind = 0; kind <= n_fields(); ++kind) {
      double value = go_on_outside(t + 1, kind);
      if (kind == 0) {
        cell(backward_, t, 0) = value;
        continue;
      }
      if (t + 1 < n_words_) {
        const std::size_t further = further_tag(kind - 1);
        value += transitions_->stay(kind - 1) * cell(potentials_, t + 1, further) *
                 cell(backward_, t + 1, further) / scales_[t + 1];
      }
      cell(backward_, t, first_tag(kind - 1)) = cell(backward_, t, further_tag(kind - 1)) = value;
    }
  }
}

double Lattice::probability(const TaggedSpan& span) const {
  double p = cell(forward_, span.begin, first_tag(span.field));
  const std::size_t further = further_tag(span.field);
  for (std::size_t t = span.begin + 1; t < span.end; ++t) {
    p *= transitions_->stay(span.field) * cell(potentials_, t, further) / scales_[t];
  }
  return std::clamp(p * go_on_outside(span.end, span.field + 1), 0.0, 1.0);
}

double Lattice::probability_of_none() const {
  double p = 1;
  for (std::size_t t = 0; t < n_words_; ++t) {
    p *= transitions_->enter(0, 0) * cell(potentials_, t, 0) / scales_[t];
  }
  return std::clamp(p, 0.0, 1.0);
}

std::vector<TaggedSpan> Lattice::best(double bonus) const {
  constexpr double kNever = -1e300;
  std::vector<double> value(n_tags(), kNever), next(n_tags());
  std::vector<std::uint32_t> from(scores_.size());  // the tag before, of the best way to each tag
  for (std::size_t t = 0; t < n_words_; ++t) {
    // The best tag of each kind before this word.
    std::vector<std::size_t> tag_of(n_fields() + 1);
    std::vector<double> value_of(n_fields() + 1, kNever);
    for (std::size_t tag = 0; tag < n_tags(); ++tag) {
      const double v = t == 0 ? (tag == 0 ? 0 : kNever) : value[tag];
      if (v > value_of[kind_of(tag)]) value_of[kind_of(tag)] = v, tag_of[kind_of(tag)] = tag;
    }
    for (std::size_t tag = 0; tag < n_tags(); ++tag) {
      const bool is_further = tag != 0 && tag % 2 == 0;
      double best = kNever;
      std::size_t best_kind = is_further ? kind_of(tag) : 0;
      for (std::size_t kind = 0; kind <= n_fields(); ++kind) {
        if (is_further && kind != kind_of(tag)) continue;
        const double step =
            is_further ? transitions_->stay_log(kind - 1) : transitions_->enter_log(kind, kind_of(tag));
        if (value_of[kind] + step > best) best = value_of[kind] + step, best_kind = kind;
      }
      next[tag] = best + double{scores_[t * n_tags() + tag]} + (tag == 0 ? 0 : bonus);
      from[t * n_tags() + tag] = static_cast<std::uint32_t>(tag_of[best_kind]);
    }
    std::swap(value, next);
  }
  std::vector<TaggedSpan> spans;
  auto tag = static_cast<std::size_t>(std::ranges::max_element(value) - value.begin());
  std::size_t end = 0;
  for (std::size_t t = n_words_; t-- > 0; tag = from[t * n_tags() + tag]) {
    if (tag == 0) continue;
    if (end == 0) end = t + 1;
    if (tag % 2 == 1) spans.push_back({kind_of(tag) - 1, t, end}), end = 0;
  }
  std::ranges::reverse(spans);
  return spans;
}

void Lattice::add_expected(std::span<float> scores, std::span<double> transitions) const {
  const std::size_t n = n_fields();
  for (std::size_t i = 0; i < scores_.size(); ++i)
    scores[i] += static_cast<float>(forward_[i] * backward_[i]);
  for (std::size_t t = 0; t < n_words_; ++t) {
    for (std::size_t to = 0; to <= n; ++to) {
      const std::size_t tag = to == 0 ? 0 : first_tag(to - 1);
      const double on = cell(potentials_, t, tag) * cell(backward_, t, tag) / scales_[t];
      for (std::size_t kind = 0; kind <= n; ++kind) {
        transitions[Transitions::enter_at(n, kind, to)] +=
            kind_before(t, kind) * transitions_->enter(kind, to) * on;
      }
      if (to == 0 || t == 0) continue;
      const std::size_t further = further_tag(to - 1);
      transitions[Transitions::stay_at(n, to - 1)] +=
          cell(forward_, t, further) * cell(backward_, t, further);
    }
  }
}

// The score of the given spans, which is taken from the expectations.
double Lattice::add_given(std::span<const TaggedSpan> spans, std::span<float> scores,
                          std::span<double> transitions) const {
  const std::size_t n = n_fields();
  double score = 0;
  std::size_t kind = 0, next = 0;
  for (std::size_t t = 0; t < n_words_; ++t) {
    while (next < spans.size() && spans[next].end <= t) ++next;
    const bool is_inside = next < spans.size() && spans[next].begin <= t;
    const bool is_further = is_inside && spans[next].begin < t;
    const std::size_t to = is_inside ? spans[next].field + 1 : 0;
    const std::size_t tag = is_further ? further_tag(to - 1) : is_inside ? first_tag(to - 1) : 0;
    scores[t * n_tags() + tag] -= 1;
    transitions[is_further ? Transitions::stay_at(n, to - 1) : Transitions::enter_at(n, kind, to)] -= 1;
    score += double{scores_[t * n_tags() + tag]} +
             (is_further ? transitions_->stay_log(to - 1) : transitions_->enter_log(kind, to));
    kind = to;
  }
  return score;
}

double Lattice::log_likelihood(std::span<const TaggedSpan> spans, std::span<float> scores,
                               std::span<double> transitions) const {
  add_expected(scores, transitions);
  return add_given(spans, scores, transitions) - log_sum_;
}

}  // namespace linnet::tasks
