#include "tasks/extract_head.h"

#include <algorithm>

namespace linnet::tasks {
namespace {

// Fewer examples do not show what every record has.
constexpr std::size_t kLeastExamples = 5;
// A second value of a field belongs to a record only if it more likely does than not.
constexpr double kLikely = 0.5;
// Values further apart than this many others do not belong together.
constexpr std::size_t kMaxReach = 16;
// Steps of the bonus for values that are less certain, where a text must have some.
constexpr double kBonusStep = 0.5, kMaxBonus = 12;
// Values less certain than this are none.
constexpr double kLeastProbability = 0.01;

std::vector<TaggedSpan> tagged(const Example& example, const ReadText& text,
                               const std::vector<std::size_t>& span_fields) {
  std::vector<TaggedSpan> spans;
  for (const ExampleSpan& span : example.spans) {
    const auto field = std::ranges::find(span_fields, span.field) - span_fields.begin();
    const WordSpan words = words_in(text.words, span.bytes);
    const std::size_t free_from = spans.empty() ? 0 : spans.back().end;
    if (words.begin == words.end || words.begin < free_from)
      continue;  // no word, or one shared with the last
    spans.push_back({static_cast<std::size_t>(field), words.begin, words.end});
  }
  return spans;
}

}  // namespace

ExtractHead::ExtractHead(Tagger tagger, const RecordSchema& schema) : tagger_(std::move(tagger)) {
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (!schema.fields[i].has_span()) continue;
    span_fields_.push_back(i);
    required_.push_back(schema.fields[i].is_required);
  }
}

ExtractHead ExtractHead::train(const RecordSchema& schema, std::span<const Example> examples,
                               std::span<const ReadText> texts, std::size_t d_state) {
  std::vector<std::size_t> span_fields;
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (schema.fields[i].has_span()) span_fields.push_back(i);
  }
  std::vector<TaggedText> tagged_texts;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    tagged_texts.push_back({texts[i].features, tagged(examples[i], texts[i], span_fields)});
  }
  ExtractHead head(Tagger::train(tagged_texts, span_fields.size(), d_state), schema);
  if (std::ranges::find(head.required_, true) == head.required_.end()) head.learn_presence(examples);
  head.empty_share_ = 0.5;
  for (const Example& example : examples) head.empty_share_ += example.records.empty() ? 1 : 0;
  head.empty_share_ /= static_cast<double>(examples.size() + 1);
  head.learn_links(examples, texts);
  head.learn_choices(schema, examples, texts);
  return head;
}

// Where the schema requires no field, one that every record of the examples has is required.
void ExtractHead::learn_presence(std::span<const Example> examples) {
  std::size_t n_records = 0;
  std::vector<std::size_t> n_with(span_fields_.size());
  for (const Example& example : examples) {
    for (const auto& record : example.records) {
      ++n_records;
      for (std::size_t k = 0; k < span_fields_.size(); ++k) {
        n_with[k] += std::ranges::find(record, span_fields_[k], &ExampleSpan::field) != record.end() ? 1 : 0;
      }
    }
  }
  if (n_records < kLeastExamples) return;
  for (std::size_t k = 0; k < n_with.size(); ++k) required_[k] = n_with[k] == n_records;
}

void ExtractHead::learn_links(std::span<const Example> examples, std::span<const ReadText> texts) {
  std::vector<LinkSample> samples;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Example& example = examples[i];
    const std::vector<TaggedSpan> spans = tagged(example, texts[i], span_fields_);
    const auto in_record = [&](const TaggedSpan& span, const std::vector<ExampleSpan>& record) {
      return std::ranges::any_of(record, [&](const ExampleSpan& one) {
        return span_fields_[span.field] == one.field &&
               words_in(texts[i].words, one.bytes) == WordSpan{span.begin, span.end};
      });
    };
    for (std::size_t a = 0; a < spans.size(); ++a) {
      for (std::size_t b = 0; b < spans.size(); ++b) {
        if (spans[a].field != 0 || spans[b].field == 0) continue;
        const bool together = std::ranges::any_of(example.records, [&](const auto& record) {
          return in_record(spans[a], record) && in_record(spans[b], record);
        });
        samples.push_back({link_features(example.text, texts[i].words, spans, a, b), together});
      }
    }
  }
  linker_ = Linker::train(samples);
}

void ExtractHead::learn_choices(const RecordSchema& schema, std::span<const Example> examples,
                                std::span<const ReadText> texts) {
  for (std::size_t field = 0; field < schema.fields.size(); ++field) {
    if (schema.fields[field].kind != FieldKind::kChoice) continue;
    std::vector<TaggedText> samples;
    for (std::size_t i = 0; i < examples.size(); ++i) {
      const auto known =
          std::ranges::find(examples[i].choices, field, &std::pair<std::size_t, std::size_t>::first);
      if (known != examples[i].choices.end())
        samples.push_back({{texts[i].mean, {{}}}, {{known->second, 0, 1}}});
    }
    if (samples.empty()) continue;
    choice_heads_.push_back({field, Tagger::train(samples, schema.fields[field].choices.size(), d_state())});
  }
}

bool ExtractHead::is_linked() const noexcept { return std::ranges::count(required_, true) >= 2; }

bool ExtractHead::is_complete(std::span<const TaggedSpan> spans) const {
  for (std::size_t k = 0; k < required_.size(); ++k) {
    if (required_[k] && std::ranges::find(spans, k, &TaggedSpan::field) == spans.end()) return false;
  }
  return true;
}

std::vector<FoundSpan> ExtractHead::find(const ReadText& text) const {
  if (text.words.empty() || span_fields_.empty()) return {};
  const Lattice lattice = tagger_.lattice(text.features);
  std::vector<TaggedSpan> spans = lattice.best();
  // A record is not given up for a value that was nearly found, unless the text is as surely without one as
  // those of the examples that are.
  if (!is_complete(spans) && lattice.probability_of_none() < 1 - empty_share_) {
    for (double bonus = kBonusStep; bonus <= kMaxBonus; bonus += kBonusStep) {
      std::vector<TaggedSpan> more = lattice.best(bonus);
      std::erase_if(more,
                    [&](const TaggedSpan& span) { return lattice.probability(span) < kLeastProbability; });
      if (!is_complete(more)) continue;
      spans = std::move(more);
      break;
    }
  }
  std::vector<FoundSpan> found;
  for (const TaggedSpan& span : spans) found.push_back({span, lattice.probability(span)});
  return found;
}

// The k-th values of all fields are record k.
std::vector<FoundRecord> ExtractHead::group_by_rank(std::span<const FoundSpan> spans) const {
  std::vector<FoundRecord> records;
  std::vector<std::size_t> n_of(span_fields_.size());
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const std::size_t rank = n_of[spans[i].words.field]++;
    if (rank == records.size()) records.emplace_back();
    records[rank].push_back({i, 1});
  }
  return records;
}

std::vector<FoundRecord> ExtractHead::group(std::string_view text, const std::vector<ByteSpan>& words,
                                            std::span<const FoundSpan> spans) const {
  if (!is_linked()) return group_by_rank(spans);
  const std::vector<Links> links = link(text, words, spans);
  std::vector<FoundRecord> records;
  for (std::size_t a = 0; a < spans.size(); ++a) {
    if (spans[a].words.field != 0) continue;
    std::size_t n_records = 1;
    for (const FoundRecord& values : links[a]) n_records = std::max(n_records, values.size());
    for (std::size_t r = 0; r < n_records; ++r) {
      FoundRecord record = {{a, 1}};
      bool is_whole = true;
      for (std::size_t k = 1; k < links[a].size(); ++k) {
        const FoundRecord& values = links[a][k];
        if (!values.empty()) record.push_back(values[std::min(r, values.size() - 1)]);
        is_whole &= !values.empty() || !required_[k];
      }
      if (is_whole) records.push_back(std::move(record));
    }
  }
  return records;
}

// For each span of the first field, the values of the others that belong to it. Each of those belongs to the
// span that it fits best, and to others that it likely belongs to as well.
std::vector<ExtractHead::Links> ExtractHead::link(std::string_view text, const std::vector<ByteSpan>& words,
                                                  std::span<const FoundSpan> spans) const {
  std::vector<TaggedSpan> tags;
  for (const FoundSpan& span : spans) tags.push_back(span.words);
  std::vector<Links> links(spans.size(), Links(span_fields_.size()));
  for (std::size_t b = 0; b < spans.size(); ++b) {
    if (tags[b].field == 0) continue;
    const std::size_t first = b - std::min(b, kMaxReach), end = std::min(spans.size(), b + kMaxReach + 1);
    const std::span<const TaggedSpan> near(tags.data() + first, end - first);
    std::vector<std::pair<double, std::size_t>> candidates;
    for (std::size_t a = first; a < end; ++a) {
      if (tags[a].field != 0) continue;
      candidates.emplace_back(linker_.probability(link_features(text, words, near, a - first, b - first)), a);
    }
    std::ranges::stable_sort(candidates, std::greater<>(), &std::pair<double, std::size_t>::first);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (i > 0 && candidates[i].first < kLikely) break;
      links[candidates[i].second][tags[b].field].push_back({b, candidates[i].first});
    }
  }
  return links;
}

std::vector<ExtractHead::Choice> ExtractHead::choose(const ReadText& text) const {
  std::vector<Choice> choices;
  for (const ChoiceHead& head : choice_heads_) {
    const Lattice lattice = head.tagger.lattice({text.mean, {{}}});
    Choice best{head.field, 0, -1};
    double sum = 0;
    for (std::size_t k = 0; k < head.tagger.n_fields(); ++k) {
      const double p = lattice.probability({k, 0, 1});
      sum += p;
      if (p > best.probability) best = {head.field, k, p};
    }
    best.probability = sum == 0 ? 0 : best.probability / sum;  // no number stays none
    choices.push_back(best);
  }
  return choices;
}

void ExtractHead::save(HeadWriter& writer) const {
  std::vector<std::uint8_t> required;
  for (const bool one : required_) required.push_back(one ? 1 : 0);
  writer.array<std::uint8_t>(required);
  writer.array<double>({&empty_share_, 1});
  tagger_.save(writer);
  linker_.save(writer);
  writer.number(choice_heads_.size());
  for (const ChoiceHead& head : choice_heads_) {
    writer.number(head.field);
    head.tagger.save(writer);
  }
}

Result<ExtractHead> ExtractHead::load(HeadReader& reader, const RecordSchema& schema) {
  LINNET_TRY(const std::vector<std::uint8_t> required, reader.array<std::uint8_t>());
  LINNET_TRY(const std::vector<double> empty_share, reader.array<double>(1));
  LINNET_TRY(Tagger tagger, Tagger::load(reader));
  ExtractHead head(std::move(tagger), schema);
  if (required.size() != head.required_.size() || head.tagger_.n_fields() != head.span_fields_.size()) {
    return reader.corrupt("it was trained for other fields");
  }
  for (std::size_t k = 0; k < required.size(); ++k) head.required_[k] = required[k] != 0;
  head.empty_share_ = empty_share[0];
  LINNET_TRY(head.linker_, Linker::load(reader));
  LINNET_TRY(const std::uint64_t n_choice_heads, reader.number(schema.fields.size()));
  for (std::uint64_t i = 0; i < n_choice_heads; ++i) {
    LINNET_TRY(const std::uint64_t field, reader.number(schema.fields.size() - 1));
    LINNET_TRY(Tagger choice, Tagger::load(reader));
    const bool is_known =
        std::ranges::find(head.choice_heads_, field, &ChoiceHead::field) != head.choice_heads_.end();
    if (is_known || schema.fields[field].kind != FieldKind::kChoice ||
        choice.n_fields() != schema.fields[field].choices.size() || choice.d_state() != head.d_state()) {
      return reader.corrupt("it was trained for other choices");
    }
    head.choice_heads_.push_back({static_cast<std::size_t>(field), std::move(choice)});
  }
  return head;
}

}  // namespace linnet::tasks
