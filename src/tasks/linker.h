// Which values belong to one record: the probability that two of them do, from where they stand. A logistic
// regression on distance, order and what lies between; without training, the nearest belong together. A plain
// value.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "tasks/head_file.h"
#include "tasks/lattice.h"
#include "tasks/words.h"

namespace linnet::tasks {

/// How two values stand to each other.
using LinkFeatures = std::array<float, 11>;

/// Of spans[a] and spans[b], two of the values that a text has. `words` are the text's.
LinkFeatures link_features(std::string_view text, const std::vector<ByteSpan>& words,
                           std::span<const TaggedSpan> spans, std::size_t a, std::size_t b);

struct LinkSample {
  LinkFeatures features;
  bool belong_together;
};

class Linker {
 public:
  Linker();
  static Linker train(std::span<const LinkSample> samples);

  double probability(const LinkFeatures& features) const;

  void save(HeadWriter& writer) const { writer.array<float>(weights_); }
  /// Error: kCorrupt.
  static Result<Linker> load(HeadReader& reader);

 private:
  LinkFeatures weights_;
};

}  // namespace linnet::tasks
