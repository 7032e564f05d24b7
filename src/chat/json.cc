#include "chat/json.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

/// Builds a Value from the parser's events, so that no tree of the parser's own is made and depth is bounded.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add(Value::none()); }
  bool boolean(bool value) override { return add(Value::boolean(value)); }
  bool number_integer(number_integer_t value) override { return add(Value::integer(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= static_cast<number_unsigned_t>(INT64_MAX))
      return add(Value::integer(static_cast<std::int64_t>(value)));
    return refuse(fmt::format("the whole number {} does not fit into 64 bits", value));
  }
  bool number_float(number_float_t value, const string_t& token) override {
    if (token.find_first_of(".eE") != std::string::npos) return add(Value::number(value));
    return refuse(fmt::format("the whole number {} does not fit into 64 bits", token));
  }
  bool string(string_t& value) override { return add(Value::string(std::move(value))); }
  bool binary(binary_t&) override { return refuse("binary data"); }
  bool key(string_t& value) override {
    open_.back().key = std::move(value);
    return true;
  }
  bool start_object(std::size_t) override { return start(true); }
  bool start_array(std::size_t) override { return start(false); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& why) override {
    return refuse(fmt::format("at byte {}: {}", position, why.what()));
  }

  Value take_root() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

 private:
  struct Open {
    bool is_object;
    std::string key;
    std::vector<Value> items;
    std::vector<std::pair<std::string, Value>> entries;
  };

  bool start(bool is_object) {
    if (open_.size() == kMaxValueDepth)
      return refuse(fmt::format("nested deeper than {} levels", kMaxValueDepth));
    open_.push_back({is_object, {}, {}, {}});
    return true;
  }

  bool end() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    return add(closed.is_object ? Value::dict(std::move(closed.entries))
                                : Value::list(std::move(closed.items)));
  }

  bool add(Value value) {
    if (open_.empty())
      root_ = std::move(value);
    else if (open_.back().is_object)
      open_.back().entries.emplace_back(std::move(open_.back().key), std::move(value));
    else
      open_.back().items.push_back(std::move(value));
    return true;
  }

  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  std::vector<Open> open_;
  Value root_;
  std::string problem_;
};

class Writer {
 public:
  Writer(const JsonStyle& style, std::size_t max_bytes) : style_(style), max_bytes_(max_bytes) {
    item_separator_ = style.item_separator.value_or(style.indent ? "," : ", ");
    key_separator_ = style.key_separator.value_or(": ");
  }

  Result<void> write(const Value& value) {
    if (out_.size() > max_bytes_) {
      return fail(ErrorCode::kInvalidArgument, "JSON text of more than {} bytes", max_bytes_);
    }
    if (value.is_none())
      out_ += "null";
    else if (const bool* flag = value.as_bool())
      out_ += *flag ? "true" : "false";
    else if (const std::int64_t* whole = value.as_exact_int())
      out_ += fmt::format("{}", *whole);
    else if (const double* number = value.as_float())
      out_ += float_text(*number);
    else if (const Text* text = value.as_text())
      write_string(text->bytes());
    else if (const Dict* dict = value.as_dict())
      return write_dict(*dict);
    else if (value.is_list() || value.is_tuple())
      return write_list(*value.as_sequence());
    else
      return fail(ErrorCode::kInvalidArgument, "Object of type {} is not JSON serializable",
                  value.type_name());
    return {};
  }

  std::string take() { return std::move(out_); }

 private:
  static std::string float_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    return repr_float(value);
  }

  void write_unit(std::uint32_t unit) { out_ += fmt::format("\\u{:04x}", unit); }

  void write_string(std::string_view text) {
    out_ += '"';
    for (std::size_t at = 0; at < text.size();) {
      const utf8::Decoded decoded = utf8::decode(text.substr(at));
      write_code_point(decoded.code_point);
      at += decoded.n_bytes;
    }
    out_ += '"';
  }

  void write_code_point(char32_t c) {
    const auto number = static_cast<std::uint32_t>(c);
    switch (c) {
      case '"': out_ += "\\\""; return;
      case '\\': out_ += "\\\\"; return;
      case '\n': out_ += "\\n"; return;
      case '\r': out_ += "\\r"; return;
      case '\t': out_ += "\\t"; return;
      case '\b': out_ += "\\b"; return;
      case '\f': out_ += "\\f"; return;
      default: break;
    }
    if (number < 0x20)
      write_unit(number);
    else if (number < 0x7F || !style_.ensure_ascii)
      utf8::append(out_, c);
    else if (number == 0x7F)
      out_ += '\x7F';
    else if (number < 0x10000)
      write_unit(number);
    else {
      write_unit(0xD800 + ((number - 0x10000) >> 10));
      write_unit(0xDC00 + ((number - 0x10000) & 0x3FF));
    }
  }

  void new_line() {
    if (!style_.indent) return;
    out_ += '\n';
    for (std::size_t i = 0; i < level_; ++i) out_ += *style_.indent;
  }

  Result<void> write_list(const Sequence& list) {
    if (list.items.empty()) return out_ += "[]", Result<void>();
    out_ += '[';
    ++level_;
    bool first = true;
    for (const Value& item : list.items) {
      if (!first) out_ += item_separator_;
      first = false;
      new_line();
      LINNET_CHECK(write(item));
    }
    --level_;
    new_line();
    out_ += ']';
    return {};
  }

  Result<void> write_dict(const Dict& dict) {
    if (dict.entries.empty()) return out_ += "{}", Result<void>();
    LINNET_TRY(const auto entries, ordered(dict));
    out_ += '{';
    ++level_;
    bool first = true;
    for (const auto* entry : entries) {
      if (!first) out_ += item_separator_;
      first = false;
      new_line();
      LINNET_CHECK(write_key(entry->first));
      out_ += key_separator_;
      LINNET_CHECK(write(entry->second));
    }
    --level_;
    new_line();
    out_ += '}';
    return {};
  }

  Result<void> write_key(const Value& key) {
    if (key.as_text() != nullptr) return write(key);
    double number = 0;
    if (!key.is_none() && !key.as_number(number)) {
      return fail(ErrorCode::kInvalidArgument, "keys must be str, int, float, bool or None, not {}",
                  key.type_name());
    }
    out_ += '"';
    LINNET_CHECK(write(key));
    out_ += '"';
    return {};
  }

  using Entry = std::pair<Value, Value>;
  Result<std::vector<const Entry*>> ordered(const Dict& dict) const {
    std::vector<const Entry*> entries;
    for (const Entry& entry : dict.entries) entries.push_back(&entry);
    if (!style_.sort_keys) return entries;
    for (const Entry* entry : entries) LINNET_CHECK(compare(entries.front()->first, entry->first, "<"));
    std::stable_sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
      const auto order = compare(a->first, b->first, "<");
      return order && *order == std::partial_ordering::less;
    });
    return entries;
  }

  const JsonStyle& style_;
  std::size_t max_bytes_;
  std::string item_separator_, key_separator_;
  std::string out_;
  std::size_t level_ = 0;
};

}  // namespace

Result<Value> parse_json(std::string_view text) {
  Builder builder;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.take_root();
  return fail(ErrorCode::kInvalidArgument, "not usable as JSON: {}", builder.problem());
}

Result<std::string> dump_json(const Value& value, const JsonStyle& style, std::size_t max_bytes) {
  Writer writer(style, max_bytes);
  LINNET_CHECK(writer.write(value));
  return writer.take();
}

}  // namespace linnet::chat
