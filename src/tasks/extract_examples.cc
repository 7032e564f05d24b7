#include "tasks/extract_examples.h"

#include <algorithm>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/parse_json.h"
#include "base/utf8.h"
#include "tasks/typed_value.h"

namespace linnet::tasks {
namespace {

using Json = nlohmann::ordered_json;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Places where `value` stands as whole words, or else anywhere; letters as given, or else in any case.
std::vector<ByteSpan> places_of(std::string_view value, std::string_view text,
                                const std::vector<ByteSpan>& words) {
  const auto begins = [&](std::size_t at) {
    return std::ranges::binary_search(words, at, {}, &ByteSpan::begin);
  };
  const auto ends = [&](std::size_t at) { return std::ranges::binary_search(words, at, {}, &ByteSpan::end); };
  std::vector<ByteSpan> whole, any;
  for (const bool same_case : {true, false}) {
    if (value.empty() || !any.empty()) break;
    const auto equal = [same_case](char a, char b) { return same_case ? a == b : lower(a) == lower(b); };
    for (auto it = text.begin(); it != text.end(); ++it) {
      it = std::search(it, text.end(), value.begin(), value.end(), equal);
      if (it == text.end()) break;
      const auto begin = static_cast<std::size_t>(it - text.begin());
      any.push_back({begin, begin + value.size()});
      if (begins(begin) && ends(begin + value.size())) whole.push_back(any.back());
    }
  }
  return whole.empty() ? any : whole;
}

bool is_number(FieldKind kind) { return kind == FieldKind::kNumber || kind == FieldKind::kInteger; }

// What an example gives as the value of a typed field, in a form that can be compared.
std::optional<double> number_of(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const Json parsed = Json::parse(value.get<std::string>(), nullptr, /*allow_exceptions=*/false);
  return parsed.is_number() ? std::optional(parsed.get<double>()) : std::nullopt;
}

bool means(FieldKind kind, std::string_view words, const Json& value) {
  const auto typed = typed_value(kind, words, {});
  if (!typed) return false;
  if (is_number(kind)) return number_of(value) == number_of(Json(*typed));
  return value.is_string() && value.get<std::string>() == *typed;
}

// Whether the words before and after `at` are one number: "1,250", "19.30".
bool is_inside_number(std::string_view text, std::size_t at, bool before) {
  const auto is_digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  const std::size_t mark = before ? at - 1 : at, digit = before ? at - 2 : at + 1;
  if (before && at < 2) return false;
  return mark < text.size() && std::string_view(",.:").find(text[mark]) != std::string_view::npos &&
         is_digit(digit) && is_digit(before ? at : at - 1);
}

// The shortest runs of words that mean a typed value: "1,250" for 1250.
std::vector<ByteSpan> meanings_of(FieldKind kind, const Json& value, std::string_view text,
                                  const std::vector<ByteSpan>& words) {
  constexpr std::size_t kMaxRun = 8;  // "quarter to nine in the evening"
  std::vector<ByteSpan> places;
  for (std::size_t last = 0; last < words.size(); ++last) {
    for (std::size_t n = 1; n <= std::min(kMaxRun, last + 1); ++n) {
      const ByteSpan run{words[last + 1 - n].begin, words[last].end};
      if (!places.empty() && run.begin <= places.back().begin) break;  // a shorter one is in it
      if (!means(kind, run.of(text), value)) continue;
      const bool is_part = is_inside_number(text, run.begin, true) || is_inside_number(text, run.end, false);
      const bool loses_sign = is_number(kind) && n <= last && words[last - n].end == run.begin &&
                              text[run.begin - 1] == '-' && number_of(value) > 0 &&
                              (n == last || words[last - n - 1].end < words[last - n].begin);
      if (!is_part && !loses_sign) places.push_back(run);
      break;  // a longer run means the same, or another number
    }
  }
  return places;
}

std::size_t distance(const ByteSpan& a, const ByteSpan& b) {
  if (a.overlaps(b)) return 0;
  return a.begin < b.begin ? b.begin - a.end : a.begin - b.end;
}

class Reader {
 public:
  Reader(const RecordSchema& schema, std::size_t line) : schema_(schema), line_(line) {}

  Result<Example> read(std::string_view line_text) {
    const std::optional<Json> parsed = parse_json(line_text);
    if (!parsed || !parsed->is_object()) return wrong("this is no JSON object, or a very deep one");
    const Json& line = *parsed;
    const auto text = line.find("text");
    if (text == line.end() || !text->is_string()) return wrong("\"text\" is missing or no string");
    example_.text = text->get<std::string>();
    words_ = words_of(example_.text);
    if (const auto label = line.find("label"); label != line.end()) LINNET_CHECK(read_label(*label));
    if (const auto slots = line.find("slots"); slots != line.end()) LINNET_CHECK(read_slots(*slots));
    for (const char* key : {"records", "items"}) {
      if (const auto records = line.find(key); records != line.end()) LINNET_CHECK(read_records(*records));
    }
    for (const auto& [begin, span] : taken_) example_.spans.push_back(span);
    return std::move(example_);
  }

 private:
  template <class... Args>
  Error wrong(fmt::format_string<Args...> format, Args&&... args) const {
    return fail(ErrorCode::kInvalidArgument, "examples, line {}: {}", line_,
                fmt::format(format, std::forward<Args>(args)...));
  }

  Result<void> read_label(const Json& label) {
    if (label.is_null()) return {};
    const auto is_choice = [](const Field& field) { return field.kind == FieldKind::kChoice; };
    if (std::ranges::count_if(schema_.fields, is_choice) != 1) return {};
    const auto field = std::ranges::find_if(schema_.fields, is_choice);
    return read_choice(static_cast<std::size_t>(field - schema_.fields.begin()), label);
  }

  Result<void> read_choice(std::size_t field, const Json& value) {
    const auto& choices = schema_.fields[field].choices;
    const auto found =
        value.is_string() ? std::ranges::find(choices, value.get<std::string>()) : choices.end();
    if (found == choices.end()) {
      return wrong("{} is none of the values of \"{}\"", utf8::printable(dump(value)),
                   utf8::printable(schema_.fields[field].name));
    }
    example_.choices.emplace_back(field, static_cast<std::size_t>(found - choices.begin()));
    return {};
  }

  static std::string dump(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  Result<void> read_slots(const Json& slots) {
    if (!slots.is_array()) return wrong("\"slots\" must be an array");
    std::vector<ExampleSpan> record;
    for (const Json& slot : slots) {
      if (!slot.is_object() || !slot.value("slot", Json()).is_string())
        return wrong("a slot must have a \"slot\"");
      const std::size_t field = schema_.find(slot["slot"].get<std::string>());
      if (field == schema_.fields.size() || !schema_.fields[field].has_span()) continue;
      LINNET_CHECK(read_value(field, slot, "text", record));
    }
    if (!record.empty()) example_.records.push_back(std::move(record));
    return {};
  }

  Result<void> read_records(const Json& records) {
    if (!records.is_array()) return wrong("records must be an array");
    for (const Json& fields : records) {
      if (!fields.is_object()) return wrong("a record must be an object");
      std::vector<ExampleSpan> record;
      for (const auto& [name, value] : fields.items()) {
        const std::size_t field = schema_.find(name);
        if (field == schema_.fields.size() || value.is_null()) continue;
        if (schema_.fields[field].kind == FieldKind::kChoice) {
          LINNET_CHECK(read_choice(field, value.is_object() ? value.value("value", Json()) : value));
        } else if (schema_.fields[field].has_span()) {
          LINNET_CHECK(read_value(field, value, "value", record));
        }
      }
      if (!record.empty()) example_.records.push_back(std::move(record));
    }
    return {};
  }

  // Adds the places of a value to the example, and the one nearest to the rest of the record to the record.
  Result<void> read_value(std::size_t field, const Json& value, const char* key,
                          std::vector<ExampleSpan>& record) {
    std::vector<ByteSpan> places;
    if (value.is_object() && value.contains("begin")) {
      LINNET_TRY(const ByteSpan place, read_place(field, value, key));
      places.push_back(place);
    } else {
      const Json text = value.is_object() ? value.value(key, Json()) : value;
      const FieldKind kind = schema_.fields[field].kind;
      if (!text.is_string() && !(is_number(kind) && text.is_number()))
        return wrong("the value of \"{}\" must be a string", utf8::printable(schema_.fields[field].name));
      if (text.is_string()) places = places_of(text.get<std::string>(), example_.text, words_);
      if (places.empty() && kind != FieldKind::kText) places = meanings_of(kind, text, example_.text, words_);
      if (places.empty()) return wrong("{} is not in the text", utf8::printable(dump(text)));
    }
    const auto farness = [&](const ByteSpan& place) {
      std::size_t sum = 0;
      for (const ExampleSpan& other : record) sum += distance(place, other.bytes);
      return sum;
    };
    record.push_back({field, *std::ranges::min_element(places, {}, farness)});
    for (const ByteSpan& place : places) {
      const auto next = taken_.lower_bound(place.begin);
      const bool is_taken = (next != taken_.end() && next->second.bytes.overlaps(place)) ||
                            (next != taken_.begin() && std::prev(next)->second.bytes.overlaps(place));
      if (!is_taken) taken_.emplace(place.begin, ExampleSpan{field, place});
    }
    return {};
  }

  Result<ByteSpan> read_place(std::size_t field, const Json& value, const char* key) const {
    const Json begin = value["begin"], end = value.value("end", Json());
    const std::size_t size = example_.text.size();
    if (!begin.is_number_unsigned() || !end.is_number_unsigned() || end.get<std::size_t>() > size ||
        begin.get<std::size_t>() >= end.get<std::size_t>()) {
      return wrong("a value from byte {} to {} of a text of {}", dump(begin), dump(end), size);
    }
    const ByteSpan place{begin.get<std::size_t>(), end.get<std::size_t>()};
    const Json text = value.value(key, Json());
    const std::string_view bytes = place.of(example_.text);
    const bool is_copy = text.is_string() && text.get<std::string>() == bytes;
    if (!text.is_null() && !is_copy && !means(schema_.fields[field].kind, bytes, text)) {
      return wrong("{} is not what stands at bytes {} to {}, \"{}\"", utf8::printable(dump(text)),
                   place.begin, place.end, utf8::printable(bytes));
    }
    return place;
  }

  const RecordSchema& schema_;
  const std::size_t line_;
  Example example_;
  std::vector<ByteSpan> words_;               // of its text
  std::map<std::size_t, ExampleSpan> taken_;  // by where they begin
};

}  // namespace

Result<std::vector<Example>> parse_examples(std::string_view lines, const RecordSchema& schema) {
  std::vector<Example> examples;
  for (std::size_t line = 1; !lines.empty(); ++line) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view text = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    LINNET_TRY(Example example, Reader(schema, line).read(text));
    examples.push_back(std::move(example));
  }
  return examples;
}

}  // namespace linnet::tasks
