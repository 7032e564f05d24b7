/// \file
/// Extractor: finds records in texts, with the place in the text that each value was copied from. It keeps
/// its model alive and belongs to one thread at a time. One that was moved from may only be assigned to or
/// destroyed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <linnet/model.h>

namespace linnet {

/// A value that was found.
struct FieldValue {
  std::string field;       ///< As the schema names it.
  std::string value;       ///< Bytes [begin, end) of the text, or what they mean where the field has a type.
  std::size_t begin = 0;   ///< Where in the text, in bytes.
  std::size_t end = 0;     ///< Equal to begin where it is told of the whole text, as an enum is.
  double probability = 0;  ///< That it is right.
  bool is_number = false;  ///< Whether `value` is a JSON number.
};

/// The values of one record, in the schema's order; fields without a value are left out.
using Record = std::vector<FieldValue>;

/// What to look for and how.
struct ExtractOptions {
  /// A JSON Schema of the record; see docs/extract.md. Empty with a recipe or head that has one.
  std::string schema;
  /// JSON lines {"text": T, "records": [{FIELD: VALUE, ...}, ...]}, to learn from. With none the model is
  /// asked for each field by its name and description, which is slower and finds less.
  std::string examples;
  /// A recipe file: schema and examples, with which those above are joined.
  std::filesystem::path recipe;
  /// A file that save() wrote for the same model, in place of examples.
  std::filesystem::path head;
  /// A folder in which what was learned is kept, by a hash of model, schema and examples, and found the next
  /// time; empty: none.
  std::filesystem::path cache;
  /// Values that are less probable than this, from 0 to 1, are left out.
  double min_probability = 0;
  /// Day that "tomorrow" and dates without a year are told from, "YYYY-MM-DD"; empty: they have no ISO form.
  std::string today;
  /// Whether texts longer than the context are read in windows that overlap, instead of refused.
  bool windows = false;
  std::size_t n_ctx = 0;   ///< As SessionOptions::n_ctx; a text is read twice.
  unsigned n_threads = 0;  ///< As SessionOptions::n_threads; the result does not depend on it.
};

/// Receives one text's records, in the order of the texts; false stops with kCancelled.
using RecordsCallback = std::function<bool(std::size_t text, std::vector<Record> records)>;

/// Finds records in texts; see the top of this page.
class LINNET_API Extractor {
 public:
  /// Learns from the examples, which takes milliseconds to seconds. Errors: kInvalidArgument, no or a
  /// contradictory schema, an example with a value that is not in its text, an option out of range, a head of
  /// another model; kUnsupported, a keyword of the schema that is not enforced; kNotFound, kIo, kCorrupt, of
  /// the files; kOutOfMemory.
  static Result<Extractor> create(const Model& model, const ExtractOptions& options);
  /// Takes over; `other` may then only be assigned to or destroyed.
  Extractor(Extractor&& other) noexcept;
  /// Takes over; `other` may then only be assigned to or destroyed.
  Extractor& operator=(Extractor&& other) noexcept;
  ~Extractor();

  /// The records of a text, perhaps none. Values are verbatim and do not overlap; those that two records
  /// share are in both. Errors: kInvalidArgument, not UTF-8; kContextFull, longer than the context; kCorrupt,
  /// damaged weights of the model or the head; kOutOfMemory.
  Result<std::vector<Record>> extract(std::string_view text);
  /// The same for many texts, computed together. Errors name the text by its place in `texts`.
  Result<void> extract(std::span<const std::string> texts, const RecordsCallback& callback);

  /// Writes what was learned to a file. Errors: kInvalidArgument, nothing was; kNotFound, kIo.
  Result<void> save(const std::filesystem::path& path) const;

 private:
  struct LINNET_LOCAL Impl;
  explicit Extractor(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

/// A member of a struct as a field. A FieldValue also takes the place in the text.
template <class T>
struct FieldOf {
  std::string_view name;                                                ///< In the schema.
  std::string_view description;                                         ///< Read where there are no examples.
  std::variant<std::string T::*, double T::*, FieldValue T::*> member;  ///< Where the value goes.
};

/// \cond internal
namespace detail {
struct FieldText {
  std::string_view name, description;
  std::string value;  // empty: none
  bool is_number = false;
};
LINNET_API std::string schema_of(const std::vector<FieldText>& fields);
LINNET_API std::string example_of(std::string_view text, const std::vector<std::vector<FieldText>>& records);
LINNET_API std::string number_text(double value);
LINNET_API double number_value(const std::string& text);

template <class T>
std::vector<FieldText> texts_of(const T& record) {
  std::vector<FieldText> texts;
  for (const FieldOf<T>& field : T::linnet_fields()) {
    FieldText text{field.name, field.description, {}, std::holds_alternative<double T::*>(field.member)};
    if (auto* string = std::get_if<std::string T::*>(&field.member)) text.value = record.**string;
    if (auto* number = std::get_if<double T::*>(&field.member)) text.value = number_text(record.**number);
    if (auto* value = std::get_if<FieldValue T::*>(&field.member)) text.value = (record.**value).value;
    texts.push_back(std::move(text));
  }
  return texts;
}
}  // namespace detail
/// \endcond

/// The schema of a struct T whose static function linnet_fields() gives its FieldOf<T>s, in a container.
template <class T>
std::string schema_of() {
  return detail::schema_of(detail::texts_of(T{}));
}

/// A line for ExtractOptions::examples: a text and the records in it. A number stands where words of the text
/// mean it, 1250 where they are "1,250 mg". Strings that are empty and numbers that are 0 or not finite are
/// left out.
template <class T>
std::string example_of(std::string_view text, const std::vector<T>& records) {
  std::vector<std::vector<detail::FieldText>> texts;
  for (const T& record : records) texts.push_back(detail::texts_of(record));
  return detail::example_of(text, texts);
}

/// The records of a text as structs; members whose field was not found are as T{} has them. Errors as
/// Extractor::extract().
template <class T>
Result<std::vector<T>> extract(Extractor& extractor, std::string_view text) {
  auto found = extractor.extract(text);
  if (!found) return std::move(found).error();
  std::vector<T> records(found->size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (FieldValue& value : (*found)[i]) {
      for (const FieldOf<T>& field : T::linnet_fields()) {
        if (field.name != value.field) continue;
        if (auto* number = std::get_if<double T::*>(&field.member)) {
          records[i].** number = detail::number_value(value.value);
        } else if (auto* string = std::get_if<std::string T::*>(&field.member)) {
          records[i].** string = value.value;
        } else {
          records[i].**std::get_if<FieldValue T::*>(&field.member) = value;
        }
      }
    }
  }
  return records;
}

}  // namespace linnet
