// The probabilities of all ways to tag the words of a text: the inference of a linear-chain conditional
// random field (Lafferty, McCallum and Pereira 2001). A word is outside (tag 0), the first word of a value of
// field k (tag 1 + 2k) or a further word of one (tag 2 + 2k), and a further word stands only behind one of
// the same value. A Lattice is a plain value that refers to its transitions.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace linnet::tasks {

/// A value of field `field`: words [begin, end).
struct TaggedSpan {
  std::size_t field = 0;
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const TaggedSpan&) const = default;
};

/// What it is worth that one word follows another. A word's kind is 0 outside and 1 + k within a value of
/// field k.
class Transitions {
 public:
  Transitions() = default;
  /// `logs`: (n_fields + 1, n_fields + 1) from a kind to outside or to the first word of a value, then
  /// (n_fields) to a further word of the same value.
  Transitions(std::size_t n_fields, std::span<const float> logs);

  static std::size_t size(std::size_t n_fields) noexcept {
    return (n_fields + 1) * (n_fields + 1) + n_fields;
  }
  static std::size_t enter_at(std::size_t n_fields, std::size_t from, std::size_t to) noexcept {
    return from * (n_fields + 1) + to;
  }
  static std::size_t stay_at(std::size_t n_fields, std::size_t field) noexcept {
    return (n_fields + 1) * (n_fields + 1) + field;
  }

  std::size_t n_fields() const noexcept { return n_fields_; }
  double enter_log(std::size_t from, std::size_t to) const noexcept {
    return logs_[enter_at(n_fields_, from, to)];
  }
  double stay_log(std::size_t field) const noexcept { return logs_[stay_at(n_fields_, field)]; }
  /// Their exponentials.
  double enter(std::size_t from, std::size_t to) const noexcept {
    return factors_[enter_at(n_fields_, from, to)];
  }
  double stay(std::size_t field) const noexcept { return factors_[stay_at(n_fields_, field)]; }

 private:
  std::size_t n_fields_ = 0;
  std::vector<float> logs_;
  std::vector<double> factors_;
};

class Lattice {
 public:
  /// `scores`: (n_words, n_tags), what each word says of each tag. `transitions` must outlive the lattice.
  Lattice(const Transitions& transitions, std::vector<float> scores);

  std::size_t n_words() const noexcept { return n_words_; }
  std::size_t n_tags() const noexcept { return 2 * n_fields() + 1; }
  std::size_t n_fields() const noexcept { return transitions_->n_fields(); }

  /// The most probable spans, ascending. `bonus` is added to the score of every word within a value: 0 for
  /// the most probable, more for values that are less certain.
  std::vector<TaggedSpan> best(double bonus = 0) const;
  /// That exactly these words are a value of that field.
  double probability(const TaggedSpan& span) const;
  /// That there is no value at all.
  double probability_of_none() const;

  /// For training. The logarithm of the probability that `spans`, ascending, are all there is; and what is
  /// expected of words and transitions less what `spans` has: the gradient of its negative, added to
  /// `scores` (n_words, n_tags) and `transitions` (Transitions::size()).
  double log_likelihood(std::span<const TaggedSpan> spans, std::span<float> scores,
                        std::span<double> transitions) const;

 private:
  double& cell(std::vector<double>& table, std::size_t word, std::size_t tag) const noexcept {
    return table[word * n_tags() + tag];
  }
  double cell(const std::vector<double>& table, std::size_t word, std::size_t tag) const noexcept {
    return table[word * n_tags() + tag];
  }
  void run_forward();
  void run_backward();
  double kind_before(std::size_t word, std::size_t kind) const;
  double go_on_outside(std::size_t word, std::size_t kind) const;
  void add_expected(std::span<float> scores, std::span<double> transitions) const;
  double add_given(std::span<const TaggedSpan> spans, std::span<float> scores,
                   std::span<double> transitions) const;

  const Transitions* transitions_;
  std::size_t n_words_;
  std::vector<float> scores_;
  // (n_words, n_tags) each: e to the scores, less the word's largest; and the two passes, scaled so that
  // their product is a tag's probability.
  std::vector<double> potentials_, forward_, backward_;
  std::vector<double> scales_;  // (n_words): what each word's forward pass was divided by
  double log_sum_ = 0;          // of e to the score of every way to tag the text
};

}  // namespace linnet::tasks
