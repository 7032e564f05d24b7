#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include <linnet/extract.h>

#include "base/guard.h"
#include "base/hash64.h"
#include "engine/model_impl.h"
#include "tasks/extract_head.h"
#include "tasks/recipe.h"
#include "tasks/span_prompt.h"
#include "tasks/texts.h"
#include "tasks/typed_value.h"

namespace linnet {
namespace {

using namespace tasks;  // NOLINT(google-build-using-namespace)

// Texts that are read at once: their states are in memory together.
constexpr std::size_t kBatch = 64;

constexpr std::string_view kKind = "extractor";  // of head files

}  // namespace

struct Extractor::Impl {
  Impl(Model model_, double least) : model(std::move(model_)), min_probability(least) {}

  const Model model;
  std::string schema_text;
  RecordSchema schema;
  std::vector<std::size_t> span_fields;  // the head's fields
  std::optional<Day> today;
  const double min_probability;
  std::unique_ptr<WordReader> reader;
  std::optional<ExtractHead> head;
  std::unique_ptr<SpanPrompt> prompt;  // where there is no head

  Result<void> set_schema(std::string text);
  Result<void> learn(const std::string& recipe_examples, const std::string& own_examples);
  Result<void> load_head(const std::filesystem::path& path);
  Result<void> start(const ExtractOptions& options);
  std::string kept_name(const ExtractRecipe& recipe, const ExtractOptions& options) const;
  Result<void> save(const std::filesystem::path& path) const;
  Result<std::vector<Record>> records_of(std::string_view text, const ReadText& read);
  std::optional<FieldValue> value_of(std::size_t field, std::string_view text, const ByteSpan& bytes,
                                     double p) const;
  Record record_of(std::string_view text, const ReadText& read, const std::vector<FoundSpan>& spans,
                   const FoundRecord& found, const std::vector<ExtractHead::Choice>& choices) const;
};

Result<void> Extractor::Impl::set_schema(std::string text) {
  schema_text = std::move(text);
  LINNET_TRY(schema, parse_schema(schema_text));
  span_fields.clear();
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (schema.fields[i].has_span()) span_fields.push_back(i);
  }
  return {};
}

Result<void> Extractor::Impl::learn(const std::string& recipe_examples, const std::string& own_examples) {
  LINNET_TRY(std::vector<Example> examples, parse_examples(recipe_examples, schema));
  LINNET_TRY(std::vector<Example> more, parse_examples(own_examples, schema));
  std::ranges::move(more, std::back_inserter(examples));
  if (examples.empty()) return {};
  std::vector<std::string> texts;
  for (const Example& example : examples) texts.push_back(example.text);
  auto read = reader->read(texts, 0, texts.size());
  if (!read) return fail(read.error().code, "examples, {}", read.error().message);
  head = ExtractHead::train(schema, examples, *read, reader->d_state());
  return {};
}

Result<void> Extractor::Impl::load_head(const std::filesystem::path& path) {
  LINNET_TRY(HeadReader file, HeadReader::open(path, kKind, model));
  LINNET_TRY(std::string text, file.text());
  if (schema_text.empty()) {
    if (auto set = set_schema(std::move(text)); !set) return file.corrupt(set.error().message);
  } else if (text != schema_text) {
    return file.corrupt("it has another schema");
  }
  LINNET_TRY(ExtractHead loaded, ExtractHead::load(file, schema));
  if (loaded.d_state() != reader->d_state()) return file.corrupt("it has states of another width");
  head = std::move(loaded);
  return {};
}

std::optional<FieldValue> Extractor::Impl::value_of(std::size_t field, std::string_view text,
                                                    const ByteSpan& bytes, double p) const {
  const Field& of = schema.fields[field];
  FieldValue value{of.name, std::string(bytes.of(text)), bytes.begin, bytes.end, p};
  if (of.kind == FieldKind::kText) return value;
  std::optional<std::string> typed = typed_value(of.kind, value.value, today);
  if (!typed) return std::nullopt;
  value.value = *std::move(typed);
  value.is_number = of.kind == FieldKind::kNumber || of.kind == FieldKind::kInteger;
  return value;
}

// Empty if it lacks a field that the schema requires.
Record Extractor::Impl::record_of(std::string_view text, const ReadText& read,
                                  const std::vector<FoundSpan>& spans, const FoundRecord& found,
                                  const std::vector<ExtractHead::Choice>& choices) const {
  Record record;
  for (std::size_t f = 0; f < schema.fields.size(); ++f) {
    const Field& field = schema.fields[f];
    std::optional<FieldValue> value;
    for (const FoundLink& link : found) {
      const FoundSpan& span = spans[link.span];
      if (span_fields[span.words.field] != field.from.value_or(f)) continue;
      const ByteSpan bytes{read.words[span.words.begin].begin, read.words[span.words.end - 1].end};
      value = value_of(f, text, bytes, span.probability * link.probability);
    }
    for (const ExtractHead::Choice& choice : choices) {
      if (choice.field == f)
        value = FieldValue{field.name, field.choices[choice.choice], 0, 0, choice.probability};
    }
    if (value && value->probability < min_probability) value.reset();
    if (!value && field.is_required) return {};
    if (value) record.push_back(*std::move(value));
  }
  return record;
}

Result<std::vector<Record>> Extractor::Impl::records_of(std::string_view text, const ReadText& read) {
  std::vector<Record> records;
  if (read.words.empty()) return records;
  std::vector<FoundSpan> spans;
  std::vector<ExtractHead::Choice> choices;
  std::vector<FoundRecord> groups;
  if (head) {
    spans = head->find(read);
    choices = head->choose(read);
    const auto is_number = [](const auto& found) { return std::isfinite(found.probability); };
    if (!std::ranges::all_of(spans, is_number) || !std::ranges::all_of(choices, is_number)) {
      return fail(ErrorCode::kCorrupt, "the probabilities are no numbers: the head is damaged");
    }
    groups = head->group(text, read.words, spans);
  } else {
    LINNET_TRY(spans, prompt->find(text, read.words));
    LINNET_TRY(choices, prompt->choose(text));
    if (!spans.empty()) groups.emplace_back();
    for (std::size_t i = 0; i < spans.size(); ++i) groups[0].push_back({i, 1});
  }
  if (groups.empty() && !choices.empty()) groups.emplace_back();
  for (const FoundRecord& group : groups) {
    if (records.size() >= schema.max_records) break;
    Record record = record_of(text, read, spans, group, choices);
    if (!record.empty()) records.push_back(std::move(record));
  }
  return records;
}

Extractor::Extractor(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Extractor::Extractor(Extractor&& other) noexcept = default;
Extractor& Extractor::operator=(Extractor&& other) noexcept = default;
Extractor::~Extractor() = default;

// The schema comes from the options, else from the recipe; with a head from there.
Result<void> Extractor::Impl::start(const ExtractOptions& options) {
  if (!options.today.empty()) {
    today = parse_day(options.today);
    if (!today) {
      return fail(ErrorCode::kInvalidArgument, "today is \"{}\", not a day as YYYY-MM-DD", options.today);
    }
  }
  WordReaderOptions reader_options;
  reader_options.layers = middle_layers(model.info().n_layers);
  reader_options.n_ctx = options.n_ctx;
  reader_options.n_threads = options.n_threads;
  reader_options.windows = options.windows;
  LINNET_TRY(reader, WordReader::create(model, reader_options));
  if (!options.head.empty()) return load_head(options.head);
  ExtractRecipe recipe;
  if (!options.recipe.empty()) {
    LINNET_TRY(recipe, read_recipe(options.recipe));
  }
  if (options.schema.empty() && recipe.schema.empty()) {
    return fail(ErrorCode::kInvalidArgument, "there is no schema; give one, or a recipe that has one");
  }
  LINNET_CHECK(set_schema(options.schema.empty() ? recipe.schema : options.schema));
  const std::filesystem::path kept = options.cache.empty() ? "" : options.cache / kept_name(recipe, options);
  std::error_code ignored;
  if (!kept.empty() && std::filesystem::exists(kept, ignored)) {
    if (load_head(kept)) return {};  // else it is learned again
  }
  LINNET_CHECK(learn(recipe.examples, options.examples));
  if (head && !kept.empty()) {
    std::filesystem::create_directories(options.cache, ignored);
    (void)save(kept);  // a full disk is no reason not to go on
  }
  if (head) return {};
  SessionOptions session_options;
  session_options.n_ctx = options.n_ctx;
  session_options.n_threads = options.n_threads;
  LINNET_TRY(prompt, SpanPrompt::create(model, schema, session_options));
  return {};
}

// The file in the cache: all that learning depends on.
std::string Extractor::Impl::kept_name(const ExtractRecipe& recipe, const ExtractOptions& options) const {
  Hash64 hash;
  hash.add(model.impl()->fingerprint());
  for (const std::string& text : {schema_text, recipe.examples, options.examples}) {
    hash.add(std::string_view(text));
  }
  return fmt::format("extract-{:016x}.head", hash.value());
}

Result<void> Extractor::Impl::save(const std::filesystem::path& path) const {
  if (!head) return fail(ErrorCode::kInvalidArgument, "nothing was learned that could be saved");
  HeadWriter writer(kKind, model);
  writer.text(schema_text);
  head->save(writer);
  return writer.write(path);
}

Result<Extractor> Extractor::create(const Model& model, const ExtractOptions& options) {
  return guard([&]() -> Result<Extractor> {
    if (!(options.min_probability >= 0 && options.min_probability <= 1)) {  // NaN, too
      return fail(ErrorCode::kInvalidArgument, "min_probability is {}, not from 0 to 1",
                  options.min_probability);
    }
    auto impl = std::make_unique<Impl>(model, options.min_probability);
    LINNET_CHECK(impl->start(options));
    return Extractor(std::move(impl));
  });
}

Result<std::vector<Record>> Extractor::extract(std::string_view text) {
  return guard([&]() -> Result<std::vector<Record>> {
    const std::string one(text);
    LINNET_TRY(const std::vector<ReadText> read, impl_->reader->read({&one, 1}, 0, 1));
    return impl_->records_of(one, read[0]);
  });
}

Result<void> Extractor::extract(std::span<const std::string> texts, const RecordsCallback& callback) {
  return guard([&]() -> Result<void> {
    for (std::size_t first = 0; first < texts.size(); first += kBatch) {
      const auto batch = texts.subspan(first, std::min(kBatch, texts.size() - first));
      LINNET_TRY(const std::vector<ReadText> read, impl_->reader->read(batch, first, texts.size()));
      for (std::size_t i = 0; i < batch.size(); ++i) {
        auto records = impl_->records_of(batch[i], read[i]);
        if (!records) return in_text(first + i, texts.size(), records.error());
        if (!callback(first + i, *std::move(records))) {
          return fail(ErrorCode::kCancelled, "cancelled after {} of {} texts", first + i + 1, texts.size());
        }
      }
    }
    return {};
  });
}

Result<void> Extractor::save(const std::filesystem::path& path) const {
  return guard([&]() -> Result<void> { return impl_->save(path); });
}

namespace detail {

using Json = nlohmann::ordered_json;

std::string schema_of(const std::vector<FieldText>& fields) {
  Json properties = Json::object();
  for (const FieldText& field : fields) {
    properties[std::string(field.name)] = {{"type", field.is_number ? "number" : "string"},
                                           {"description", field.description},
                                           {"x-linnet-source", "span"}};
  }
  return Json{{"type", "array"}, {"items", {{"type", "object"}, {"properties", properties}}}}.dump(
      -1, ' ', false, Json::error_handler_t::replace);
}

std::string example_of(std::string_view text, const std::vector<std::vector<FieldText>>& records) {
  Json example = {{"text", text}, {"records", Json::array()}};
  for (const auto& record : records) {
    Json fields = Json::object();
    for (const FieldText& field : record) {
      if (field.value.empty()) continue;
      fields[std::string(field.name)] = field.is_number ? Json::parse(field.value) : Json(field.value);
    }
    example["records"].push_back(std::move(fields));
  }
  return example.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string number_text(double value) {
  if (value == 0 || !std::isfinite(value)) return {};
  char text[512];  // the longest has 1 + 2 + 324 digits and 16 more
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr;
  return {text, end};
}

double number_value(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace detail
}  // namespace linnet
