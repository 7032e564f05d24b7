#include "grammar/json_value.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "grammar/json_decimal.h"

namespace linnet::grammar {
namespace {

/// Builds a JsonValue from the parser's events: its own tree would round numbers and has no bound on depth.
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add({.kind = JsonKind::kNull}); }
  bool boolean(bool value) override { return add({.kind = value ? JsonKind::kTrue : JsonKind::kFalse}); }
  bool number_integer(number_integer_t value) override { return add_number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add_number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& token) override { return add_number(token); }
  bool string(string_t& value) override { return add({.kind = JsonKind::kString, .text = std::move(value)}); }
  bool binary(binary_t&) override { return refuse("binary data"); }
  bool key(string_t& name) override {
    if (!open_.back().names_seen.insert(name).second)
      return refuse(fmt::format("the name {} stands twice in an object", json_quoted(utf8::printable(name))));
    open_.back().value.names.push_back(std::move(name));
    return true;
  }
  bool start_object(std::size_t) override { return start(JsonKind::kObject); }
  bool start_array(std::size_t) override { return start(JsonKind::kArray); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& why) override {
    return refuse(fmt::format("at byte {}: {}", position, utf8::printable(why.what(), 200)));
  }

  JsonValue take_root() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

 private:
  struct Open {
    JsonValue value;
    std::unordered_set<std::string> names_seen;
  };

  bool start(JsonKind kind) {
    if (open_.size() == kMaxJsonDepth)
      return refuse(fmt::format("nested deeper than {} levels", kMaxJsonDepth));
    open_.push_back({{.kind = kind}, {}});
    return true;
  }

  bool end() {
    JsonValue done = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(done));
  }

  bool add_number(std::string text) { return add({.kind = JsonKind::kNumber, .text = std::move(text)}); }

  bool add(JsonValue value) {
    if (open_.empty())
      root_ = std::move(value);
    else
      open_.back().value.items.push_back(std::move(value));
    return true;
  }

  bool refuse(std::string why) {
    problem_ = std::move(why);
    return false;
  }

  std::vector<Open> open_;
  JsonValue root_;
  std::string problem_;
};

constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
constexpr std::string_view kEscapes = "\"\\bfnrt";

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const noexcept {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nullptr : &items[static_cast<std::size_t>(found - names.begin())];
}

Result<JsonValue> parse_json(std::string_view text) {
  Reader reader;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) return reader.take_root();
  return fail(ErrorCode::kInvalidArgument, "this is not JSON: {}", reader.problem());
}

std::string_view to_string(JsonKind kind) noexcept {
  constexpr std::array<std::string_view, 7> kNames = {"null",     "false",    "true",     "a number",
                                                      "a string", "an array", "an object"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string json_quoted(std::string_view content) {
  std::string out = "\"";
  for (const char c : content) {
    const std::size_t at = kEscaped.find(c);
    if (at != std::string_view::npos) {
      out += '\\';
      out += kEscapes[at];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string canonical(const JsonValue& value) {
  switch (value.kind) {
    case JsonKind::kNull: return "null";
    case JsonKind::kFalse: return "false";
    case JsonKind::kTrue: return "true";
    case JsonKind::kString: return json_quoted(value.text);
    case JsonKind::kNumber: {
      const auto number = Decimal::parse(value.text);
      return number ? number->text() : value.text;
    }
    case JsonKind::kArray: break;
    case JsonKind::kObject: break;
  }
  const bool is_object = value.kind == JsonKind::kObject;
  std::vector<std::size_t> order(value.items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (is_object)
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return value.names[a] < value.names[b]; });
  std::string out;
  for (const std::size_t i : order) {
    if (!out.empty()) out += ',';
    if (is_object) out += json_quoted(value.names[i]) + ':';
    out += canonical(value.items[i]);
  }
  return is_object ? '{' + out + '}' : '[' + out + ']';
}

}  // namespace linnet::grammar
