#include "cli/eval_data.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxQuoted = 200;

// What is wrong in a line; the caller knows which one.
struct LineError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Json parse_line(const std::string& line) {
  return Json::parse(line, [](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxDepth) throw LineError("it is nested too deep");
    return true;
  });
}

const Json* member(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() ? nullptr : &*at;
}

std::string text_of(const Json& value, const std::string& what) {
  if (!value.is_string()) throw LineError(fmt::format("{} is {}, not a string", what, value.type_name()));
  return value.get<std::string>();
}

std::string text_in(const Json& object, const char* key) {
  const Json* const value = object.is_object() ? member(object, key) : nullptr;
  if (value == nullptr) throw LineError(fmt::format("there is no \"{}\"", key));
  return text_of(*value, fmt::format("\"{}\"", key));
}

double number_of(const Json& value, const std::string& what, double most) {
  if (!value.is_number()) throw LineError(fmt::format("{} is {}, not a number", what, value.type_name()));
  const double number = value.get<double>();
  if (number >= -most && number <= most) return number;
  throw LineError(fmt::format("{} is {}", what, number));
}

double probability_of(const Json& value, const std::string& what) {
  const double probability = number_of(value, what, 1);
  if (probability < 0) throw LineError(fmt::format("{} is {}", what, probability));
  return probability;
}

std::optional<double> probability_in(const Json& object) {
  const Json* const value = member(object, "probability");
  if (value == nullptr || value->is_null()) return std::nullopt;
  return probability_of(*value, "\"probability\"");
}

const Json& list_of(const Json& value, const char* key) {
  if (value.is_array()) return value;
  throw LineError(fmt::format("\"{}\" is {}, not an array", key, value.type_name()));
}

// A number or a truth value, as a typed field may have, is compared as it is written.
std::string written(const Json& value, const std::string& what) {
  return value.is_number() || value.is_boolean() ? value.dump() : text_of(value, what);
}

// The piece of the text at the place that an object names, if it names one.
std::optional<std::string> piece_of(const Json& object, const std::string& text) {
  const Json* const begin = member(object, "begin");
  const Json* const end = member(object, "end");
  if (begin == nullptr || end == nullptr) return std::nullopt;
  const auto size = static_cast<double>(text.size());
  const double first = number_of(*begin, "\"begin\"", size), last = number_of(*end, "\"end\"", size);
  if (first < 0 || last < first)
    throw LineError(fmt::format("no text stands from byte {} to {}", first, last));
  return text.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
}

Value value_of(const Json& object, const std::string& what, const std::string& text) {
  const Json* const written_value = member(object, "value");
  if (written_value == nullptr) throw LineError(fmt::format("{} has no \"value\"", what));
  if (written_value->is_null()) return {};
  const std::optional<std::string> piece = piece_of(object, text);
  Value value{.text = piece ? *piece : written(*written_value, what), .is_piece = piece.has_value()};
  value.probability = probability_in(object);
  return value;
}

// The values that `json` holds: none, one, or those of an array.
void add_values(const Json& json, const std::string& field, const std::string& text,
                std::vector<Value>& values) {
  const std::string what = fmt::format("the value of \"{}\"", field);
  if (json.is_array()) {
    for (const Json& element : json) add_values(element, field, text, values);
  } else if (json.is_object()) {
    values.push_back(value_of(json, what, text));
  } else if (!json.is_null()) {
    values.push_back({written(json, what)});
  }
  std::erase_if(values, [](const Value& value) { return value.text.empty(); });
}

// An array of several values makes several spans, and one record of its first.
void add_record(const Json& json, const std::string& text, Findings& findings) {
  if (!json.is_object()) throw LineError(fmt::format("a record is {}, not an object", json.type_name()));
  FieldValues record;
  for (const auto& [field, value] : json.items()) {
    std::vector<Value> values;
    add_values(value, field, text, values);
    for (const Value& each : values) {
      if (each.is_piece) findings.spans.push_back({field, each});
    }
    if (!values.empty()) record[field] = values.front();
  }
  findings.records.push_back(std::move(record));
}

void add_slot(const Json& json, Findings& findings) {
  findings.spans.push_back({text_in(json, "slot"), {text_in(json, "text"), probability_in(json)}});
}

void read_findings(const Json& line, const std::string& text, Findings& findings) {
  for (const char* const key : {"records", "items"}) {
    if (const Json* const records = member(line, key)) {
      for (const Json& record : list_of(*records, key)) add_record(record, text, findings);
    }
  }
  if (const Json* const slots = member(line, "slots")) {
    for (const Json& slot : list_of(*slots, "slots")) add_slot(slot, findings);
  }
}

Example read_example(const Json& line, EvalData& data, bool is_first) {
  Example example{.text = text_in(line, "text")};
  const std::pair<const char*, bool*> kinds[] = {
      {"label", &data.has_labels}, {"slots", &data.has_spans}, {"items", &data.has_records}};
  for (const auto& [key, has] : kinds) {
    if (is_first) *has = member(line, key) != nullptr;
    if (*has && member(line, key) == nullptr)
      throw LineError(fmt::format("there is no \"{}\", but in the first line is one", key));
  }
  if (!data.has_labels && !data.has_spans && !data.has_records)
    throw LineError("there is no \"label\", \"slots\" or \"items\"");
  if (data.has_labels && !member(line, "label")->is_null()) {
    example.label = text_in(line, "label");
    if (example.label->empty()) throw LineError("\"label\" is empty; null says that no label fits");
  }
  read_findings(line, example.text, example.findings);
  if (data.has_spans && data.has_records) throw LineError("there are both \"slots\" and \"items\"");
  return example;
}

void read_ranked(const Json& ranked, Answer& answer) {
  for (const Json& pair : list_of(ranked, "ranked")) {
    if (!pair.is_array() || pair.size() != 2)
      throw LineError("\"ranked\" has something that is not [label, probability]");
  }
  if (ranked.empty()) return;
  answer.label = text_of(ranked[0][0], "a ranked label");
  answer.probability = probability_of(ranked[0][1], "a ranked label's probability");
}

Answer read_answer(const Json& line, const Example& example) {
  constexpr double kMaxScore = 1e300;
  if (!line.is_object()) throw LineError(fmt::format("it is {}, not an object", line.type_name()));
  if (member(line, "text") != nullptr && text_in(line, "text") != example.text)
    throw LineError("its \"text\" is not that of the same line of the data");
  Answer answer;
  answer.is_invalid = member(line, "error") != nullptr;
  if (answer.is_invalid) {  // whatever else it says
    answer.abstains = true;
    answer.score = 0;
    return answer;
  }
  const Json* const label = member(line, "label");
  answer.abstains = label == nullptr || label->is_null();
  if (!answer.abstains) answer.label = text_of(*label, "\"label\"");
  answer.probability = probability_in(line);
  const Json* const ranked = member(line, "ranked");
  if (ranked != nullptr && answer.abstains) read_ranked(*ranked, answer);
  const Json* const score = member(line, "score");
  answer.score = score != nullptr ? number_of(*score, "\"score\"", kMaxScore)
                                  : answer.probability.value_or(answer.abstains ? 0 : 1);
  read_findings(line, example.text, answer.findings);
  return answer;
}

// Calls `read` for each line that is not empty. Errors name it.
void each_line(const std::string& text, const std::string& name,
               const std::function<void(const Json&)>& read) {
  for_each_line(text, [&](const std::string& line, std::size_t number) {
    try {
      read(parse_line(line));
    } catch (const LineError& error) {
      fail(ErrorCode::kInvalidArgument, fmt::format("{}, line {}: {}", name, number, error.what()));
    } catch (const Json::exception& error) {  // it quotes what it found, whole
      fail(ErrorCode::kInvalidArgument, fmt::format("{}, line {} is not JSON: {}", name, number,
                                                    std::string(error.what()).substr(0, kMaxQuoted)));
    }
  });
}

}  // namespace

EvalData parse_eval_data(const std::string& text, const std::string& name) {
  EvalData data;
  each_line(text, name, [&](const Json& line) {
    data.examples.push_back(read_example(line, data, data.examples.empty()));
  });
  if (data.examples.empty())
    fail(ErrorCode::kInvalidArgument, fmt::format("{} is empty; give a JSON object a line", name));
  return data;
}

Answers parse_answers(const std::string& text, const std::string& name, EvalData& data) {
  constexpr double kMaxSeconds = 1e9;
  Answers result;
  std::vector<Example> asked;
  const std::size_t n_texts = data.examples.size();
  std::size_t n_lines = 0;
  each_line(text, name, [&](const Json& line) {
    if (n_lines == n_texts) throw LineError(fmt::format("the data has {} only", counted(n_texts, "text")));
    Example& example = data.examples[n_lines++];
    if (line.is_null()) return;
    result.answers.push_back(read_answer(line, example));
    if (const Json* const seconds = member(line, "seconds"))
      result.seconds += number_of(*seconds, "\"seconds\"", kMaxSeconds);
    asked.push_back(std::move(example));
  });
  if (n_lines != n_texts) {
    fail(ErrorCode::kInvalidArgument, fmt::format("{} has {}, but the data has {}", name,
                                                  counted(n_lines, "answer"), counted(n_texts, "text")));
  }
  data.examples = std::move(asked);
  return result;
}

void keep_fields(const std::vector<std::string>& fields, EvalData& data, std::vector<Answer>& answers) {
  const auto is_kept = [&](const std::string& field) {
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  };
  const auto keep = [&](Findings& findings) {
    std::erase_if(findings.spans, [&](const Span& span) { return !is_kept(span.slot); });
    for (FieldValues& record : findings.records)
      std::erase_if(record, [&](const auto& field) { return !is_kept(field.first); });
  };
  for (Example& example : data.examples) keep(example.findings);
  for (Answer& answer : answers) keep(answer.findings);
}

}  // namespace linnet::cli
