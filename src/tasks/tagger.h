// Finds the values of several fields among the words of a text. What it knows of a word are the model's
// states at it and its cues; a linear function of them gives the scores of a Lattice. Trained in seconds from
// some tens of texts. A trained Tagger is immutable: threads may share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/fail.h"
#include "tasks/extract_schema.h"
#include "tasks/head_file.h"
#include "tasks/lattice.h"

namespace linnet::tasks {

/// What is known of a text's words.
struct WordFeatures {
  std::vector<float> states;                     ///< (n_words, d_state)
  std::vector<std::vector<std::uint64_t>> cues;  ///< (n_words); see cues_of()

  std::size_t n_words() const noexcept { return cues.size(); }
};

struct TaggedText {
  WordFeatures features;
  std::vector<TaggedSpan> spans;  ///< Ascending; none overlap.
};

class Tagger {
 public:
  /// Maximizes the likelihood of the spans, less a penalty on large weights. Features have width d_state.
  /// Without a text it finds anything anywhere.
  static Tagger train(std::span<const TaggedText> texts, std::size_t n_fields, std::size_t d_state);

  /// The lattice refers to the tagger.
  Lattice lattice(const WordFeatures& features) const;

  std::size_t n_fields() const noexcept { return n_fields_; }
  std::size_t d_state() const noexcept { return mean_.size(); }

  void save(HeadWriter& writer) const;
  /// Error: kCorrupt.
  static Result<Tagger> load(HeadReader& reader);

 private:
  class Training;
  using KnownCues = std::vector<std::vector<std::uint32_t>>;  // of each word, indices into cues_

  Tagger() = default;
  std::size_t n_tags() const noexcept { return 2 * n_fields_ + 1; }
  // Where the parts of parameters_ begin.
  std::size_t cues_at() const noexcept { return mean_.size() * n_tags(); }
  std::size_t bias_at() const noexcept { return cues_at() + cues_.size() * n_tags(); }
  std::size_t transitions_at() const noexcept { return bias_at() + n_tags(); }
  std::size_t n_parameters() const noexcept { return transitions_at() + Transitions::size(n_fields_); }

  std::vector<float> scaled(std::span<const float> states) const;
  KnownCues known(const std::vector<std::vector<std::uint64_t>>& cues) const;
  std::vector<float> scores(std::span<const float> scaled, const KnownCues& cues,
                            std::span<const float> parameters) const;

  std::size_t n_fields_ = 0;
  std::vector<float> mean_;          // (d_state) of the states that it was trained on
  float scale_ = 1;                  // of the difference from it
  std::vector<std::uint64_t> cues_;  // ascending: those that have weights
  std::vector<float> parameters_;    // (n_tags, d_state); (n_cues, n_tags); (n_tags); transitions
  Transitions transitions_;
};

}  // namespace linnet::tasks
