// All that is learned from examples of records: where values stand, which belong together, which choice a
// text is. A plain value; immutable once trained, so that threads may share it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tasks/extract_examples.h"
#include "tasks/linker.h"
#include "tasks/tagger.h"
#include "tasks/word_reader.h"

namespace linnet::tasks {

/// A value in a text, as found.
struct FoundSpan {
  TaggedSpan words;
  double probability;
};

/// A value of a record: an index into the found spans, and how sure it is that it belongs there.
struct FoundLink {
  std::size_t span;
  double probability;
};
using FoundRecord = std::vector<FoundLink>;

class ExtractHead {
 public:
  /// `texts` are what the model makes of the examples, in their order.
  static ExtractHead train(const RecordSchema& schema, std::span<const Example> examples,
                           std::span<const ReadText> texts, std::size_t d_state);

  /// The values in a text, in ascending order, none overlapping. Their field is one of RecordSchema::fields.
  std::vector<FoundSpan> find(const ReadText& text) const;

  /// The records that found values make up. Where each record must have two values or more, those that belong
  /// together; otherwise the first value of each field, then the second, and so on.
  std::vector<FoundRecord> group(std::string_view text, const std::vector<ByteSpan>& words,
                                 std::span<const FoundSpan> spans) const;

  /// The choice that the text is, and its probability, for each field that is one.
  struct Choice {
    std::size_t field;
    std::size_t choice;
    double probability;
  };
  std::vector<Choice> choose(const ReadText& text) const;

  std::size_t d_state() const noexcept { return tagger_.d_state(); }

  void save(HeadWriter& writer) const;
  /// Of a head that was trained for that schema. Error: kCorrupt.
  static Result<ExtractHead> load(HeadReader& reader, const RecordSchema& schema);

 private:
  struct ChoiceHead {
    std::size_t field;
    Tagger tagger;  // of a text's mean state as its one word
  };
  ExtractHead(Tagger tagger, const RecordSchema& schema);
  void learn_presence(std::span<const Example> examples);
  void learn_links(std::span<const Example> examples, std::span<const ReadText> texts);
  void learn_choices(const RecordSchema& schema, std::span<const Example> examples,
                     std::span<const ReadText> texts);
  bool is_linked() const noexcept;
  bool is_complete(std::span<const TaggedSpan> spans) const;
  using Links = std::vector<FoundRecord>;  // of one value: those of each field that belong to it
  std::vector<Links> link(std::string_view text, const std::vector<ByteSpan>& words,
                          std::span<const FoundSpan> spans) const;
  std::vector<FoundRecord> group_by_rank(std::span<const FoundSpan> spans) const;

  std::vector<std::size_t> span_fields_;  // the tagger's fields, as indices into RecordSchema::fields
  std::vector<bool> required_;            // of them
  double empty_share_ = 1;                // of texts without a record
  Tagger tagger_;
  Linker linker_;
  std::vector<ChoiceHead> choice_heads_;
};

}  // namespace linnet::tasks
