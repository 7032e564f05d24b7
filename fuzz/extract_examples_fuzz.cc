// Any line as the schema of an extraction, and the lines behind it as its examples: an error that says which,
// or values that stand in their texts; and from few small ones, with states that are made up, a head that
// finds values in the words of the texts.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string_view>
#include <vector>

#include "tasks/extract_head.h"

namespace linnet::tasks {
namespace {

constexpr std::size_t kMostFields = 6, kMostWords = 40;  // what a head is trained of in no time
constexpr std::size_t kStates = 2;

void require(bool condition) {
  if (!condition) std::abort();
}

bool is_probability(double p) { return p >= 0 && p <= 1 + 1e-9; }

void check_schema(const RecordSchema& schema) {
  require(!schema.fields.empty());
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const Field& field = schema.fields[i];
    require(schema.find(field.name) == i);
    require((field.kind == FieldKind::kChoice) == !field.choices.empty());
    if (field.from) require(schema.fields.at(*field.from).has_span());
  }
}

void check_example(const RecordSchema& schema, const Example& example) {
  std::size_t last_end = 0;
  const auto check = [&](const ExampleSpan& span) {
    require(schema.fields.at(span.field).has_span());
    require(span.bytes.begin < span.bytes.end && span.bytes.end <= example.text.size());
  };
  for (const ExampleSpan& span : example.spans) {
    check(span);
    require(span.bytes.begin >= last_end);
    last_end = span.bytes.end;
  }
  for (const auto& record : example.records) {
    require(!record.empty());
    std::ranges::for_each(record, check);
  }
  for (const auto& [field, choice] : example.choices) {
    require(choice < schema.fields.at(field).choices.size());
  }
}

// What a model could make of a text: any numbers do.
ReadText made_up(std::string_view text) {
  ReadText read;
  read.words = words_of(text);
  for (std::size_t w = 0; w < read.words.size(); ++w) {
    read.features.cues.push_back(cues_of(text, read.words, w));
    for (std::size_t c = 0; c < kStates; ++c) {
      read.features.states.push_back(static_cast<float>(read.words[w].of(text).size() % (c + 2)));
    }
  }
  read.mean = {1, static_cast<float>(read.words.size())};
  return read;
}

void check_head(const ExtractHead& head, const RecordSchema& schema, const Example& example,
                const ReadText& read) {
  const std::vector<FoundSpan> spans = head.find(read);
  std::size_t last_end = 0;
  for (const auto& [span, probability] : spans) {
    require(span.begin >= last_end && span.begin < span.end && span.end <= read.words.size());
    require(is_probability(probability));
    last_end = span.end;
  }
  for (const FoundRecord& record : head.group(example.text, read.words, spans)) {
    for (const auto& [span, probability] : record) {
      require(span < spans.size() && is_probability(probability));
    }
  }
  for (const auto& [field, choice, probability] : head.choose(read)) {
    require(choice < schema.fields.at(field).choices.size() && is_probability(probability));
  }
}

void learn(const RecordSchema& schema, const std::vector<Example>& examples) {
  std::vector<ReadText> texts;
  std::size_t n_words = 0;
  for (const Example& example : examples) {
    texts.push_back(made_up(example.text));
    n_words += texts.back().words.size();
  }
  const bool is_small = std::ranges::all_of(
      schema.fields, [](const Field& field) { return field.choices.size() <= kMostFields; });
  if (examples.empty() || !is_small || schema.fields.size() > kMostFields || n_words > kMostWords) return;
  const ExtractHead head = ExtractHead::train(schema, examples, texts, kStates);
  for (std::size_t i = 0; i < examples.size(); ++i) check_head(head, schema, examples[i], texts[i]);
}

void read(std::string_view input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  const Result<RecordSchema> schema = parse_schema(input.substr(0, end));
  if (!schema) return require(schema.error().message.find("schema") != std::string::npos);
  check_schema(*schema);
  const auto examples = parse_examples(input.substr(std::min(end + 1, input.size())), *schema);
  if (!examples) return require(examples.error().message.starts_with("examples, line "));
  for (const Example& example : *examples) check_example(*schema, example);
  learn(*schema, *examples);
}

}  // namespace
}  // namespace linnet::tasks

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  linnet::tasks::read({reinterpret_cast<const char*>(data), size});
  return 0;
}
